/** Whether labels are what their loss takes. A loss of numbers trains on whatever comes, to no good. */
import type { Labels } from "./trainable.ts";

/** So many batches are looked at: labels are wrong in all, or hardly ever. */
const mostBatches = 16;

/** A sum of 32-bit numbers is not exact, nor are labels that were smoothed or mixed. */
const slack = 1e-3;

/** Watches the labels of the first batches of a run. */
export class LabelRange {
  #left = mostBatches;

  /** Whether there is nothing more to be seen. */
  get over(): boolean {
    return this.#left === 0;
  }

  /** A warning, at most once, where labels are outside of what the loss takes. */
  see(all: readonly Labels[]): string | undefined {
    this.#left = all.some(({ takes }) => takes !== undefined) ? this.#left - 1 : 0;
    for (const labels of all) {
      const fault = faultOf(labels);
      if (fault === undefined) continue;
      this.#left = 0;
      return `y's ${labels.name} ${fault}`;
    }
    return undefined;
  }
}

function faultOf({ takes, values, shape, loss = "its loss" }: Labels): string | undefined {
  if (takes === "share") {
    const at = findIndex(values, (value) => value < 0 || value > 1);
    if (at < 0) return undefined;
    return `holds ${values[at]} at place ${at}, but ${loss} takes labels from 0 to 1. For class numbers use sparseCategoricalCrossentropy, and a unit for each class; for other numbers meanSquaredError.`;
  }
  if (takes === "sign") {
    const at = findIndex(values, (value) => value !== 1 && value !== -1);
    if (at < 0) return undefined;
    return `holds ${values[at]} at place ${at}, but ${loss} takes labels that are -1 or 1; TensorFlow.js, other than Keras, does not make 0 to -1.`;
  }
  if (takes !== "distribution") return undefined;
  const columns = shape.length < 2 ? 1 : shape.at(-1)!;
  for (let row = 0; row * columns < values.length; row++) {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += values[row * columns + i]!;
    if (Math.abs(sum - 1) <= slack) continue;
    const hint =
      columns === 1
        ? "One unit is for two classes: use binaryCrossentropy, with a sigmoid."
        : "For several labels a sample use binaryCrossentropy, with a sigmoid; for one, make the row one-hot: oneHot(label, classes).";
    return `sums to ${Number(sum.toPrecision(4))} in row ${row}, but ${loss} takes rows that sum to 1. ${hint}`;
  }
  return undefined;
}

function findIndex(values: ArrayLike<number>, is: (value: number) => boolean): number {
  for (let i = 0; i < values.length; i++) if (is(values[i]!)) return i;
  return -1;
}
