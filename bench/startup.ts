/** From `new DataLoader` to the first batch, over a dataset that holds 100,000 paths. */
import { node, python } from "./harness/programs.ts";
import type { Question } from "./harness/race.ts";

const options = { paths: 100_000, workers: 2 };

export const question: Question = {
  question: "How long from the loader's making to its first batch, with 100,000 paths and two workers?",
  unit: "ms",
  better: "less",
  baseline: "epochal, 2 workers",
  contestants: [
    node("epochal, 2 workers", "startup", options),
    node("epochal, 0 workers", "startup", { ...options, workers: 0 }),
    python("PyTorch spawn, 2 workers", "torch", "torch_startup", { ...options, start: "spawn" }),
    python("PyTorch forkserver, 2 workers", "torch", "torch_startup", { ...options, start: "forkserver" }),
    python("PyTorch fork, 2 workers", "torch", "torch_startup", { ...options, start: "fork" }),
  ],
  claims: (figure) => [
    {
      claim: "under a fifth of PyTorch's spawn start",
      measured: figure("epochal, 2 workers") / figure("PyTorch spawn, 2 workers"),
      atMost: 0.2,
    },
  ],
  notes:
    "Batches are trivial. `since launch` counts from the start of the program, so with the import of the library. fork copies a running process and is what PyTorch does by default on Linux before Python 3.14; spawn and forkserver start anew and are what macOS, Windows and newer Pythons do.",
};
