/** Batches of 3.84 MB, written by the worker: what crosses to the consumer. */
import { everybody, torch } from "./harness/batches.ts";
import { quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

export const question: Question = {
  question: "How many megabytes a second reach the loop in batches of 32 × 200 × 200 × 3 uint8 (3.84 MB)?",
  unit: "MB/s",
  better: "more",
  baseline: "epochal, 2 workers",
  contestants: everybody({ bytes: 32 * 200 * 200 * 3, count: quick ? 100 : 1000 }),
  claims: (figure) => [
    {
      claim: "ahead of PyTorch with two workers",
      measured: figure("epochal, 2 workers") / figure(torch(2)),
      atLeast: 1,
    },
  ],
};
