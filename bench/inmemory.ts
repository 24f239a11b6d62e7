/**
 * MNIST-size data in memory: is the loader ever slower than the loop one would write by hand?
 *
 * Limit: a batch of 400 kB is an allocation that glibc may hand back to the system when it is freed, and fault in again
 * page by page. How often depends on which batches are alive when the garbage is collected: a loop by hand that keeps
 * the last three takes up to half as long again. MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_MMAP_THRESHOLD_=33554432 in
 * the environment takes that out of the comparison.
 */
import { node, python, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { epochs: quick ? 3 : 15 };
const hand = "hand-written loop";

export const question: Question = {
  question: "How long does an epoch over 60,000 × 784 bytes in memory take, in batches of 128 as float32?",
  unit: "ms/epoch",
  better: "less",
  rounds: 7,
  baseline: hand,
  contestants: [
    node(hand, "inmemory", { ...options, workers: "none" }),
    node('epochal, workers: "auto"', "inmemory", { ...options, workers: "auto" }),
    node("epochal, 0 workers", "inmemory", { ...options, workers: "0" }),
    python("PyTorch TensorDataset, 0 workers", "torch", "torch_inmemory", options),
  ],
  claims: (figure) => [
    {
      claim: 'workers: "auto" beside a hand-written loop',
      measured: figure('epochal, workers: "auto"') / figure(hand),
      atMost: 1.05,
    },
  ],
};
