/** The contestants of the questions about settings: one setting beside fixed ones, measured in one process. */
import { data, node, type Options, quick } from "./programs.ts";
import type { Contestant } from "./race.ts";

/** Epochs that each setting runs. */
const rounds = quick ? 2 : 30;

/** Milliseconds that each setting runs before. */
const warm = quick ? 1 : 3000;

const few = (count: number) => (quick ? Math.ceil(count / 8) : count);

const workloads = {
  photographs: { workload: "images", data: data("imagenet-sample"), size: 200, count: few(128) },
  "32 × 32 JPEG": { workload: "images", data: data("cifar10/train"), size: 32, count: few(4096) },
  "batches of 3.84 MB": { workload: "batches", size: 32 * 200 * 200 * 3, count: few(160) },
  "batches of 4 bytes": { workload: "batches", size: 4, count: few(2000) },
  "in memory": { workload: "inmemory", count: few(30_000) },
} satisfies Record<string, Options>;

/** What the other questions load. */
export type Workload = keyof typeof workloads;

/** Every workload. */
export const everyWorkload = Object.keys(workloads) as Workload[];

/** The speed of `candidate`, in percent of the best of the numbers of workers in `beside`, each with two queues. */
export function sweep(workload: Workload, candidate: "auto" | number, beside: readonly number[]): Contestant {
  return node(workload, "sweep", {
    ...workloads[workload],
    candidate,
    beside: beside.join(","),
    rounds,
    warm,
  });
}
