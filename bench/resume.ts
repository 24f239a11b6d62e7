/** Whether going on in the middle of an epoch costs more than beginning one. */
import { node } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const cold = "epochal, from the start";
const resumed = "epochal, at position 1,000,000,000";

export const question: Question = {
  question:
    "How long until the first batch of two billion shuffled ones, at the start and resumed in the middle?",
  unit: "ms",
  better: "less",
  rounds: 7,
  baseline: cold,
  contestants: [node(cold, "resume", { position: 0 }), node(resumed, "resume", { position: 1_000_000_000 })],
  claims: (figure) => [
    { claim: "resumed beside a cold start", measured: figure(resumed) / figure(cold), atMost: 1.1 },
  ],
  notes:
    "torchdata's StatefulDataLoader rebuilds its permutation and draws every sample once more; here order is arithmetic, so nothing is replayed.",
};
