/** A dataset that holds 100,000 paths, over 1,000 epochs: does memory grow, does anything pile up? */
import { node, python, quick } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { paths: 100_000, epochs: quick ? 200 : 1000, workers: 2 };

export const question: Question = {
  question: `How much does memory grow from epoch 100 to epoch ${options.epochs}, with 100,000 paths and two workers?`,
  unit: "MB grown",
  better: "less",
  rounds: 1,
  baseline: "PyTorch, 2 workers",
  contestants: [
    node("epochal, 2 workers", "memory", options),
    node("epochal, 0 workers", "memory", { ...options, workers: 0 }),
    python("PyTorch, 2 workers", "torch", "torch_memory", options),
  ],
  notes:
    "An epoch is 16 batches of 98 kB, whose fetching reads every path once. Memory is the proportional set size (PSS) of the program and its processes: pages shared by fork count once. Handles are open files, sockets and threads, counted before the loader is made, while it runs and after it was closed. V8's heap takes some thousand epochs to reach the size at which it stays: over 6,000 of them, two workers went from 194 MB (epoch 100) to 207 (1,000) and 187 (6,000), no workers from 129 to 135 and 173, reached at 4,500 (`node bench/programs/memory.js --epochs 6000` tells the first and the last).",
};
