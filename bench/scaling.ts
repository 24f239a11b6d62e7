/** Photographs again, over the number of workers, beside PyTorch. */
import { ours, oursName, torchImages } from "./harness/images.ts";
import { data, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { data: data("imagenet-sample"), size: 200, items: quick ? 128 : 640 };
const counts = quick ? [0, 2, 4] : [0, 1, 2, 3, 4];

export const question: Question = {
  question: "How many photographs a second come with 0 to 4 workers?",
  unit: "img/s",
  better: "more",
  rounds: 2,
  baseline: oursName(2),
  contestants: [
    ...counts.map((workers) => ours(options, workers)),
    ours(options, "auto"),
    ...counts.flatMap((workers) =>
      torchImages(options, workers).filter(({ name }) => name.includes("torchvision")),
    ),
  ],
  claims: (figure) => [
    {
      claim: 'workers: "auto" beside the best fixed number',
      measured: figure(oursName("auto")) / figure(...counts.map(oursName)),
      atLeast: 0.9,
    },
  ],
  notes:
    "Every line is a program of its own, as with the peers; where other programs share the machine, two runs of one program can differ by more than two lines. `oversubscription` compares two numbers of workers within one program.",
};
