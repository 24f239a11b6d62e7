/**
 * What `mixup` and `cutmix` share: each row of a batch is mixed with the row before it, the first with the last, and so
 * are the labels, in the same proportion.
 *
 * One share is drawn for a batch, from Beta(alpha, alpha) under a stream of its own of (seed, epoch, index): whatever the
 * source draws for its augmentation stays what it is without mixing. That the partner is the row before, and not a random
 * one, is as good where samples are shuffled. torchvision's MixUp and CutMix do the same.
 *
 * With sample weights w and a share s of the own row, the mixed row has the weight s·w + (1 − s)·w' and the labels
 * (s·w·y + (1 − s)·w'·y') over it: for cross-entropy, which is linear in the labels, its loss is exactly that of its two
 * rows, each by its share and its own weight, and a row of weight 0 has no part in the labels.
 */
import { checkIndex, checkInteger, checkKnown, checkNumber, checkPositive, show } from "../../core/check.ts";
import { moveNotes } from "../../core/counters.ts";
import { IndexError, ShapeError } from "../../core/errors.ts";
import { isThenable } from "../../core/settle.ts";
import { keyedRandom, type Random } from "../../random/random.ts";
import { dtypeOf, type TypedArray } from "../../tensor/dtype.ts";
import type { LazyTensor } from "../../tensor/lazy.ts";
import { checkTensor, empty, isTensor, showShape, type Tensor, tensor, zeros } from "../../tensor/tensor.ts";
import { type Delivered, isInnerNode } from "../../tensor/tree.ts";
import { Combinator, type Hooked } from "../combinator.ts";
import type { Context } from "../context.ts";
import { fetchBatch } from "../fetching.ts";
import type { Awaitable, Returned, Sequence } from "../sequence.ts";

/**
 * A batch that can be mixed: `[x, y]` or `[x, y, sampleWeight]`, or a record with these names. `y` holds the number of a
 * class for each row, [n] or [n, 1], or a one-hot row, [n, classes].
 */
export type LabelledBatch =
  | readonly [x: Tensor | LazyTensor, y: Tensor | TypedArray, sampleWeight?: Tensor | TypedArray]
  | {
      readonly x: Tensor | LazyTensor;
      readonly y: Tensor | TypedArray;
      readonly sampleWeight?: Tensor | TypedArray;
    };

/** A batch `B` after mixing: `x` of its dtype, labels and sample weights float32, what else a record holds as it is. */
export type MixedBatch<B> = {
  [K in keyof B]: K extends "1" | "2" | "y" | "sampleWeight" ? Tensor<"float32"> : Delivered<B[K]>;
};

/** Options of {@link mixup} and {@link cutmix}. */
export interface MixingOptions {
  /**
   * How evenly rows are mixed: their share is drawn from Beta(alpha, alpha). 1 draws every share as often as every other;
   * the smaller, the closer to one of the two rows. Default 0.2 for `mixup`, 1 for `cutmix`.
   */
  readonly alpha?: number;
  /**
   * Number of classes. It must be given where labels are numbers of classes, and not one-hot rows. 1 is for models of one
   * output, between 0 and 1: labels, which are 0 or 1, are then mixed as they are.
   */
  readonly classes?: number;
  /** How many of the batches are mixed, drawn for each. The labels of the others are one-hot, too. Default 1: all. */
  readonly probability?: number;
}

/** The options of a combinator that mixes, checked. */
export interface ResolvedMixing {
  readonly alpha: number;
  readonly classes: number | undefined;
  readonly probability: number;
}

/**
 * Checks the options of `mixup` and `cutmix`.
 *
 * @throws OptionError naming the option, what it takes and what came.
 */
export function resolveMixing(what: string, options: MixingOptions, usual: number): ResolvedMixing {
  checkKnown(`${what}()`, options, ["alpha", "classes", "probability"], {
    numClasses: "Its name is `classes`.",
    lambda: "It is drawn for each batch; `alpha` says how.",
    random: "It follows from the loader's seed.",
    seed: "It follows from the loader's seed.",
  });
  const { alpha = usual, classes, probability = 1 } = options;
  checkPositive("alpha", alpha);
  checkNumber("probability", probability, 0, 1);
  if (classes !== undefined) checkInteger("classes", classes, 1);
  return { alpha, classes, probability };
}

