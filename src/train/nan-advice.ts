/** What to do about a loss that is no number. */
import { dtypeOf } from "../tensor/dtype.ts";
import { isTensor } from "../tensor/tensor.ts";
import { forEachLeaf } from "../tensor/tree.ts";

/** In which of the two usual causes to look: the data of the batch, or the learning rate. */
export function adviseOnNaN(batch: unknown, learningRate: number | undefined): string {
  if (holdsNaN(batch)) return "The batch itself holds NaN or infinite numbers: look where they come from.";
  if (learningRate === undefined) return "The batch's numbers are finite: lower the learning rate.";
  return `The batch's numbers are finite, so the learning rate, ${learningRate}, is most likely too high: try ${Number((learningRate / 10).toPrecision(3))}.`;
}

function holdsNaN(batch: unknown): boolean {
  let found = false;
  forEachLeaf(batch, (leaf) => {
    const data = isTensor(leaf) ? leaf.data : leaf;
    if (dtypeOf(data) === undefined) return;
    // Whole numbers are finite, and halves are their bits.
    if (data instanceof Float32Array || data instanceof Float64Array)
      found ||= data.some((value) => !Number.isFinite(value));
  });
  return found;
}
