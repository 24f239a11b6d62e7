import { type DataLoader, progress, type Tensor } from "epochal";

export async function epoch(loader: DataLoader<Tensor<"float32">>, step: (x: Float32Array) => number) {
  const bar = progress(loader, { label: "training" });
  for await (const x of bar) bar.set({ loss: step(x.data) });
}
