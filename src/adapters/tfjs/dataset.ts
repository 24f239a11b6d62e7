/** A loader as TensorFlow.js' own `fitDataset` and `evaluateDataset` take it. */
import type * as tfTypes from "@tensorflow/tfjs";
import { ShapeError } from "../../core/errors.ts";
import type { DataLoader } from "../../loader/data-loader.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import { mapTree } from "../../tensor/tree.ts";
import { trainParts, withoutLabels } from "../../train/data/batch.ts";
import { openLoader } from "../../train/data/source.ts";
import { isLeaf, toLeaf } from "./convert.ts";
import { loadTF, type TF } from "./peer.ts";

/** Tensors of one side of a batch. */
type Side = tfTypes.Tensor | tfTypes.Tensor[] | { [name: string]: tfTypes.Tensor };

/** What `fitDataset` takes: an object with `iterator()` and `size`. */
export interface TfjsDataset {
  /** Batches of the pass that runs or comes next, of this rank's share where the loader has one; Infinity if endless. */
  readonly size: number;
  iterator(): Promise<{ next(): Promise<IteratorResult<{ xs: Side; ys: Side }, null>> }>;
}

/**
 * The passes of a loader (or sequence) for TensorFlow.js' `model.fitDataset` and `evaluateDataset`.
 *
 * Each `iterator()` is one pass; it loads nothing before its first `next()`, as `fitDataset` opens one more than it
 * uses. `fitDataset` never says that it left a pass early, so that pass ends when the next one begins, or with
 * `loader.close()`. The tensors of a batch belong to `fitDataset`, which disposes them. It knows no sample weights: a
 * third element of a batch is refused. Our own `fit` has none of these limits.
 *
 * @throws OptionError if `data` is no loader or sequence. A pass throws MissingPeerError if `@tensorflow/tfjs` is not
 *   installed, and ShapeError for a batch that is no [x, y].
 * @example
 * await model.fitDataset(toDataset(loader), { epochs: 5 });
 */
export function toDataset<B>(
  data: DataLoader<B> | Sequence<B>,
): tfTypes.data.Dataset<tfTypes.TensorContainer> {
  const loader = openLoader("toDataset", data, {});
  let running: AsyncIterator<unknown> | undefined;
  const dataset: TfjsDataset = {
    get size() {
      return loader.steps;
    },
    async iterator() {
      const tf = await loadTF();
      let own: AsyncIterator<unknown> | undefined;
      return {
        async next() {
          if (own === undefined) {
            await running?.return?.();
            own = loader[Symbol.asyncIterator]();
            running = own;
          }
          const result = await own.next();
          if (!result.done) return { done: false, value: toTensors(tf, result.value) };
          running = undefined;
          return { done: true, value: null };
        },
      };
    },
  };
  return dataset as unknown as tfTypes.data.Dataset<tfTypes.TensorContainer>;
}

function toTensors(tf: TF, batch: unknown): { xs: Side; ys: Side } {
  const { x, y, sampleWeight } = trainParts(batch);
  if (y === undefined)
    throw withoutLabels(batch, "TensorFlow.js' fitDataset needs them", "Our own fit does not.");
  if (sampleWeight !== undefined) {
    throw new ShapeError(
      "fitDataset knows no sample weights: use fit of epochal/tfjs, or leave the third element out.",
    );
  }
  return tf.tidy(() => ({ xs: side(tf, "x", x, "float32"), ys: side(tf, "y", y) }));
}

function side(tf: TF, name: string, arrays: unknown, dtype?: "float32"): Side {
  return mapTree(arrays, (leaf) => (isLeaf(leaf) ? toLeaf(tf, leaf, name, dtype) : leaf)) as Side;
}
