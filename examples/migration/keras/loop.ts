import { DataLoader, progress } from "epochal";
import type { CIFAR10Sequence } from "./sequence.ts";

export async function loop(training: CIFAR10Sequence, step: (x: Float32Array, y: Int32Array) => number) {
  await using loader = new DataLoader(training, { workers: 4, shuffle: true, seed: 7 });
  for (let epoch = 0; epoch < 20; epoch++) {
    const bar = progress(loader, { label: `Epoch ${epoch + 1}/20` });
    for await (const [x, y] of bar) bar.set({ loss: step(x.data, y.data) });
  }
}
