import {
  type BatchOfAny,
  checkSequences,
  type Hooked,
  type OneByOne,
  type SequenceOrList,
} from "../combinator.ts";
import type { Sequence } from "../sequence.ts";
import { Selection, type SourceBatch } from "./selection.ts";

/** One sequence after the other; made by {@link concat}. */
export class ConcatSequence<B> extends Selection<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/concat#ConcatSequence";
  readonly sources: readonly Sequence<B>[];

  constructor(sources: readonly Sequence<B>[]) {
    super();
    this.sources = sources;
  }

  get length(): number {
    return this.sources.reduce((sum, { length }) => sum + length, 0);
  }

  protected locate(index: number): SourceBatch<B> {
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
 * The batches of several sequences, one sequence after the other.
 *
 * @throws OptionError if there is no source or one is no sequence.
 * @example
 * concat(day, night); // d0, d1, d2 and n0, n1 become d0, d1, d2, n0, n1
 * concat(...parts);   // of a list
 */
export function concat<S extends readonly SequenceOrList[]>(
  ...sources: S & OneByOne<S>
): Sequence<BatchOfAny<S>>;
export function concat(...sources: readonly unknown[]): Sequence<unknown> {
  return new ConcatSequence(checkSequences("concat", sources));
}
