import { checkIndex } from "../core/check.ts";
import { Combinator, checkSequences, type Hooked } from "./combinator.ts";
import { type Context, deriveContext } from "./context.ts";
import type { Awaitable, BatchOf, Returned, Sequence } from "./sequence.ts";

/** One sequence after the other; made by {@link concat}. */
export class ConcatSequence<B> extends Combinator<B> {
  static override readonly module: string = import.meta.url;
  readonly sources: readonly Sequence<B>[];

  constructor(sources: readonly Sequence<B>[]) {
    super();
    this.sources = sources;
  }

  get length(): number {
    return this.sources.reduce((sum, { length }) => sum + length, 0);
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    checkIndex("concat(…)", index, this.length);
    let from = index;
    let which = 0;
    // Ends, as index < length: the sum of the lengths.
    while (from >= this.sources[which]!.length) from -= this.sources[which++]!.length;
    return this.sources[which]!.getItem(from, deriveContext(context, from));
  }

  combines(): readonly Hooked[] {
    return this.sources;
  }
}

/**
 * One sequence after the other, as one. Tensors are joined by `concatenate`.
 *
 * @throws OptionError if there is no source, or one is no sequence.
 * @example
 * const all = concat(daytime, night);
 */
export function concat<S extends readonly [Sequence<unknown>, ...Sequence<unknown>[]]>(
  ...sources: S
): Sequence<BatchOf<S[number]>> {
  checkSequences("concat", sources);
  return new ConcatSequence(sources) as never;
}
