/** A training step that keeps one thread busy: how long does it wait for its batches? */
import { ours, torch, torchImages } from "./harness/images.ts";
import { data, python, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

/** Milliseconds of work after each batch of 32: one of the two cores, and a demand of 400 photographs a second. */
const step = 80;
const options = { data: data("imagenet-sample"), size: 200, items: quick ? 128 : 960, step };

export const question: Question = {
  question: `What share of its time does a training loop with steps of ${step} ms wait for photographs?`,
  unit: "% waiting",
  better: "less",
  rounds: 2,
  baseline: "PyTorch torchvision, 2 workers",
  contestants: [
    ours(options, 2),
    ours(options, 1),
    ours(options, 0),
    ...torchImages(options, 2).filter(({ name }) => !name.includes("OpenCV 4")),
    python("tf.data, antialias", "tensorflow", "keras_images", {
      ...options,
      loader: "tf.data",
      antialias: 1,
    }),
  ],
  claims: (figure) => [
    {
      claim: "epochal with two workers beside the best PyTorch, % waiting",
      measured: figure("epochal, 2 workers") / figure(...torch("any")),
      atMost: 1,
    },
  ],
  notes:
    "The step is a busy loop on the thread that trains, so the loader has the other core and what the step leaves over. Without workers all decoding is waiting.",
};
