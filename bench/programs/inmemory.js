/** 60,000 × 784 bytes in memory, in batches of 128 as float32: by hand, and with epochal. */
import { DataLoader } from "epochal";
import { options, report, workersOf } from "./bench.js";
import { InMemory } from "./inmemory-sequence.js";

const { epochs, workers } = options({ epochs: 20, workers: "auto" });
const images = new Uint8Array(60_000 * 784).map((_, i) => i);
const labels = new Uint8Array(60_000).map((_, i) => i % 10);
const batchSize = 128;

async function byHand() {
  let sum = 0;
  for (let from = 0; from < labels.length; from += batchSize) {
    const to = Math.min(from + batchSize, labels.length);
    const x = new Float32Array((to - from) * 784);
    const start = from * 784;
    for (let i = 0; i < x.length; i++) x[i] = images[start + i] / 255;
    const y = Int32Array.from(labels.subarray(from, to));
    sum += x[1] + y[0];
  }
  return sum;
}

const loader =
  workers === "none"
    ? undefined
    : new DataLoader(new InMemory(images, labels, batchSize), { workers: workersOf(workers) });

async function withLoader() {
  let sum = 0;
  for await (const [x, y] of loader) sum += x.data[1] + y.data[0];
  return sum;
}

const epoch = loader ? withLoader : byHand;
for (let i = 0; i < 3; i++) await epoch();
const started = performance.now();
for (let i = 0; i < epochs; i++) await epoch();
report((performance.now() - started) / epochs, { packages: ["epochal"] });
await loader?.close();
