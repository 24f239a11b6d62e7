/** ImageNet photographs to float32 batches: the main question. */
import { ahead, bare, bareAccurate, everybody, type Items, torch, variants } from "./harness/images.ts";
import { data, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { data: data("imagenet-sample"), size: 200 };
const items: Items = quick
  ? { items: 128, fewer: 64, fewest: 32 }
  : { items: 2_560, fewer: 1_280, fewest: 256 };

export const question: Question = {
  question: "How many photographs (500 × 375, 110 kB) a second become batches of 32 × 200 × 200 × 3 float32?",
  unit: "img/s",
  better: "more",
  pixels: true,
  rounds: 2,
  baseline: "epochal, 2 workers",
  contestants: [...everybody(options, items), ...(quick ? [] : variants(options, items))],
  claims: (...figures) => [
    ...ahead("the best PyTorch", torch("any"), 1.5)(...figures),
    ...ahead("libjpeg-turbo and resize in C, two threads", [bare, bareAccurate], 1.15)(...figures),
  ],
  notes:
    "epochal, PIL, torchvision and OpenCV take libjpeg's accurate inverse DCT; TensorFlow takes the fast one. That is the difference of about 0.004 between pictures that were shrunk alike.",
};
