/** Rows of files in random order: how much of the processor's time is reading, and how much is ours? */
import { node, type Options, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const kinds = {
  "CSV, four numbers": { kind: "csv", order: "random" },
  "JSON lines": { kind: "jsonl", order: "random" },
  "JSON lines, three columns": { kind: "columns", order: "random" },
  lines: { kind: "lines", order: "random" },
  "npy, 784 bytes": { kind: "npy", order: "random" },
  "tar, a number": { kind: "tar", order: "random" },
  "CSV, in order": { kind: "csv", order: "rising" },
  "JSON lines, in order": { kind: "jsonl", order: "rising" },
} satisfies Record<string, Options>;

type Kind = keyof typeof kinds;

const nameOf = (kind: string, hand: number): string => `${hand ? "by hand" : "epochal"}: ${kind}`;

/** Thousands of rows that were asked for of each kind, or a share of the loop by hand. */
const wanted: readonly (readonly [kind: Kind, rows: number])[] = [
  ["JSON lines", 500],
  ["CSV, four numbers", 500],
  ["tar, a number", 600],
];

export const question: Question = {
  question: "How many rows does a thread read in a second of processor time?",
  unit: "k rows/CPU-s",
  better: "more",
  rounds: 3,
  baseline: nameOf("JSON lines", 1),
  contestants: Object.entries(kinds).flatMap(([name, options]) =>
    [0, 1].map((hand) =>
      node(nameOf(name, hand), "rows", { ...options, hand, rows: quick ? 20_000 : 400_000 }),
    ),
  ),
  claims: (figure) => [
    ...wanted.map(([kind, atLeast]) => ({
      claim: `thousands of rows of ${kind}`,
      measured: figure(nameOf(kind, 0)),
      atLeast,
    })),
    {
      claim: "rows of npy beside bare reading",
      measured: figure(nameOf("npy, 784 bytes", 0)) / figure(nameOf("npy, 784 bytes", 1)),
      atLeast: 0.8,
    },
  ],
  notes:
    "By hand is a loop with an index of its own: `readSync` of a row into one buffer, text of it, and `split` with `Number`, or `JSON.parse`; of npy nothing but reading. Rows of text are 28 and 78 bytes long, four tensors or an object each.",
};
