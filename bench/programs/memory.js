/** epochal over many epochs: memory and handles. */
import { readdirSync, readFileSync } from "node:fs";
import { DataLoader } from "epochal";
import { options, report } from "./bench.js";
import { Paths } from "./paths-sequence.js";

const { paths, epochs, workers } = options({ paths: 100_000, epochs: 1000, workers: 2 });
const sequence = new Paths(
  Array.from({ length: paths }, (_, i) => `/data/train/class-${i % 1000}/image-${i}.jpeg`),
  16,
);

/** Proportional set size of this process in MB; the resident set size where Linux does not tell. */
function megabytes() {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync("/proc/self/smaps_rollup", "utf8"))[1]) / 1000;
  } catch {
    return process.memoryUsage.rss() / 1e6;
  }
}

/** Open files and sockets, and threads. */
const handles = () => readdirSync("/proc/self/fd").length + readdirSync("/proc/self/task").length;

const before = handles();
const loader = new DataLoader(sequence, { workers });
let early;
for (let epoch = 0; epoch < epochs; epoch++) {
  if (epoch === 100) early = megabytes();
  for await (const _ of loader);
}
const during = handles();
const late = megabytes();
await loader.close();
// A thread ends a moment after its worker said so.
await new Promise((resolve) => setTimeout(resolve, 100));
report(late - early, {
  details: { "MB at epoch 100": early, handles: `${before} → ${during} → ${handles()}` },
  packages: ["epochal"],
});
