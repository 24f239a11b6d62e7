/** From the making of a loader to its first batch, at a position of a shuffled epoch of two billion batches. */
import { DataLoader } from "epochal";
import { Batches } from "./batches-sequence.js";
import { options, report } from "./bench.js";

const { position, workers } = options({ position: 0, workers: 2 });
const sequence = new Batches(2_000_000_000, 4);
const shuffled = { workers, shuffle: true, seed: 7 };
const state = { ...new DataLoader(sequence, shuffled).state(), position };
const started = performance.now();
const loader = new DataLoader(sequence, { ...shuffled, state });
for await (const _ of loader) {
  const { rss } = process.memoryUsage();
  report(performance.now() - started, { details: { "RSS MB": rss / 2 ** 20 }, packages: ["epochal"] });
  break;
}
await loader.close();
