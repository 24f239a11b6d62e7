/**
 * The plan of an epoch: which index comes at which step. Pure arithmetic over (seed, epoch); no list is ever built.
 *
 * All ranks see one global order of the epoch's batches. From a common start, step k of rank r is the global position
 * start + k · worldSize + r: shuffled first, then cut, so every index is on exactly one rank.
 */
import { OptionError } from "../core/errors.ts";
import { type Shard, shareOf, wholeShard } from "../core/shard.ts";
import { permutation } from "../random/permutation.ts";

/** What a plan is made of. */
export interface PlanOptions {
  /** Batches of the whole epoch. */
  readonly length: number;
  readonly seed: number;
  readonly epoch: number;
  readonly shuffle: boolean;
  readonly shard: Shard | undefined;
  /** Global position to start from. */
  readonly start: number;
}

/** The order of one epoch, from where it starts. */
export interface Plan {
  /** Number of steps. */
  readonly steps: number;
  /** Index fetched at `step`. */
  index(step: number): number;
  /** Position of `step` in the order that all ranks share. */
  globalPosition(step: number): number;
  /** Global position reached once `steps` steps were consumed on every rank; at most `length`. */
  reached(steps: number): number;
}

/**
 * Plans an epoch.
 *
 * @throws OptionError if an endless sequence shall be shuffled.
 */
export function planEpoch({ length, seed, epoch, shuffle, shard = wholeShard, start }: PlanOptions): Plan {
  if (shuffle && length === Number.POSITIVE_INFINITY) {
    throw new OptionError(
      "A sequence of infinite length cannot be shuffled. Give it a length, or draw at random inside getItem with context.random.",
    );
  }
  const { rank, worldSize } = shard;
  const steps = shareOf(Math.max(0, length - start), shard);
  const order = shuffle ? permutation(length, seed, "batches", epoch) : undefined;
  const globalPosition = (step: number): number => start + step * worldSize + rank;
  return {
    steps,
    index: (step) => (order ? order.at(globalPosition(step)) : globalPosition(step)),
    globalPosition,
    reached: (taken) => (taken >= steps ? length : Math.min(length, start + taken * worldSize)),
  };
}
