/** A page that looks at a loader: how fast is that, by processor time, beside a loader that nobody looks at? */
import { node, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const cifar = { folder: "cifar10/train", size: 32, items: quick ? 2000 : 16_000 };
const photographs = { folder: "imagenet-sample", size: 200, items: quick ? 64 : 800 };
const pipelines = [
  node("CIFAR-10, inline", "inspect", { ...cifar, workers: 0 }),
  node("CIFAR-10, 2 threads", "inspect", { ...cifar, workers: 2 }),
  node("photographs, 2 threads", "inspect", { ...photographs, workers: 2 }),
];

export const question: Question = {
  question: "How fast is a loader that an open page looks at, beside one that nobody looks at?",
  unit: "% by processor time",
  better: "more",
  baseline: "photographs, 2 threads",
  contestants: pipelines,
  claims: (figure) =>
    pipelines.map(({ name }) => ({
      claim: `${name}: an open page costs at most 3 %`,
      measured: figure(name),
      atLeast: 97,
    })),
  notes:
    "Processor time of the whole program for a batch of 32, in epochs that alternate within it: alone, with an inspector that has no page, with one open page, which is a bare client in a program of its own, and alone again, which shows by how much two that are the same differ. The consumer releases its batches: how often memory of that size is collected differs by a tenth from epoch to epoch. A look is the part for which the loop waits, once a second, at most 5 ms: 256 × 224 × 224 × 3 float32, in processor time.",
};
