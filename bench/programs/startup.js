/** epochal from the making of a loader to its first batch. */
import { DataLoader } from "epochal";
import { options, report, sinceLaunch } from "./bench.js";
import { Paths } from "./paths-sequence.js";

const { paths, workers } = options({ paths: 100_000, workers: 2 });
const sequence = new Paths(
  Array.from({ length: paths }, (_, i) => `/data/train/class-${i % 1000}/image-${i}.jpeg`),
  16,
);
const started = performance.now();
const loader = new DataLoader(sequence, { workers });
for await (const _ of loader) {
  const time = performance.now() - started;
  report(time, { details: { "since launch": sinceLaunch() }, packages: ["epochal"] });
  break;
}
await loader.close();
