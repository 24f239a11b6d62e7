/** The parts of a batch, as Keras reads them: `[x]`, `[x, y]` or `[x, y, sampleWeight]`. */
import { show } from "../../core/check.ts";
import { ShapeError } from "../../core/errors.ts";
import { isTensor, showShape } from "../../tensor/tensor.ts";
import { isInnerNode } from "../../tensor/tree.ts";

/** The parts of a batch; what it does not have is undefined. */
export interface Parts {
  readonly x: unknown;
  readonly y: unknown;
  readonly sampleWeight: unknown;
}

/**
 * The parts of a batch to train or test with.
 *
 * @throws ShapeError if it is no `[x, y]` or `[x, y, sampleWeight]`.
 */
export function trainParts(batch: unknown): Parts {
  if (Array.isArray(batch) && (batch.length === 2 || batch.length === 3)) {
    const [x, y, sampleWeight] = batch as readonly unknown[];
    return { x, y, sampleWeight };
  }
  throw new ShapeError(
    `fit and evaluate take batches [x, y] or [x, y, sampleWeight], but got ${showBatch(batch)}. Several inputs or outputs go into one element, as a tuple or record: [[image, meta], label].`,
  );
}

/** The inputs of a batch to predict for: the batch itself, or the first element of a tuple. */
export function predictInputs(batch: unknown): unknown {
  if (!Array.isArray(batch)) return batch;
  if (batch.length >= 1 && batch.length <= 3) return batch[0];
  throw new ShapeError(
    `predict takes batches x, [x], [x, y] or [x, y, sampleWeight], but got ${showBatch(batch)}. Several inputs go into the first element: [[image, meta]].`,
  );
}

/** A batch as an error message shows it. */
function showBatch(batch: unknown): string {
  if (isTensor(batch)) return `one tensor of shape ${showShape(batch.shape)}`;
  if (Array.isArray(batch)) return `a tuple of ${batch.length}`;
  return isInnerNode(batch) ? `a record of ${Object.keys(batch).join(", ") || "nothing"}` : show(batch);
}
