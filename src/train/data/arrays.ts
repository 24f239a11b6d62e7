/** Arrays as batches: how data that are in memory already are trained, tested and predicted with. */
import { checkBoolean, checkInteger, checkKnown, show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { batches, type Dataset } from "../../sequence/batching/batches.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import { dtypeOf, type TypedArray, viewOf } from "../../tensor/dtype.ts";
import { checkTensor, isTensor, showShape, sizeOf, type Tensor } from "../../tensor/tensor.ts";
import { forEachLeaf, mapTree } from "../../tensor/tree.ts";
import { portable } from "../../worker/wire/portable.ts";

/** One array: a tensor, or a bare typed array as a tensor of one axis. */
type Leaf = Tensor | TypedArray;

/** Arrays that have one row for each sample: one, or tuples and records of them. */
export type ArrayTree =
  | Leaf
  | readonly [ArrayTree, ...ArrayTree[]]
  | readonly ArrayTree[]
  | { readonly [name: string]: ArrayTree };

/** Options of {@link fromArrays}. */
export interface FromArraysOptions {
  /** Rows of a batch; the last one may have fewer. Default 32, as in Keras. */
  readonly batchSize?: number | undefined;
  /** Whether the rows are shuffled anew each epoch, all of them, by the loader's seed. Default false. */
  readonly shuffle?: boolean | undefined;
}

/** Rows of a batch where nobody says how many, as in Keras. */
const defaultBatchSize = 32;

/**
 * Arrays that have one row for each sample, as a Sequence of batches of the same form. tf.data calls it
 * `from_tensor_slices`, and `batch`. An array is a tensor, or a bare typed array of a number for each sample.
 *
 * @throws OptionError if an option is not what it should be, or there is no array; ShapeError if the arrays differ in
 *   their number of rows.
 * @example
 * const train = fromArrays([x, y], { batchSize: 64, shuffle: true }); // x: [60000, 784], y: [60000]
 * for await (const [images, labels] of new DataLoader(train)) { … } // [64, 784], [64]
 */
export function fromArrays<A extends ArrayTree>(arrays: A, options: FromArraysOptions = {}): Sequence<A> {
  checkKnown("fromArrays()", options, ["batchSize", "shuffle"]);
  const { batchSize = defaultBatchSize, shuffle = false } = options;
  checkInteger("batchSize", batchSize, 1);
  checkBoolean("shuffle", shuffle);
  return batches(new Rows(arrays), {
    batchSize,
    shuffle,
    collate: gather,
  }) as Sequence<ArrayTree> as Sequence<A>;
}

/** Whether every leaf of `value` is an array. */
export function isArrays(value: unknown): value is ArrayTree {
  let all = true;
  forEachLeaf(value, (leaf) => {
    all &&= shapeOf(leaf) !== undefined;
  });
  return all;
}

/** One row of each array: which one, as it is copied when its batch is made. */
interface Row {
  readonly arrays: ArrayTree;
  readonly index: number;
}

/** The rows of arrays as a dataset. */
export class Rows implements Dataset<Row> {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:train/data/arrays#Rows";
  /** The arrays, with one row for each sample. */
  readonly arrays: ArrayTree;
  /** Number of rows. */
  readonly length: number;

  /** @throws OptionError if there is no array; ShapeError if a leaf is none, or has other rows than the first. */
  constructor(arrays: ArrayTree) {
    this.arrays = arrays;
    this.length = rowsOf(arrays);
  }

  /** Names the row at `index`. */
  getItem(index: number): Row {
    return { arrays: this.arrays, index };
  }
}

/** The batch of `rows`: a copy of them, as a batch belongs to whoever receives it. */
export const gather: (rows: readonly Row[]) => ArrayTree = portable(
  import.meta.url,
  function gather(rows: readonly Row[]): ArrayTree {
    const { arrays, index: first } = rows[0]!;
    const isRun = rows.every(({ index }, i) => index === first + i);
    const cut = isRun ? copyRun : copyRows;
    return mapTree(arrays, (leaf) => {
      if (!isTensor(leaf)) return cut(leaf as TypedArray, 1, rows);
      const { data, shape, dtype } = leaf;
      const [, ...rest] = shape;
      return { data: cut(data, sizeOf(rest), rows), shape: [rows.length, ...rest], dtype };
    }) as ArrayTree;
  },
  "epochal:train/data/arrays#gather",
);

/** The typed arrays' own, as a Buffer's shares its memory. */
const { slice: copy } = Uint8Array.prototype as unknown as { slice(from: number, to: number): TypedArray };

/** Rows of `size` elements that follow each other, in one copy. */
function copyRun(data: TypedArray, size: number, rows: readonly Row[]): TypedArray {
  const from = rows[0]!.index * size;
  return copy.call(data, from, from + rows.length * size);
}

/** Rows of `size` elements from anywhere. */
function copyRows(data: TypedArray, size: number, rows: readonly Row[]): TypedArray {
  const picked = viewOf(dtypeOf(data)!, new ArrayBuffer(rows.length * size * data.BYTES_PER_ELEMENT));
  for (const [row, { index }] of rows.entries())
    picked.set(data.subarray(index * size, (index + 1) * size) as never, row * size);
  return picked;
}

/** The shape of an array; undefined of what is none. */
function shapeOf(leaf: unknown): readonly number[] | undefined {
  if (isTensor(leaf)) return leaf.shape;
  return dtypeOf(leaf) === undefined ? undefined : [(leaf as TypedArray).length];
}

function rowsOf(arrays: unknown): number {
  let first: number | undefined;
  forEachLeaf(arrays, (leaf) => {
    const of = shapeOf(leaf);
    const rows = of?.[0];
    first ??= rows;
    // A dtype that there is not is told of where x and y are told apart.
    if (isTensor(leaf) && leaf.data.length !== sizeOf(leaf.shape)) checkTensor("An array", leaf);
    if (rows !== undefined && rows === first) return;
    const shape = of ? `of shape ${showShape(of)}` : show(leaf);
    throw new ShapeError(
      `Arrays must have one row for each sample: the first has ${first ?? "no"} rows, but one is ${shape}. (An array of batches is taken for arrays, too: make it a generator, or give a Sequence.)`,
    );
  });
  if (first !== undefined) return first;
  throw new OptionError(
    `fromArrays() takes arrays with one row for each sample, [x, y], got ${show(arrays)}, without an array in it.`,
  );
}

/**
 * Refuses plain numbers and strings where tensors are needed.
 *
 * @throws OptionError if `value`, that `what` was given for its data, holds plain numbers or strings, at any depth, that
 * should be in a tensor.
 */
export function refusePlain(what: string, value: unknown): void {
  const plain = plainKind(value);
  if (plain === undefined) return;
  throw new OptionError(
    `${what} got arrays of plain ${plain}s. Make them tensors: tensor(x), or [tensor(x), tensor(y)]${plain === "string" ? ", with numbers in the place of strings, such as classes.indexOf(label)" : ""}.`,
  );
}

function plainKind(value: unknown): "number" | "string" | undefined {
  if (!Array.isArray(value)) return undefined;
  for (const item of value) {
    if (typeof item === "number" || typeof item === "string") return typeof item as "number" | "string";
    const kind = plainKind(item);
    if (kind !== undefined) return kind;
  }
  return undefined;
}
