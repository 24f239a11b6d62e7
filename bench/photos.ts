/** ImageNet photographs to float32 batches: the main question. */
import type { Question } from "./harness.ts";
import { everybody, torch } from "./images.ts";
import { data, quick } from "./programs.ts";

const options = { data: data("imagenet-sample"), size: 200 };

export const question: Question = {
  question: "How many photographs (500 × 375, 110 kB) a second become batches of 32 × 200 × 200 × 3 float32?",
  unit: "img/s",
  better: "more",
  pixels: true,
  baseline: "epochal, 2 workers",
  contestants: everybody(options, quick ? [128, 64, 32] : [1000, 500, 128]),
  claims: (figure) => [
    {
      claim: "at least 1.5 × the best PyTorch of equal quality (antialiased)",
      measured: figure("epochal, 2 workers") / figure(...torch("antialiased")),
      atLeast: 1.5,
    },
    {
      claim: "ahead of PyTorch of any quality",
      measured: figure("epochal, 2 workers") / figure(...torch("any")),
      atLeast: 1,
    },
    {
      claim: "at least 0.9 × bare libjpeg-turbo and resize in C, two threads",
      measured: figure("epochal, 2 workers") / figure("bare libjpeg-turbo in C, 2 threads"),
      atLeast: 0.9,
    },
  ],
};
