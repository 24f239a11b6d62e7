import { checkShard, type Shard, shareOf } from "../../core/shard.ts";
import { checkSequence } from "../combinator.ts";
import type { Sequence } from "../sequence.ts";
import { SingleSelection, type SourceBatch } from "./selection.ts";

/** Every `worldSize`-th batch from `rank` on; made by {@link shard}. */
export class ShardSequence<B> extends SingleSelection<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/shard#ShardSequence";
  readonly rank: number;
  readonly worldSize: number;
  readonly ragged: "uneven" | "drop";

  constructor(source: Sequence<B>, { rank, worldSize, ragged = "uneven" }: Shard) {
    super(source);
    this.rank = rank;
    this.worldSize = worldSize;
    this.ragged = ragged;
  }

  get length(): number {
    return shareOf(this.source.length, this);
  }

  protected locate(index: number): SourceBatch<B> {
    return { source: this.source, index: index * this.worldSize + this.rank };
  }
}

/**
 * The share of one of `worldSize` equals: the batches `rank`, `rank + worldSize`, and so on. Every batch is in exactly
 * one share.
 *
 * Shares are fixed; what is shuffled is shuffled within them. A `DataLoader`'s `shard` option shuffles all batches
 * first and then cuts, so that each epoch deals them anew; prefer it for training on several machines.
 *
 * @throws OptionError if `source` is no sequence, `rank` is not below `worldSize`, or `options` has another field.
 * @example
 * shard(all, { rank: 0, worldSize: 2 }); // a0, a1, a2 become a0, a2
 */
export function shard<B>(source: Sequence<B>, options: Shard): Sequence<B> {
  checkSequence("shard", source);
  checkShard("shard()", options);
  return new ShardSequence(source, options);
}
