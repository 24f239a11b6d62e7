import { checkIndex, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { isThenable, settleEach, whenThere } from "../../core/settle.ts";
import { type AnyBatch, Combinator, checkSequence, type Hooked } from "../combinator.ts";
import type { Context } from "../context.ts";
import { fetchGroup } from "../group.ts";
import type { Awaitable, Returned, Sequence } from "../sequence.ts";

/** Changes each batch of `source` by `fn`; made by {@link map}. */
export class MapSequence<A, B> extends Combinator<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/map#MapSequence";
  readonly source: Sequence<A>;
  readonly fn: (batch: A, context: Context) => Awaitable<B>;

  constructor(source: Sequence<A>, fn: (batch: A, context: Context) => Awaitable<B>) {
    super();
    this.source = source;
    this.fn = fn;
  }

  get length(): number {
    return this.source.length;
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    checkIndex("map(…)", index, this.length);
    const batch = this.source.getItem(index, context) as Awaitable<A>;
    const mapped = isThenable(batch)
      ? Promise.resolve(batch).then((it) => this.fn(it as A, context))
      : this.fn(batch, context);
    return mapped as Awaitable<Returned<NoInfer<B>>>;
  }

  override getItems(
    indices: readonly number[],
    contexts: readonly Context[],
  ): Awaitable<readonly Returned<NoInfer<B>>[]> {
    for (const index of indices) checkIndex("map(…)", index, this.length);
    const mapEach = (batches: readonly unknown[]) =>
      settleEach(batches.length, (i) => this.fn(batches[i] as A, contexts[i]!));
    return whenThere(fetchGroup<unknown>(this.source, indices, contexts), mapEach) as Awaitable<
      readonly Returned<NoInfer<B>>[]
    >;
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }
}

/**
 * The sequence with each batch changed by `fn`, in the worker that fetched it.
 *
 * `fn` gets the batch as `getItem` returned it, images still lazy, and the context of the batch: `context.random` goes
 * on where the source's `getItem` left it, also in `map(map(a, f), g)`. **Over any other combinator it begins anew**: in
 * `map(take(map(a, f), 9), g)`, or over `cache` or `zip`, `g` draws the very numbers that `f` or the source has drawn, and
 * what both decide by them is the same. Draw in one of them only, or put the maps next to each other:
 * `take(map(map(a, f), g), 9)`. The batch is `fn`'s own; it may change it in place. To reach workers, `fn`
 * must be found there: export it from a module, marked with `portable(import.meta.url, fn)`.
 *
 * @throws OptionError if `source` is no sequence or `fn` no function.
 * @example
 * map(train, ([x, y]) => [y, x]); // [x0, y0], [x1, y1] become [y0, x0], [y1, x1]
 */
export function map<A, B extends AnyBatch>(
  source: Sequence<A>,
  fn: (batch: NoInfer<A>, context: Context) => B | Promise<B>,
): Sequence<B> {
  checkSequence("map", source);
  if (typeof fn !== "function") throw new OptionError(`map() takes a function of a batch, got ${show(fn)}.`);
  return new MapSequence<A, B>(source, fn);
}
