/** Batches of 4 bytes: what the machinery alone costs. */
import { everybody, torch } from "./harness/batches.ts";
import { quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

export const question: Question = {
  question: "What does a batch of 4 bytes cost, from the loop's point of view?",
  unit: "µs/batch",
  better: "less",
  baseline: "epochal, 2 workers",
  contestants: everybody({ bytes: 4, count: quick ? 1000 : 10_000 }),
  claims: (figure) =>
    [2, 1, 0].map((workers) => ({
      claim: `below PyTorch's with as many workers (${workers})`,
      measured: figure(`epochal, ${workers} worker${workers === 1 ? "" : "s"}`) / figure(torch(workers)),
      atMost: 1,
    })),
};
