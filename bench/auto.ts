/** `workers: "auto"` and `maxQueueSize: "auto"` beside a sweep of fixed settings, on the workloads of the other questions. */
import type { Question } from "./harness/race.ts";
import { everyWorkload, sweep } from "./harness/sweep.ts";

export const question: Question = {
  question:
    "How close does a loader that chooses workers and queue itself come to the best of eight fixed settings?",
  unit: "% of the best",
  better: "more",
  rounds: 1,
  baseline: "photographs",
  contestants: everyWorkload.map((workload) => sweep(workload, "auto", [0, 1, 2, 3])),
  claims: (figure) =>
    everyWorkload.map((workload) => ({
      claim: `within 10 %: ${workload}`,
      measured: figure(workload),
      atLeast: 90,
    })),
  notes:
    "Swept: 0 to 3 workers, each with a queue of 2 and of 10. All nine loaders run in one process, an epoch of each in turn, in an order of its own each time; the best setting is found in fifteen of them and compared in fifteen others, by medians. Batches from memory that take less than a millisecond stay without workers on purpose: they are never slower than a hand-written loop, but this loop, which does nothing with them, leaves a core that workers could use.",
};
