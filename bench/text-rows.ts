/** Rows of tables and of JSON lines in random order: how much of the processor's time is reading, and how much is ours? */
import { node, type Options, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const kinds = {
  "CSV, four numbers": { kind: "csv", order: "random" },
  "JSON lines": { kind: "jsonl", order: "random" },
  "JSON lines, three columns": { kind: "columns", order: "random" },
  lines: { kind: "lines", order: "random" },
  "CSV, in order": { kind: "csv", order: "rising" },
  "JSON lines, in order": { kind: "jsonl", order: "rising" },
} satisfies Record<string, Options>;

export const question: Question = {
  question: "How many rows of text does a thread read in a second of processor time?",
  unit: "k rows/CPU-s",
  better: "more",
  rounds: 3,
  baseline: "by hand: JSON lines",
  contestants: Object.entries(kinds).flatMap(([name, options]) =>
    [0, 1].map((hand) =>
      node(`${hand ? "by hand" : "epochal"}: ${name}`, "text-rows", {
        ...options,
        hand,
        rows: quick ? 20_000 : 400_000,
      }),
    ),
  ),
  notes:
    "By hand is a loop with an index of its own: `readSync` of a row into one buffer, text of it, and `split` with `Number`, or `JSON.parse`. Rows are 28 and 78 bytes long, four tensors or an object each.",
};
