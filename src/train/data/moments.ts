/**
 * Mean and sum of squared deviations of each channel: of a batch, made where the batch is fetched, and of two parts as
 * one. Only these few numbers leave a worker.
 *
 * Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample
 * variances", COMPSTAT 1982.
 */
import { checkIndex, show } from "../../core/check.ts";
import { ShapeError, TrainingError } from "../../core/errors.ts";
import { isThenable } from "../../core/settle.ts";
import { Combinator, type Hooked } from "../../sequence/combinator.ts";
import type { Context } from "../../sequence/context.ts";
import { fetchBatch } from "../../sequence/fetching.ts";
import type { Awaitable, Sequence } from "../../sequence/sequence.ts";
import { isBigDType } from "../../tensor/dtype.ts";
import { checkTensor, isTensor, type Tensor } from "../../tensor/tensor.ts";

/** What is known of some values of each channel. */
export interface Moments {
  /** Values of each channel. */
  readonly count: number;
  readonly mean: Float64Array;
  /** Sum of the squared deviations from the mean. */
  readonly squares: Float64Array;
}

/** The moments of each batch of `source`. */
export class MomentsSequence extends Combinator<Moments> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:train/data/moments#MomentsSequence";
  readonly source: Sequence<unknown>;

  constructor(source: Sequence<unknown>) {
    super();
    this.source = source;
  }

  get length(): number {
    return this.source.length;
  }

  getItem(index: number, context: Context): Awaitable<Moments> {
    checkIndex("statistics(…)", index, this.length);
    const batch = fetchBatch(this.source, context);
    return isThenable(batch)
      ? Promise.resolve(batch).then((it) => momentsOf(inputOf(it)))
      : momentsOf(inputOf(batch));
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }
}

/**
 * The moments of both parts together.
 *
 * @throws ShapeError if they differ in their channels.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.mean.length !== b.mean.length) {
    throw new ShapeError(
      `The last axis is that of channels, and must be the same everywhere, but is ${a.mean.length} and then ${b.mean.length}.`,
    );
  }
  const count = a.count + b.count;
  if (count === 0) return b;
  const mean = new Float64Array(a.mean.length);
  const squares = new Float64Array(a.mean.length);
  for (let c = 0; c < mean.length; c++) {
    const delta = b.mean[c]! - a.mean[c]!;
    mean[c] = a.mean[c]! + delta * (b.count / count);
    squares[c] = a.squares[c]! + b.squares[c]! + delta * delta * (a.count * (b.count / count));
  }
  return { count, mean, squares };
}

/** The part of a batch that goes into a model. */
function inputOf(batch: unknown): Tensor {
  const x = isTensor(batch)
    ? batch
    : Array.isArray(batch)
      ? (batch as readonly unknown[])[0]
      : (batch as { readonly x?: unknown }).x;
  if (isTensor(x)) {
    checkTensor("x", x);
    if (x.dtype !== "float16" && !isBigDType(x.dtype)) return x;
    throw new ShapeError(
      `statistics() takes numbers that JavaScript can add, but x is ${x.dtype}. Convert them: { select: ([x]) => tensor(Array.from(x.data, Number), { shape: x.shape }) }.`,
    );
  }
  throw new ShapeError(
    `statistics() looks at the batch where it is a tensor, at the first element of a tuple, or at x of a record, but found ${show(x)}. Say where it is: { select: (batch) => batch.image }.`,
  );
}

/** The moments of a tensor whose last axis is that of channels; of one axis it is that of samples. */
function momentsOf({ data, shape, dtype }: Tensor): Moments {
  const values = data as Float64Array;
  const channels = shape.length > 1 ? shape.at(-1)! : 1;
  const count = channels === 0 ? 0 : values.length / channels;
  // Bytes mean 0 to 1, as in `normalize`.
  const one = dtype === "uint8" ? 255 : 1;
  const mean = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let c = 0; count > 0 && c < channels; c++) {
    let sum = 0;
    for (let i = c; i < values.length; i += channels) sum += values[i]!;
    const middle = sum / count;
    if (!Number.isFinite(middle)) {
      throw new TrainingError(
        `Channel ${c} of x has no mean: it holds NaN or Infinity, or numbers too large to be added.`,
      );
    }
    let deviations = 0;
    for (let i = c; i < values.length; i += channels) {
      const deviation = values[i]! - middle;
      deviations += deviation * deviation;
    }
    mean[c] = middle / one;
    squares[c] = deviations / (one * one);
  }
  return { count, mean, squares };
}
