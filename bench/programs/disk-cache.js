/** Later epochs over photographs of one size: decoded each time, or out of a disk cache that is in the page cache. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, DataLoader, release } from "epochal";
import { diskCache } from "epochal/data";
import { labels, options, paths, race } from "./bench.js";
import { Photos } from "./disk-cache-sequence.js";

const { data, items, size, workers, cached } = options({
  data: "",
  items: 4000,
  size: 200,
  workers: 2,
  cached: 1,
});
const photos = new Photos(paths(data, items), labels(items), size);
const folder = mkdtempSync(join(tmpdir(), "epochal-bench-"));
const samples = cached ? diskCache(photos, { folder }) : photos;
const loader = new DataLoader(batches(samples, { batchSize: 32, shuffle: true }), { workers });

async function* epoch() {
  for await (const batch of loader) {
    yield batch.image.data;
    release(batch);
  }
}

if (cached) for await (const _ of epoch());
await race(epoch, { items, size, packages: ["epochal"] });
await loader.close();
rmSync(folder, { recursive: true });
