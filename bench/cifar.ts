/** Small images, where opening files and calling decoders costs more than decoding. */
import { everybody, type Items, torch, torchImages } from "./harness/images.ts";
import { data, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { data: data("cifar10/train"), size: 32 };
const items: Items = quick
  ? { items: 2000, fewer: 1000, fewest: 256 }
  : { items: 10_000, fewer: 4000, fewest: 400 };

export const question: Question = {
  question: "How many CIFAR-10 images (32 × 32 JPEG) a second become batches of 32 × 32 × 32 × 3 float32?",
  unit: "img/s",
  better: "more",
  pixels: true,
  rounds: 2,
  baseline: "epochal, 2 workers",
  contestants: [
    ...everybody(options, items),
    ...(quick ? [] : torchImages({ ...options, items: items.fewer }, 0)),
  ],
  claims: (figure) => [
    {
      claim: "at least 3 × the best PyTorch",
      measured: figure("epochal, 2 workers") / figure(...torch("any")),
      atLeast: 3,
    },
  ],
};
