/** `workers: "auto"` and `maxQueueSize: "auto"` beside a sweep of fixed settings, on the workloads of the other questions. */
import { data, node, type Options, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const rounds = quick ? 1 : 7;
const share = quick ? 8 : 1;
const few = (count: number) => Math.ceil(count / share);

const workloads: readonly (readonly [name: string, options: Options])[] = [
  ["photographs", { workload: "images", data: data("imagenet-sample"), size: 200, count: few(256) }],
  ["32 × 32 JPEG", { workload: "images", data: data("cifar10/train"), size: 32, count: few(4096) }],
  ["batches of 3.84 MB", { workload: "batches", size: 32 * 200 * 200 * 3, count: few(160) }],
  ["batches of 4 bytes", { workload: "batches", size: 4, count: few(2000) }],
  ["in memory", { workload: "inmemory", count: few(30_000) }],
];

export const question: Question = {
  question:
    "How close does a loader that chooses workers and queue itself come to the best of eight fixed settings?",
  unit: "% of the best",
  better: "more",
  rounds: 1,
  baseline: "photographs",
  contestants: workloads.map(([name, options]) => node(name, "auto", { ...options, rounds })),
  claims: (figure) =>
    workloads.map(([name]) => ({ claim: `within 10 %: ${name}`, measured: figure(name), atLeast: 90 })),
  notes:
    "Swept: 0 to 3 workers, each with a queue of 2 and of 10. All nine loaders run in one process, an epoch of each in turn; medians of seven epochs are compared. The best of eight medians is lucky by a few percent. Batches from memory that take less than a millisecond stay without workers on purpose: they are never slower than a hand-written loop, but this loop, which does nothing with them, leaves a core that workers could use.",
};
