/** TensorFlow.js' own datasets and tensors, as batches of ours: what is trained, tested or predicted with. */
import type * as tfTypes from "@tensorflow/tfjs";
import { show } from "../../core/check.ts";
import { ShapeError } from "../../core/errors.ts";
import { settleAll } from "../../core/settle.ts";
import { fromGenerator, type StreamOptions } from "../../sequence/generator.ts";
import { isSequence } from "../../sequence/sequence.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { forEachLeaf, mapTree } from "../../tensor/tree.ts";
import { fromTfjs } from "./convert.ts";
import type { TF } from "./peer.ts";
import type { ArrayLeaf } from "./types.ts";

/**
 * A dataset of TensorFlow.js (`tf.data`), or what behaves like one. Its elements are batches as `fitDataset` takes
 * them, `{ xs, ys }`, or tuples `[x, y]` and `[x, y, sampleWeight]`.
 */
export interface DatasetLike {
  /** Batches of a pass, where they are known. */
  readonly size?: number | null;
  /** Begins a pass. */
  iterator(): Promise<{ next(): Promise<IteratorResult<unknown, unknown>> }>;
}

/** Whether `value` is a dataset of TensorFlow.js. */
export function isDataset(value: unknown): value is DatasetLike {
  if (typeof value !== "object" || value === null || isSequence(value)) return false;
  return typeof (value as Partial<DatasetLike>).iterator === "function";
}

/** A tensor of TensorFlow.js, or an array of ours beside one. */
type NativeLeaf = tfTypes.Tensor | ArrayLeaf;

/** TensorFlow.js' own tensors, and arrays of ours, as a model's inputs or outputs: one, several, or several by name. */
export type NativeArrays = NativeLeaf | readonly NativeLeaf[] | { readonly [name: string]: NativeLeaf };

/** TensorFlow.js' own tensors to train or test with; they stay yours. */
export type NativeBatch =
  | tfTypes.Tensor
  | readonly [x: NativeArrays]
  | readonly [x: NativeArrays, y: NativeArrays]
  | readonly [x: NativeArrays, y: NativeArrays, sampleWeight: NativeArrays];

/** `source`; of a dataset of TensorFlow.js an iterable of its batches, and of its tensors their values. */
export async function fromNative(tf: TF, source: unknown): Promise<unknown> {
  return isDataset(source) ? new DatasetBatches(tf, source) : copyTensors(tf, source);
}

/** As {@link fromNative}, to train on: a dataset is a stream, as it has no index, and so no workers or order of ours. */
export async function trainsOn(tf: TF, source: unknown): Promise<unknown> {
  const native = await fromNative(tf, source);
  if (!(native instanceof DatasetBatches)) return native;
  return fromGenerator(() => native[Symbol.asyncIterator](), lengthOf(native));
}

/** What tf.data knows of a pass; it has no size where it does not. */
function lengthOf({ length }: DatasetBatches): StreamOptions {
  return length === undefined || length === 0 ? {} : { length };
}

/** The batches of a dataset, as tensors of ours. Each element's own tensors are disposed, as `fitDataset` does. */
class DatasetBatches implements AsyncIterable<unknown> {
  readonly #tf: TF;
  readonly #dataset: DatasetLike;

  constructor(tf: TF, dataset: DatasetLike) {
    this.#tf = tf;
    this.#dataset = dataset;
  }

  /** Batches of a pass; undefined where TensorFlow.js does not know. */
  get length(): number | undefined {
    return this.#dataset.size ?? undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    const iterator = await this.#dataset.iterator();
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return;
      try {
        yield await toBatch(this.#tf, value);
      } finally {
        this.#tf.dispose(value as tfTypes.TensorContainer);
      }
    }
  }
}

/** An element with its tensors copied; `{ xs, ys }` as a tuple, all else in its own form. */
async function toBatch(tf: TF, element: unknown): Promise<unknown> {
  forEachLeaf(element, (leaf) => {
    if (leaf instanceof tf.Tensor) return;
    throw new ShapeError(
      `A TensorFlow.js dataset must give batches of tensors, but an element holds ${show(leaf)}. Make batches of its samples: dataset.batch(32).`,
    );
  });
  const batch = await copyTensors(tf, element);
  const { xs, ys } = batch as { readonly xs?: unknown; readonly ys?: unknown };
  if (xs === undefined) return batch;
  return ys === undefined ? [xs] : [xs, ys];
}

/** The same tree with TensorFlow.js' tensors as ours. */
async function copyTensors(tf: TF, tree: unknown): Promise<unknown> {
  const leaves = new Set<tfTypes.Tensor>();
  forEachLeaf(tree, (leaf) => {
    if (leaf instanceof tf.Tensor) leaves.add(leaf);
  });
  const copies = new Map<unknown, Tensor>();
  // All of them, as a dataset's are disposed afterwards.
  await settleAll([...leaves].map(async (leaf) => copies.set(leaf, await fromTfjs(leaf))));
  return mapTree(tree, (leaf) => copies.get(leaf) ?? leaf);
}
