/**
 * All samples once, mixed within a few blocks at a time: for data that are read in blocks, as the row groups of a Parquet
 * file, where rows in any order would read a whole block for each.
 *
 * Each epoch takes the blocks in another order, so many at a time as `window` says, and mixes the samples of those. It is
 * arithmetic on (seed, epoch, position), with one table an epoch of where each block's samples come. Limits: samples of
 * blocks that are far apart in an epoch's order never meet in a batch, so data that are sorted by class must be mixed before
 * they are written.
 */
import { checkInteger, checkKnown } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { partOf } from "../core/search.ts";
import { type Permutation, permute } from "../random/permutation.ts";
import { keyedRandom } from "../random/random.ts";
import { checkList, type Order, type OrderKey, type Sampler } from "./sampler.ts";

/** Options of {@link BlockSampler}. */
export interface BlockSamplerOptions {
  /** Blocks that are mixed with each other, and kept by who reads them. Default 8. */
  readonly window?: number;
}

/**
 * Every sample once, mixed within a window of blocks, anew each epoch. It is no shuffle of all samples, so it is only used
 * where it is asked for.
 *
 * @example
 * // blocks of 1,000 samples each, as they lie in the file
 * batches(dataset, { batchSize: 32, sampler: new BlockSampler([1000, 1000, 1000, 480], { window: 2 }) });
 */
export class BlockSampler implements Sampler {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:sampler/block#BlockSampler";
  /** The index of each block's first sample, and behind them their number. */
  readonly starts: Float64Array;
  /** Blocks that are mixed with each other. */
  readonly window: number;

  /**
   * @param lengths samples of each block, in the order in which they lie
   * @throws OptionError if there are no samples, a length is no whole number, or for an option that there is not.
   */
  constructor(lengths: ArrayLike<number>, options: BlockSamplerOptions = {}) {
    checkList("lengths", lengths);
    checkKnown("BlockSampler", options, ["window"]);
    const { window = 8 } = options;
    checkInteger("window", window, 1);
    this.starts = new Float64Array(lengths.length + 1);
    for (let block = 0; block < lengths.length; block++) {
      checkInteger(`lengths[${block}]`, lengths[block]);
      this.starts[block + 1] = this.starts[block]! + lengths[block]!;
    }
    if (this.length === 0) throw new OptionError("BlockSampler needs at least one sample, got none.");
    this.window = window;
  }

  get length(): number {
    return this.starts[this.starts.length - 1]!;
  }

  order({ seed, epoch }: OrderKey): Order {
    const { starts, window } = this;
    const blocks = starts.length - 1;
    const blockOrder = permute(blocks, keyedRandom(seed, "blocks", epoch, 0));
    const ends = new Float64Array(blocks + 1);
    for (let place = 0; place < blocks; place++) {
      const block = blockOrder.at(place);
      ends[place + 1] = ends[place]! + starts[block + 1]! - starts[block]!;
    }
    let [from, to, current] = [0, 0, -1];
    let mixed: Permutation | undefined;
    return (position) => {
      if (mixed === undefined || position < from || position >= to) {
        current = Math.floor(partOf(ends, position) / window);
        from = ends[current * window]!;
        to = ends[Math.min(blocks, (current + 1) * window)]!;
        mixed = permute(to - from, keyedRandom(seed, "blocks", epoch, 1 + current));
      }
      const at = from + mixed.at(position - from);
      const place = partOf(ends, at);
      return starts[blockOrder.at(place)]! + at - ends[place]!;
    };
  }
}
