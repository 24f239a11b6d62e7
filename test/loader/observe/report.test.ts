import { expect, it } from "vitest";
import { report } from "../../../src/loader/observe/report.ts";

const none = { retries: 0, workersLost: 0 };
const past = { epochs: 2, early: 0, delivered: 8, skipped: 0, failed: [] };
const last = { epoch: 2, expected: 4, delivered: 4, skipped: [], failed: undefined, complete: true };

it.each([
  [last, past, none, "3 epochs, 12 batches: every batch index was delivered exactly once."],
  [
    { ...last, delivered: 1, complete: false },
    { ...past, early: 1, delivered: 5 },
    none,
    "3 epochs, 6 batches: each was delivered exactly once (2 epochs not run to their end).",
  ],
  [
    last,
    { ...past, early: 1 },
    { retries: 1, workersLost: 2 },
    "3 epochs, 12 batches: each was delivered exactly once (1 epoch not run to its end); 2 workers lost and replaced, 1 batch tried again.",
  ],
  [
    { ...last, delivered: 3, skipped: [2] },
    { ...past, delivered: 7, skipped: 1 },
    none,
    "3 epochs, 10 batches: 2 left out as they could not be fetched, every other delivered exactly once.",
  ],
  [
    { ...last, delivered: 1, failed: 3, complete: false },
    { ...past, early: 1, failed: [{ epoch: 1, index: 7 }] },
    none,
    "3 epochs, 9 batches: epoch 1 ended at batch index 7, which could not be fetched, epoch 2 ended at batch index 3, which could not be fetched, every other delivered exactly once (2 epochs not run to their end).",
  ],
])("says in a sentence what became of the epochs", (last, past, tally, summary) => {
  expect(report(last, past, tally).summary).toBe(summary);
});
