import { batches, map } from "epochal";
import { csv } from "epochal/data";

/** In a page, what the user chose: `await chosen([...input.files])`. */
export async function chosen(files: readonly File[]) {
  const rows = await csv(files, { columns: { x: { dtype: "float32", from: ["a", "b"] }, y: "int32" } });
  return batches(
    map(rows, ({ x, y }) => [x, y]),
    { batchSize: 32, shuffle: true },
  );
}
