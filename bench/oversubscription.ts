/** More workers than cores, beside as many as there are, in one process: see `scaling` for programs of their own. */
import { cpus } from "node:os";
import type { Question } from "./harness/race.ts";
import { sweep, type Workload } from "./harness/sweep.ts";

const cores = cpus().length;
const workloads: readonly Workload[] = ["photographs", "32 × 32 JPEG", "batches of 3.84 MB"];

export const question: Question = {
  question: "How fast are workers that exceed the cores by two, beside as many as there are cores?",
  unit: "% of the better",
  better: "more",
  rounds: 3,
  baseline: "photographs",
  contestants: workloads.map((workload) => sweep(workload, cores + 2, [cores])),
  claims: (figure) =>
    workloads.map((workload) => ({
      claim: `no decline: ${workload}`,
      measured: figure(workload),
      atLeast: 95,
    })),
  notes:
    "As many workers as cores run with a queue of 2 and of 10, and the better one counts. All three loaders run in one process, an epoch of each in turn, in an order of its own each time; the better is found in fifteen of them and compared in fifteen others, by medians.",
};
