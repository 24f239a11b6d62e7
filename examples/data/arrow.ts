import { batches } from "epochal";
import { arrow } from "epochal/data/arrow";

/** What pandas' `to_feather` wrote, or Hugging Face's `datasets` keeps in its cache. */
export async function photos() {
  const rows = await arrow("cache/*.arrow", { columns: { image: "image", label: "int32" } });
  return batches(rows, { batchSize: 32, shuffle: true });
}
