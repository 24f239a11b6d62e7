import { DataLoader } from "epochal";
import { Photos } from "./dataset.ts";

export async function train(
  files: string[],
  labels: number[],
  step: (x: Float32Array, y: Int32Array) => void,
) {
  await using loader = new DataLoader(new Photos(files, labels), {
    batchSize: 32,
    shuffle: true,
    dropLast: true,
    workers: 4,
    seed: 7,
  });
  for (let epoch = 0; epoch < 10; epoch++) {
    for await (const [x, y] of loader) step(x.data, y.data);
  }
}
