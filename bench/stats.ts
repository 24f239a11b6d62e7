/** Statistics are always on: what share of the time do they take where images are smallest, and there are most a second? */
import { ours, oursName } from "./harness/images.ts";
import { data, node, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { data: data("cifar10/train"), size: 32, items: quick ? 2000 : 10_000 };
const alone = "the statistics alone";

export const question: Question = {
  question: "How many 32 × 32 JPEG images a second could be counted, if counting were all there is to do?",
  unit: "img/s",
  better: "more",
  baseline: oursName(0),
  contestants: [ours(options, 0), node(alone, "stats", { items: 32 })],
  claims: (figure) => [
    {
      claim: "share of the time of a loader without workers, the one with nothing to hide it behind",
      measured: figure(oursName(0)) / figure(alone),
      atMost: 0.01,
    },
  ],
};
