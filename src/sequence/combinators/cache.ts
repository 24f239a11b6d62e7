import { checkIndex } from "../../core/check.ts";
import { isTensor } from "../../tensor/tensor.ts";
import { type Delivered, isInnerNode } from "../../tensor/tree.ts";
import { copyView } from "../../tensor/view.ts";
import { Combinator, checkSequence, type Hooked, type Keeper } from "../combinator.ts";
import { type Context, deriveContext } from "../context.ts";
import { fetchBatch } from "../fetching.ts";
import type { Returned, Sequence } from "../sequence.ts";

/** A sequence that keeps its batches in memory; made by {@link cache}. */
export class CacheSequence<B> extends Combinator<Delivered<B>> implements Keeper {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/cache#CacheSequence";
  readonly source: Sequence<B>;

  constructor(source: Sequence<B>) {
    super();
    this.source = source;
  }

  get length(): number {
    return this.source.length;
  }

  async getItem(index: number, context: Context): Promise<Returned<NoInfer<Delivered<B>>>> {
    checkIndex("cache(…)", index, this.length);
    const kept = keptOf(this, context.seed);
    if (kept.has(index)) return copy(kept.get(index)) as never;
    const batch = await fetchBatch(this.source, deriveContext(context, index, { epoch: 0 }));
    kept.set(index, copy(batch));
    return batch as never;
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }

  forget(): void {
    stores.delete(this);
  }
}

/**
 * The sequence with each batch kept in memory once it was fetched: for sources that are slow to read, and fit.
 *
 * Batches are those of the source's epoch 0 in every epoch, so that it does not matter which worker fetched which when.
 * Augment after the cache, not before: `map(cache(files), augment)`. Each worker has a cache of its own, empty when it
 * starts and when the source has changed between epochs; each delivery costs a copy, as a delivered batch is given away.
 *
 * @throws OptionError if `source` is no sequence.
 * @example
 * map(cache(all), augment); // a0, a1 are read in the first epoch only, and augmented in each
 */
export function cache<B>(source: Sequence<B>): Sequence<Delivered<B>> {
  checkSequence("cache", source);
  return new CacheSequence(source);
}

/** Batches kept, apart from the sequences: they shall not travel to workers. */
const stores = new WeakMap<object, { readonly seed: number; readonly batches: Map<number, unknown> }>();

function keptOf(sequence: object, seed: number): Map<number, unknown> {
  const known = stores.get(sequence);
  if (known?.seed === seed) return known.batches;
  const batches = new Map<number, unknown>();
  stores.set(sequence, { seed, batches });
  return batches;
}

/** A deep copy of a batch. */
function copy(tree: unknown): unknown {
  if (isTensor(tree)) return { ...tree, data: copyView(tree.data) };
  // Not by structuredClone, which copies all of the buffer that a view shows a part of.
  if (ArrayBuffer.isView(tree)) return copyView(tree);
  if (!isInnerNode(tree)) return typeof tree === "object" ? structuredClone(tree) : tree;
  if (Array.isArray(tree)) return tree.map(copy);
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, copy(child)]));
}
