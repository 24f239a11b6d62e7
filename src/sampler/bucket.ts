/**
 * Batches of samples of like length, so that padding wastes little.
 *
 * The samples are sorted by length once. Consecutive ranks of the sorted list form buckets of some batches; each epoch
 * shuffles within the buckets, cuts them into batches, and shuffles the batches. All of it is arithmetic on ranks: an
 * epoch's order costs nothing to make. The odd batch, where there is one, falls on other ranks each epoch, so that
 * `dropLast` does not always drop the longest samples.
 */
import { checkInteger, checkKnown, checkNumber } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { type Permutation, permute } from "../random/permutation.ts";
import { keyedRandom } from "../random/random.ts";
import { checkList, type Order, type OrderKey, type Sampler } from "./sampler.ts";

/** Options of {@link BucketSampler}. */
export interface BucketSamplerOptions {
  /** Samples in a batch; the same as that of `batches`. */
  readonly batchSize: number;
  /**
   * Batches in a bucket. Default: the square root of the number of batches, at most 20. More mix the samples better,
   * fewer waste less padding.
   */
  readonly bucketBatches?: number;
}

/**
 * Every sample once, in batches of like length, shuffled anew each epoch.
 *
 * @example
 * const lengths = texts.map((text) => text.length);
 * batches(dataset, { batchSize: 32, sampler: new BucketSampler(lengths, { batchSize: 32 }), collate: pad() });
 */
export class BucketSampler implements Sampler {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:sampler/bucket#BucketSampler";
  /** Samples in a batch; the last one of an epoch may have fewer. */
  readonly batchSize: number;
  /** Batches in a bucket: the samples of so many are shuffled with each other. */
  readonly bucketBatches: number;
  /** Sample indices by rising length. */
  readonly sorted: Float64Array;

  /** @throws OptionError if a length is no finite number, a size is below 1, or for an option that there is not. */
  constructor(lengths: ArrayLike<number>, options: BucketSamplerOptions) {
    checkList("lengths", lengths);
    checkKnown("BucketSampler", options, ["batchSize", "bucketBatches"]);
    const { batchSize } = options;
    checkInteger("batchSize", batchSize, 1);
    const batches = Math.ceil(lengths.length / batchSize);
    // A fixed number would leave few batches in one bucket, and so in no order of length at all.
    const { bucketBatches = Math.max(1, Math.min(20, Math.ceil(Math.sqrt(batches)))) } = options;
    checkInteger("bucketBatches", bucketBatches, 1);
    if (lengths.length === 0) throw new OptionError("BucketSampler needs at least one length, got none.");
    for (let i = 0; i < lengths.length; i++) checkNumber(`lengths[${i}]`, lengths[i]);
    const ranks = Float64Array.from({ length: lengths.length }, (_, i) => i);
    this.sorted = ranks.sort((a, b) => lengths[a]! - lengths[b]! || a - b);
    this.batchSize = batchSize;
    this.bucketBatches = bucketBatches;
  }

  get length(): number {
    return this.sorted.length;
  }

  order({ seed, epoch }: OrderKey): Order {
    const { sorted, batchSize, bucketBatches, length } = this;
    const full = Math.floor(length / batchSize);
    const odd = length - full * batchSize;
    const random = keyedRandom(seed, "strata", epoch, 0);
    // The odd batch takes its ranks after this many full ones.
    const before = random.integer(0, full + 1);
    const batchOrder = permute(full, random);
    const bucketSize = batchSize * bucketBatches;
    let bucket = -1;
    let within: Permutation | undefined;
    return (position) => {
      const batch = Math.floor(position / batchSize);
      const place = position - batch * batchSize;
      const rank = batch === full ? before * batchSize + place : rankOf(batchOrder.at(batch), place);
      const at = Math.floor(rank / bucketSize);
      const start = at * bucketSize;
      if (at !== bucket || within === undefined) {
        bucket = at;
        within = permute(Math.min(bucketSize, length - start), keyedRandom(seed, "strata", epoch, 1 + at));
      }
      return sorted[start + within.at(rank - start)]!;
    };

    function rankOf(batch: number, place: number): number {
      return batch * batchSize + place + (batch < before ? 0 : odd);
    }
  }
}
