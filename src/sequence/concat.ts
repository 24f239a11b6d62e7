import type { DType } from "../tensor/dtype.ts";
import { concat as concatTensors } from "../tensor/stack.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkSequences, type Hooked } from "./combinator.ts";
import { type Place, Selection } from "./selection.ts";
import type { BatchOf, Sequence } from "./sequence.ts";

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
 * One after the other: of sequences a sequence that has the batches of all, of tensors (in an array) one tensor joined
 * along the first axis, `[a, …s]` and `[b, …s]` becoming `[a + b, …s]`.
 *
 * @throws OptionError if there is no sequence, or one of several things is none.
 * @throws ShapeError if there is no tensor, one is a scalar, or naming the first that differs from the first one.
 * @example
 * const all = concat(daytime, night);          // Sequence
 * const outputs = concat([tensor1, tensor2]);  // Tensor
 */
export function concat<D extends DType>(parts: readonly Tensor<D>[]): Tensor<D>;
export function concat<S extends readonly [Sequence<unknown>, ...Sequence<unknown>[]]>(
  ...sources: S
): Sequence<BatchOf<S[number]>>;
export function concat(
  ...parts: readonly [readonly Tensor[]] | readonly Sequence<unknown>[]
): Tensor | Sequence<unknown> {
  const [first] = parts;
  if (Array.isArray(first)) return concatTensors(first as readonly Tensor[]);
  checkSequences("concat", parts);
  return new ConcatSequence(parts as readonly Sequence<unknown>[]);
}
