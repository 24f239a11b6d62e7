/** Mean and standard deviation of a data set, in one pass over its batches. */
import { checkChoice, checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { DataLoader } from "../../loader/data-loader.ts";
import { type DataLoaderOptions, optionNames } from "../../loader/options.ts";
import { progress } from "../../progress/progress.ts";
import { checkSequence } from "../../sequence/combinator.ts";
import { map } from "../../sequence/combinators/map.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import type { LazyTensor } from "../../tensor/lazy.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Moments, MomentsSequence, mergeMoments } from "./moments.ts";

/** Mean and standard deviation of each channel, as `normalize` takes them. */
export interface Statistics {
  /** How many values each channel has: pixels, of images. */
  readonly count: number;
  /** The mean of each channel. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, of all there is: the root of the mean squared deviation. */
  readonly std: readonly number[];
}

/** Options of {@link statistics}: how batches are loaded, as of a `DataLoader`, and what is looked at. */
export interface StatisticsOptions<B = unknown>
  extends Omit<DataLoaderOptions, "shuffle" | "initialEpoch" | "state" | "onError"> {
  /**
   * The part of a batch that is looked at. Default: the batch itself where it is a tensor, the first element of a tuple,
   * `x` of a record. To reach workers it must be `portable`, as a function of `map`.
   */
  readonly select?: (batch: B) => Tensor | LazyTensor;
  /** 1 (default) shows a progress line on standard error, 0 nothing. */
  readonly verbose?: 0 | 1;
}

const ownOptions = ["select", "verbose"];
const refused: Readonly<Record<string, string>> = {
  shuffle: "The order does not matter.",
  initialEpoch: "The batches are those of epoch 0.",
  state: "It is one pass, from the first batch.",
  onError: "A batch that cannot be had would be missing without a word.",
  batchSize: "It belongs to batches(dataset, { … }).",
};
const loadNames = optionNames.filter((name) => !Object.hasOwn(refused, name));

/**
 * Mean and standard deviation of each channel of a data set, which is the last axis of x: `[n, height, width, channels]`
 * of images, `[n, features]` of tables. uint8 counts as 0 to 1, as `normalize` takes it; all else as it is.
 *
 * One pass, in parallel with `workers`: each batch is summed up where it is fetched, and the sums are merged in the order
 * of the batches, so the numbers are the same bits for any number of workers. The batches are those of epoch 0, in order;
 * the hooks of the sequence run as in any epoch. Leave out what is random, and what normalizes: these are to be the
 * numbers of the images as they are.
 *
 * @throws OptionError if `source` is no sequence or has no end, or an option is not what it should be; a BatchError if a
 *   batch cannot be had, or has no such x.
 * @example
 * const pixels = await statistics(train, { workers: 2 });
 * normalize(resize(imread(file), [224, 224]), pixels);
 */
export async function statistics<B>(
  source: Sequence<B>,
  options: StatisticsOptions<NoInfer<B>> = {},
): Promise<Statistics> {
  checkSequence("statistics", source);
  checkKnown("statistics()", options, [...ownOptions, ...loadNames], refused);
  const { select, verbose = 1, ...load } = options;
  checkChoice("verbose", verbose, [0, 1]);
  if (select !== undefined && typeof select !== "function")
    throw new OptionError(`\`select\` must be a function of a batch, got ${show(select)}.`);
  if (source.length === Number.POSITIVE_INFINITY) {
    throw new OptionError(
      "statistics() cannot go through an endless sequence. Cut it: take(sequence, 1000).",
    );
  }
  const loader = new DataLoader(new MomentsSequence(select ? map(source, select) : source), load);
  let all: Moments | undefined;
  try {
    const batches = verbose === 0 ? loader : progress(loader, { label: "statistics" });
    for await (const moments of batches) all = all === undefined ? moments : mergeMoments(all, moments);
  } finally {
    await loader.close();
  }
  if (all === undefined || all.count === 0) {
    throw new OptionError("statistics() found no values: there is no batch here, or none has rows.");
  }
  return resultOf(all);
}

/**
 * The statistics of several parts of a data set together, such as those of the shards of several machines: equal to the
 * whole's but for rounding.
 *
 * @throws OptionError if there is none, or one is no result of `statistics`; ShapeError if they differ in their channels.
 * @example
 * mergeStatistics(await statistics(web), await statistics(books));
 */
export function mergeStatistics(...parts: readonly Statistics[]): Statistics {
  if (parts.length === 0)
    throw new OptionError("mergeStatistics() needs at least one result of statistics(), got none.");
  return resultOf(parts.map(momentsFrom).reduce(mergeMoments));
}

function resultOf({ count, mean, squares }: Moments): Statistics {
  return { count, mean: Array.from(mean), std: Array.from(squares, (sum) => Math.sqrt(sum / count)) };
}

function momentsFrom(part: Statistics): Moments {
  const { count, mean, std } = part ?? {};
  if (!(count > 0) || !Array.isArray(mean) || !Array.isArray(std) || mean.length !== std.length) {
    throw new OptionError(
      `mergeStatistics() takes results of statistics(), { count, mean, std }, one by one, got ${show(part)}. Of a list: mergeStatistics(...list).`,
    );
  }
  return {
    count,
    mean: Float64Array.from(mean),
    squares: Float64Array.from(std, (deviation: number) => deviation * deviation * count),
  };
}
