/** ImageNet photographs to float32 batches: the main question. */
import { bare, everybody, type Items, torch, variants } from "./harness/images.ts";
import { data, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { data: data("imagenet-sample"), size: 200 };
const items: Items = quick ? { items: 128, fewer: 64, fewest: 32 } : { items: 640, fewer: 256, fewest: 96 };

export const question: Question = {
  question: "How many photographs (500 × 375, 110 kB) a second become batches of 32 × 200 × 200 × 3 float32?",
  unit: "img/s",
  better: "more",
  pixels: true,
  rounds: 2,
  baseline: "epochal, 2 workers",
  contestants: [...everybody(options, items), ...(quick ? [] : variants(options, items))],
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
      measured: figure("epochal, 2 workers") / figure(bare),
      atLeast: 0.9,
    },
  ],
  notes:
    "epochal, PIL, torchvision and OpenCV take libjpeg's accurate inverse DCT; TensorFlow takes the fast one. That is the difference of about 0.004 between pictures that were shrunk alike.",
};
