/** The contestants of the questions about the machinery alone: batches with nothing to compute. */
import { plural } from "./images.ts";
import { node, type Options, python } from "./programs.ts";
import type { Contestant } from "./race.ts";

/** Everybody who delivers `count` batches of `bytes` bytes. */
export function everybody(
  options: { readonly bytes: number; readonly count: number } & Options,
): Contestant[] {
  return [
    ...[2, 1, 0].map((workers) =>
      node(`epochal, ${plural(workers, "worker")}`, "batches", { ...options, workers }),
    ),
    node("epochal, 2 workers, released", "batches", { ...options, workers: 2, lease: 1 }),
    ...[2, 1, 0].map((workers) => python(torch(workers), "torch", "torch_batches", { ...options, workers })),
    node("Piscina, 2 threads, in order", "piscina", { ...options, workers: 2 }),
    node("tfjs-data generator with prefetch", "tfjs-data", options),
  ];
}

/** The name of PyTorch with that many workers. */
export function torch(workers: number): string {
  return `PyTorch, ${plural(workers, "worker")}`;
}
