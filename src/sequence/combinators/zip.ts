import { checkIndex } from "../../core/check.ts";
import { settleEach, whenThere } from "../../core/settle.ts";
import {
  Combinator,
  checkSequences,
  commonLength,
  type Hooked,
  type OneByOne,
  type SequenceOrList,
} from "../combinator.ts";
import { type Context, deriveContext } from "../context.ts";
import { fetchGroup } from "../group.ts";
import type { Awaitable, Returned, Sequence } from "../sequence.ts";

/** The batches of several sequences side by side; made by {@link zip}. */
export class ZipSequence<B extends readonly unknown[]> extends Combinator<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/zip#ZipSequence";
  readonly sources: readonly Sequence<unknown>[];

  constructor(sources: readonly Sequence<unknown>[]) {
    super();
    this.sources = sources;
  }

  get length(): number {
    return commonLength("zip", this.sources);
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    checkIndex("zip(…)", index, this.length);
    const batches = settleEach(this.sources.length, (i) =>
      this.sources[i]!.getItem(index, deriveContext(context, index)),
    );
    return batches as never;
  }

  override getItems(
    indices: readonly number[],
    contexts: readonly Context[],
  ): Awaitable<readonly Returned<NoInfer<B>>[]> {
    for (const index of indices) checkIndex("zip(…)", index, this.length);
    const columns = settleEach(this.sources.length, (i) =>
      fetchGroup<unknown>(
        this.sources[i]!,
        indices,
        contexts.map((context, k) => deriveContext(context, indices[k]!)),
      ),
    );
    const rowsOf = (settled: readonly (readonly unknown[])[]) =>
      indices.map((_, k) => settled.map((column) => column[k]));
    return whenThere(columns, rowsOf) as never;
  }

  combines(): readonly Hooked[] {
    return this.sources;
  }
}

/**
 * The batches of several sequences of one length side by side, as tuples. Endless sequences are cut to the others.
 *
 * Each source gets a generator of its own in the same state: images and their masks, zipped, are augmented alike.
 *
 * @throws OptionError if there is no source or one is no sequence; and, when it is read, if their lengths differ.
 * @example
 * zip(images, masks); // i0, i1 and m0, m1 become [i0, m0], [i1, m1]
 */
export function zip<S extends readonly SequenceOrList[]>(
  ...sources: S & OneByOne<S>
): Sequence<{ -readonly [K in keyof S]: S[K] extends Sequence<infer B> ? B : never }>;
export function zip(...sources: readonly unknown[]): Sequence<unknown> {
  return new ZipSequence(checkSequences("zip", sources));
}
