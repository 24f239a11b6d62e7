import { type DataLoader, progress, renderProgress, type Tensor } from "epochal";

export async function epoch(loader: DataLoader<Tensor<"float32">>, step: (x: Float32Array) => number) {
  const bar = progress(loader, { label: "training" });
  for await (const x of bar) bar.set({ loss: step(x.data) });
}

// The line itself is a pure function, for a screen of your own.
export const line = renderProgress(
  { step: 12, total: 313, elapsed: 300, metrics: { loss: 0.5 } },
  { columns: 60 },
);
