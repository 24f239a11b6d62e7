/** When something is saved: after each epoch, or every so many batches counted over the epochs. */
import { checkInteger } from "../../core/check.ts";

/** `"epoch"`, or a number of batches. */
export type SaveFreq = "epoch" | number;

/** Counts batches for {@link SaveFreq}. */
export class SaveFrequency {
  readonly freq: SaveFreq;
  /** Batches since the last save. */
  batches = 0;

  /** @throws OptionError if `freq` is neither "epoch" nor a whole number of at least 1. */
  constructor(freq: SaveFreq) {
    if (freq !== "epoch") checkInteger('saveFreq, where it is not "epoch",', freq, 1);
    this.freq = freq;
  }

  get atEpochEnd(): boolean {
    return this.freq === "epoch";
  }

  /** Counts a batch; whether it is one to save after. */
  afterBatch(): boolean {
    if (this.freq === "epoch") return false;
    this.batches++;
    if (this.batches < this.freq) return false;
    this.batches = 0;
    return true;
  }
}