/** Rows of `x`, mixed. */
export interface Mixture {
  readonly x: Tensor;
  /** How much of each row is its own. */
  readonly share: number;
}

/** The batches of `source`, their rows mixed with each other. */
export abstract class MixingSequence<B> extends Combinator<MixedBatch<B>> {
  /** What it is called, which is also the stream of its random numbers. */
  abstract readonly mixes: "mixup" | "cutmix";
  readonly source: Sequence<B>;
  readonly alpha: number;
  readonly classes: number | undefined;
  readonly probability: number;

  constructor(source: Sequence<B>, { alpha, classes, probability }: ResolvedMixing) {
    super();
    this.source = source;
    this.alpha = alpha;
    this.classes = classes;
    this.probability = probability;
  }

  get length(): number {
    return this.source.length;
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<MixedBatch<B>>>> {
    checkIndex(`${this.mixes}(…)`, index, this.length);
    const batch = fetchBatch(this.source, context);
    const mixed = isThenable(batch)
      ? Promise.resolve(batch).then((it) => this.mixBatch(it, context))
      : this.mixBatch(batch, context);
    return mixed as never;
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }

  /**
   * `x` with each row mixed with the one before it, the own row with about the share that was drawn.
   *
   * @throws ShapeError if its form cannot be mixed so.
   */
  protected abstract mixRows(x: Tensor, drawn: number, random: Random): Mixture;

  protected mixBatch(batch: unknown, { seed, epoch, index }: Context): unknown {
    const { mixes, classes, alpha, probability } = this;
    const { x, y, sampleWeight } = partsOf(mixes, batch);
    const [rows = 0] = x.shape;
    const labels = labelRows(mixes, y, { rows, classes });
    const weights = sampleWeight === undefined ? undefined : weightsOf(mixes, sampleWeight, rows);
    const random = keyedRandom(seed, mixes, epoch, index);
    if (!random.boolean(probability)) return withParts(batch, x, labels, weights);
    const mixture = this.mixRows(x, random.beta(alpha, alpha), random);
    const { share } = mixture;
    if (weights === undefined)
      return withParts(
        batch,
        mixture.x,
        blend(labels, () => share),
      );
    return withParts(
      batch,
      mixture.x,
      blend(labels, (row, before) => {
        const own = share * weights.data[row]!;
        const sum = own + (1 - share) * weights.data[before]!;
        return sum > 0 ? own / sum : share;
      }),
      blend(weights, () => share),
    );
  }
}

/**
 * Each row with `shareOf` of itself, and the rest of the row before it: products and sum as doubles, rounded once to the
 * dtype, to whole numbers by halves to the even one.
 */
export function blend<D extends "float32" | "float64" | "uint8">(
  { data, shape, dtype }: Tensor<D>,
  shareOf: (row: number, before: number) => number,
): Tensor<D> {
  const mixed = empty(shape, dtype);
  moveNotes(data.buffer, mixed.data.buffer);
  const [rows = 0] = shape;
  const size = data.length / rows;
  // Bytes are written as by Uint8ClampedArray, which rounds; a Uint8Array would cut off.
  const out = mixed.data instanceof Uint8Array ? new Uint8ClampedArray(mixed.data.buffer) : mixed.data;
  for (let row = 0; row < rows; row++) {
    const before = row === 0 ? rows - 1 : row - 1;
    const share = shareOf(row, before);
    const rest = 1 - share;
    const end = (row + 1) * size;
    const back = (before - row) * size;
    for (let i = row * size; i < end; i++) out[i] = share * data[i]! + rest * data[i + back]!;
  }
  return mixed;
}

interface LabelledParts {
  readonly x: Tensor;
  readonly y: unknown;
  readonly sampleWeight: unknown;
}

/** The parts of a batch. */
function partsOf(mixes: string, batch: unknown): LabelledParts {
  const { x, y, sampleWeight } = namedParts(batch);
  if (!isTensor(x) || y === undefined) {
    throw new ShapeError(
      `${mixes}() mixes batches [x, y] or [x, y, sampleWeight], or records with these names, whose x is one tensor, but got ${showBatch(batch)}. Bring others into this form by map() first.`,
    );
  }
  checkTensor("x", x);
  return { x, y, sampleWeight };
}

function namedParts(batch: unknown): Partial<Readonly<Record<keyof LabelledParts, unknown>>> {
  if (!isInnerNode(batch) || (Array.isArray(batch) && batch.length > 3)) return {};
  if (!Array.isArray(batch)) return batch as Partial<LabelledParts>;
  const [x, y, sampleWeight] = batch as readonly unknown[];
  return { x, y, sampleWeight };
}

function showBatch(batch: unknown): string {
  if (isTensor(batch)) return `one tensor of shape ${showShape(batch.shape)}`;
  if (!isInnerNode(batch)) return show(batch);
  return Array.isArray(batch)
    ? `a tuple of ${batch.length}, its x ${show(batch[0])}`
    : `a record of ${Object.keys(batch).join(", ") || "nothing"}`;
}

/** `batch` with other parts in the places of its own. */
function withParts(batch: unknown, x: Tensor, y: Tensor, sampleWeight?: Tensor): unknown {
  if (Array.isArray(batch)) return sampleWeight === undefined ? [x, y] : [x, y, sampleWeight];
  return { ...(batch as object), x, y, ...(sampleWeight && { sampleWeight }) };
}

/** Numbers for each row, as a tensor. */
function numbersOf(mixes: string, name: string, value: unknown, rows: number): Tensor {
  const numbers = isTensor(value) ? value : dtypeOf(value) ? tensor(value as TypedArray) : undefined;
  if (numbers === undefined) {
    throw new ShapeError(`${mixes}() takes ${name} as a tensor or a typed array, got ${show(value)}.`);
  }
  checkTensor(name, numbers);
  if (numbers.dtype === "float16") {
    throw new ShapeError(`${mixes}() does not take ${name} as float16. Give it as float32.`);
  }
  if (numbers.shape.length > 0 && numbers.shape[0] === rows) return numbers;
  throw new ShapeError(
    `${mixes}() mixes the rows of batches, but the batch has ${name} of shape ${showShape(numbers.shape)} for ${rows} rows of x. If it is one sample, make batches first: ${mixes}(batches(dataset, { batchSize })).`,
  );
}

/** Labels as rows of a number for each class. */
function labelRows(
  mixes: string,
  y: unknown,
  { rows, classes }: { readonly rows: number; readonly classes: number | undefined },
): Tensor<"float32"> {
  const { data, shape } = numbersOf(mixes, "y", y, rows);
  const width = shape[1] ?? 1;
  if (shape.length > 2) {
    throw new ShapeError(
      `${mixes}() mixes one label for each row, numbers of classes, [n] or [n, 1], or one-hot rows, [n, classes], but y has shape ${showShape(shape)}.`,
    );
  }
  if (width !== 1) {
    if (classes === undefined || classes === width) return float32(data, shape);
    throw new ShapeError(
      `${mixes}() was given \`classes: ${classes}\`, but the rows of y have ${width}: shape ${showShape(shape)}. One-hot rows need no \`classes\`.`,
    );
  }
  if (classes === undefined) {
    throw new ShapeError(
      `${mixes}() needs \`classes\`, the number of classes, as y of shape ${showShape(shape)} holds numbers of classes, which cannot be mixed: ${mixes}(train, { classes: 10 }).`,
    );
  }
  const binary = classes === 1;
  const labels = binary ? float32(data, shape) : zeros([rows, classes]);
  for (let row = 0; row < rows; row++) {
    const label = Number(data[row]);
    const fits = binary ? label >= 0 && label <= 1 : Number.isInteger(label) && label >= 0 && label < classes;
    if (!fits) {
      const expected = binary ? "label is from 0 to 1" : `class is a whole number from 0 to ${classes - 1}`;
      throw new IndexError(
        `Row ${row} of y is ${data[row]}, but a ${expected}, as ${mixes}() was given \`classes: ${classes}\`.`,
      );
    }
    if (!binary) labels.data[row * classes + label] = 1;
  }
  return labels;
}

function weightsOf(mixes: string, sampleWeight: unknown, rows: number): Tensor<"float32"> {
  const { data, shape } = numbersOf(mixes, "sampleWeight", sampleWeight, rows);
  if (data.length === rows) return float32(data, shape);
  throw new ShapeError(
    `${mixes}() takes one sample weight for each row, [${rows}], but sampleWeight has shape ${showShape(shape)}.`,
  );
}

function float32(data: TypedArray, shape: readonly number[]): Tensor<"float32"> {
  return { data: Float32Array.from(data as ArrayLike<number>, Number), shape, dtype: "float32" };
}
