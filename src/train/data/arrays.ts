/** Arrays as a sequence: how data that are in memory already are validated, evaluated and predicted for. */
import { checkInteger } from "../../core/check.ts";
import { ShapeError } from "../../core/errors.ts";
import { Sequence } from "../../sequence/sequence.ts";
import { isTensor, showShape, sizeOf, type Tensor } from "../../tensor/tensor.ts";
import { forEachLeaf, mapTree } from "../../tensor/tree.ts";

/** Batches of `batchSize` rows of tensors that have one row for each sample; the last one may be smaller. */
export class ArraySequence extends Sequence<unknown> {
  readonly #arrays: unknown;
  readonly #rows: number;
  readonly #batchSize: number;

  /** @throws ShapeError if a leaf is no tensor, or has other rows than the first. */
  constructor(arrays: unknown, batchSize: number = 32) {
    super();
    checkInteger("batchSize", batchSize, 1);
    this.#arrays = arrays;
    this.#rows = rowsOf(arrays);
    this.#batchSize = batchSize;
  }

  get length(): number {
    return Math.ceil(this.#rows / this.#batchSize);
  }

  getItem(index: number): unknown {
    const from = index * this.#batchSize;
    return mapTree(this.#arrays, (leaf) => rows(leaf as Tensor, from, from + this.#batchSize));
  }
}

/** Whether every leaf of `value` is a tensor. */
export function isArrays(value: unknown): boolean {
  let all = true;
  forEachLeaf(value, (leaf) => {
    all &&= isTensor(leaf);
  });
  return all;
}

function rowsOf(arrays: unknown): number {
  let first: number | undefined;
  forEachLeaf(arrays, (leaf) => {
    const rows = isTensor(leaf) ? leaf.shape[0] : undefined;
    first ??= rows;
    if (rows !== undefined && rows === first) return;
    const shape = isTensor(leaf) ? `a tensor of shape ${showShape(leaf.shape)}` : typeof leaf;
    throw new ShapeError(
      `Arrays must have one row for each sample: the first has ${first ?? "no"} rows, but one is ${shape}. (An array of batches is taken for arrays, too: make it a generator, or give a Sequence.)`,
    );
  });
  return first ?? 0;
}

function rows({ data, shape, dtype }: Tensor, from: number, to: number): Tensor {
  const end = Math.min(to, shape[0]!);
  const size = sizeOf(shape.slice(1));
  // A copy, as a batch belongs to whoever receives it.
  return {
    data: data.slice(from * size, end * size),
    shape: [end - from, ...shape.slice(1)],
    dtype,
  } as Tensor;
}
