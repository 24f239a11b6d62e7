/** epochal over batches with nothing to compute. */
import { DataLoader, release } from "epochal";
import { Batches } from "./batches-sequence.js";
import { options, rateOfBatches } from "./bench.js";

const { bytes, count, workers, lease } = options({ bytes: 4, count: 1000, workers: 2, lease: 0 });
const loader = new DataLoader(new Batches(count, bytes), { workers });

async function* epoch() {
  for await (const batch of loader) {
    yield batch.data;
    if (lease) release(batch);
  }
}

await rateOfBatches(epoch, { bytes, count, packages: ["epochal"] });
await loader.close();
