import { OptionError } from "../../core/errors.ts";
import type { DType } from "../../tensor/dtype.ts";
import { isLazyTensor } from "../../tensor/lazy.ts";
import { concat as concatTensors } from "../../tensor/stack.ts";
import { isTensor, type Tensor } from "../../tensor/tensor.ts";
import type { BatchOf, Sequence } from "../sequence.ts";
import { checkSequences, type Hooked, spread } from "./combinator.ts";
import { type Place, Selection } from "./selection.ts";

/** One sequence after the other; made by {@link concat}. */
export class ConcatSequence<B> extends Selection<B> {
  static override readonly module: string = import.meta.url;
  readonly sources: readonly Sequence<B>[];

  constructor(sources: readonly Sequence<B>[]) {
    super();
    this.sources = sources;
  }

  get length(): number {
    return this.sources.reduce((sum, { length }) => sum + length, 0);
  }

  protected locate(index: number): Place<B> {
    let from = index;
    let which = 0;
    // Ends, as index < length: the sum of the lengths.
    while (from >= this.sources[which]!.length) from -= this.sources[which++]!.length;
    return { source: this.sources[which]!, index: from };
  }

  combines(): readonly Hooked[] {
    return this.sources;
  }
}

/**
 * One after the other: of sequences (one by one, or in an array) a sequence that has the batches of all, of tensors (in
 * an array) one tensor joined along the first axis, `[a, …s]` and `[b, …s]` becoming `[a + b, …s]`.
 *
 * @throws OptionError if there is nothing to join, or one of several things is no sequence.
 * @throws ShapeError if something else stands among tensors, one is a scalar, or naming the first that differs from the
 * first one.
 * @example
 * const all = concat(daytime, night);          // Sequence
 * const outputs = concat([tensor1, tensor2]);  // Tensor
 */
export function concat<D extends DType>(parts: readonly Tensor<D>[]): Tensor<D>;
export function concat<
  S extends readonly [Sequence<unknown>, ...Sequence<unknown>[]] | readonly Sequence<unknown>[],
>(sources: S): Sequence<BatchOf<S[number]>>;
export function concat<S extends readonly [Sequence<unknown>, ...Sequence<unknown>[]]>(
  ...sources: S
): Sequence<BatchOf<S[number]>>;
export function concat(
  ...given: readonly [readonly (Tensor | Sequence<unknown>)[]] | readonly Sequence<unknown>[]
): Tensor | Sequence<unknown> {
  if (given.some(hasNumbers)) throw new OptionError("concat() takes tensors in an array: concat([a, b]).");
  const parts = spread(given);
  if (parts.some(hasNumbers)) return concatTensors(parts as readonly Tensor[]);
  return new ConcatSequence(checkSequences("concat", parts));
}

/** Whether `value` belongs to the other kind of `concat`; images do, although they must be run first. */
function hasNumbers(value: unknown): boolean {
  return isTensor(value) || isLazyTensor(value);
}
