/** The share that one of several equal readers has of an epoch. */
import { checkChoice, checkInteger, checkKnown } from "./check.ts";

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

/** The share of whoever reads alone. */
export const wholeShard: Shard = { rank: 0, worldSize: 1 };

/**
 * Checks a shard.
 *
 * @param what who takes it
 * @param path what comes before the names of its fields where it is itself a field
 * @throws OptionError if it has another field, or one that is out of range.
 */
export function checkShard(what: string, shard: Shard, path: string = ""): void {
  checkKnown(what, shard, ["rank", "worldSize", "ragged"]);
  const { rank, worldSize, ragged = "uneven" } = shard;
  checkInteger(`${path}worldSize`, worldSize, 1);
  checkInteger(`${path}rank`, rank, 0, worldSize - 1);
  checkChoice(`${path}ragged`, ragged, ["uneven", "drop"]);
}

/** Batches in the share, of `length` that are dealt out in turn from rank 0 on. */
export function shareOf(length: number, { rank, worldSize, ragged }: Shard): number {
  return ragged === "drop"
    ? Math.floor(length / worldSize)
    : Math.max(0, Math.ceil((length - rank) / worldSize));
}
