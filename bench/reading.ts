/** Files are read one by one, each when it is decoded. Would reading ahead of the decoder be faster? */
import { data, node, type Options, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const sets: readonly (readonly [name: string, options: Options])[] = [
  ["photographs", { data: data("imagenet-sample"), size: 200, items: quick ? 64 : 250 }],
  ["32 × 32", { data: data("cifar10/train"), size: 32, items: quick ? 512 : 4000 }],
];

export const question: Question = {
  question:
    "How many images a second come with two workers, if files are read one by one or a batch at once?",
  unit: "img/s",
  better: "more",
  rounds: 1,
  baseline: "photographs, one by one",
  contestants: sets.flatMap(([name, options]) =>
    [0, 1].flatMap((cold) =>
      [0, 1].map((first) =>
        node(`${name}${cold ? ", cold" : ""}, ${first ? "a batch at once" : "one by one"}`, "reading", {
          ...options,
          cold,
          first,
        }),
      ),
    ),
  ),
  notes:
    "Cold: the files are put out of the page cache before each epoch (by python3, POSIX_FADV_DONTNEED). Reading a batch at once goes through Node's thread pool and a buffer for each file.",
};
