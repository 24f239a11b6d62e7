/**
 * Does anything grow over 1,000 epochs? Memory, threads, descriptors and handles, printed as they go.
 *
 *   npm run build && node --expose-gc bench/programs/epochs.js [epochs]
 */
import { readdirSync } from "node:fs";
import { DataLoader } from "epochal";
import { Numbers } from "../../test/fixtures/sequences.js";

const epochs = Number(process.argv[2] ?? 1000);
const count = (folder) => readdirSync(folder).length;
const gc = globalThis.gc;

for (const [name, options] of [
  ["inline", { workers: 0 }],
  ["2 threads", { workers: 2 }],
  ["2 processes", { workers: 2, worker: "process" }],
]) {
  console.log(`\n${name}: 20 batches of 64 kB an epoch`);
  console.log("epoch    RSS MB  heap MB  descriptors  threads  resources");
  const loader = new DataLoader(new Numbers(20, 16_384), { ...options, shuffle: true });
  for (let epoch = 0; epoch <= epochs; epoch++) {
    for await (const _ of loader);
    if (epoch % (epochs / 10) !== 0) continue;
    gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const row = [
      (rss / 1e6).toFixed(0),
      (heapUsed / 1e6).toFixed(1),
      count("/proc/self/fd"),
      count("/proc/self/task"),
      process.getActiveResourcesInfo().length,
    ];
    console.log(String(epoch).padEnd(6), ...row.map((value) => String(value).padStart(8)));
  }
  console.log(loader.report().summary);
  await loader.close();
}
