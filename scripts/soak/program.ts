/** The program of a schedule: its sequence, and what it changes on it before each epoch. */
import { batches, concat, type Sequence, take } from "epochal";
import type { Schedule } from "./schedule.ts";
import {
  type Batch,
  Careless,
  Drifting,
  Growing,
  Images,
  Ordered,
  Plain,
  prepare,
  Rows,
  Staged,
  Tested,
  TestedHooks,
} from "./sequences.js";

/** Whether a state of such a sequence may be refused: only a hook, or the program, knows how it came to be. */
export function mayRefuse({ sequence }: Schedule): boolean {
  return sequence === "staged" || sequence === "ordered" || sequence === "drifting";
}

/** The sequence, as the program makes it when it starts. `images` is the folder of its files. */
export function makeSequence(schedule: Schedule, images: string): Sequence<Batch> {
  const { sequence, length, size } = schedule;
  switch (sequence) {
    case "plain":
      return new Tested(new Plain(length, size));
    case "samples":
      return new Tested(batches(new Rows(3 * length - 1, size), { batchSize: 3, shuffle: schedule.shuffle }));
    case "combined": {
      const first = Math.ceil(length / 2);
      const head = new Tested(batches(new Rows(2 * first, size), { batchSize: 2, shuffle: true, seed: 5 }));
      if (first === length) return take(head, length);
      return concat(head, take(new Tested(new Plain(length, size), first), length - first));
    }
    case "growing":
      return new TestedHooks(new Growing(length, size));
    case "staged":
      return new Tested(new Staged(length, size));
    case "ordered":
      return new TestedHooks(new Ordered(length, size));
    case "drifting":
      return new TestedHooks(new Drifting(length, size));
    case "careless":
      return new Tested(new Careless(length, size));
    case "images":
      return new Tested(new Images(images, length));
  }
}

/** Brings the sequence to where the program has it before `epoch`. */
export function beforeEpoch(sequence: Sequence<Batch>, epoch: number): void {
  if (sequence instanceof Tested && sequence.source instanceof Staged) prepare(sequence.source, epoch);
}
