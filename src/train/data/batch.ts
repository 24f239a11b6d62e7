/** The parts of a batch, as Keras reads them: `x`, `[x]`, `[x, y]` or `[x, y, sampleWeight]`. */
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
 * The parts of a batch to train or test with. One without labels is `[x]`, or `x` where that is one tensor; a record alone
 * is most often `{ x, y }`, written for something else.
 *
 * @throws ShapeError if it is none of these.
 */
export function trainParts(batch: unknown): Parts {
  if (Array.isArray(batch) && batch.length >= 1 && batch.length <= 3) {
    const [x, y, sampleWeight] = batch as readonly unknown[];
    return { x, y, sampleWeight };
  }
  if (isTensor(batch)) return { x: batch, y: undefined, sampleWeight: undefined };
  throw new ShapeError(
    `fit and evaluate take batches [x, y] or [x, y, sampleWeight], or [x] where the loss needs no labels, but got ${showBatch(batch)}. Several inputs or outputs go into one element, as a tuple or record: [[image, meta], label].`,
  );
}

/**
 * An error for a batch without labels where `who` needs them.
 *
 * @param instead what can be done beside returning labels, as a sentence
 */
export function withoutLabels(batch: unknown, who: string, instead: string = ""): ShapeError {
  return new ShapeError(
    `fit and evaluate take batches [x, y] or [x, y, sampleWeight], but got ${showBatch(batch)}, without labels, and ${who}. Return [x, y] from getItem.${instead && ` ${instead}`}`,
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
