import { batches, map } from "epochal";
import { csv, split } from "epochal/data";

export async function houses() {
  const rows = await csv("houses.csv", {
    columns: {
      x: { dtype: "float32", from: ["area", "rooms"] }, // columns side by side: [2]
      price: "float32",
      note: "string",
    },
  });
  const parts = split(
    map(rows, ({ x, price }) => [x, price]),
    { test: 0.2, seed: 7 },
  );
  return batches(parts.train, { batchSize: 32, shuffle: true }); // x [32, 2], y [32]
}
