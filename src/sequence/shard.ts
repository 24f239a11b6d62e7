import { checkChoice, checkIndex, checkInteger, checkKnown } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { Combinator, checkSequence, type Hooked } from "./combinator.ts";
import { type Context, deriveContext } from "./context.ts";
import type { Awaitable, Returned, Sequence } from "./sequence.ts";

/** One of `worldSize` readers that share each epoch. */
export interface Shard {
  /** Which share this is, from 0. */
  readonly rank: number;
  /** Number of shares. */
  readonly worldSize: number;
  /**
   * What becomes of the last round, if the batches do not fill it: `"uneven"` (default) gives the first ranks one batch
   * more, `"drop"` leaves the round out. Nothing is ever padded.
   */
  readonly ragged?: "uneven" | "drop";
}

/** Every `worldSize`-th batch from `rank` on; made by {@link shard}. */
export class ShardSequence<B> extends Combinator<B> {
  static override readonly module: string = import.meta.url;
  readonly source: Sequence<B>;
  readonly rank: number;
  readonly worldSize: number;
  readonly ragged: "uneven" | "drop";

  constructor(source: Sequence<B>, { rank, worldSize, ragged = "uneven" }: Shard) {
    super();
    this.source = source;
    this.rank = rank;
    this.worldSize = worldSize;
    this.ragged = ragged;
  }

  get length(): number {
    const { length } = this.source;
    return this.ragged === "drop"
      ? Math.floor(length / this.worldSize)
      : Math.max(0, Math.ceil((length - this.rank) / this.worldSize));
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    checkIndex("shard(…)", index, this.length);
    const from = index * this.worldSize + this.rank;
    return this.source.getItem(from, deriveContext(context, from));
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }
}

/**
 * The share of one of `worldSize` equals: the batches `rank`, `rank + worldSize`, and so on. Every batch is in exactly
 * one share.
 *
 * Shares are fixed; what is shuffled is shuffled within them. A `DataLoader`'s `shard` option shuffles all batches
 * first and then cuts, so that each epoch deals them anew; prefer it for training on several machines.
 *
 * @throws OptionError if `source` is no sequence or `rank` is not below `worldSize`.
 * @example
 * const half = shard(train, { rank: 0, worldSize: 2 });
 */
export function shard<B>(source: Sequence<B>, options: Shard): Sequence<B> {
  checkSequence("shard", source);
  checkKnown("shard()", options, ["rank", "worldSize", "ragged"]);
  const { rank, worldSize, ragged = "uneven" } = options;
  checkInteger("worldSize", worldSize, 1);
  checkInteger("rank", rank);
  if (rank >= worldSize) {
    throw new OptionError(
      `\`rank\` counts from 0 and must be below \`worldSize\` (${worldSize}), got ${rank}.`,
    );
  }
  checkChoice("ragged", ragged, ["uneven", "drop"]);
  return new ShardSequence(source, options);
}
