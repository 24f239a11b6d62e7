/** What the values of a leaf are, in numbers: extremes, moments, a histogram, by channel where it is an image. */
import { halfValue } from "../data/array/convert.ts";
import { type DType, isBigDType } from "../tensor/dtype.ts";
import { type BatchLeaf, leafNumbers } from "./leaves.ts";

/** Extremes and moments of numbers. */
export interface ValueMoments {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
}

/** Moments of the leaf of several batches, of which each counts as much. */
export interface MomentSums {
  batches: number;
  min: number;
  max: number;
  /** Sums over batches. */
  mean: number;
  squares: number;
}

/** The sums of no batch. */
export function noMoments(): MomentSums {
  return { batches: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, mean: 0, squares: 0 };
}

/** Adds a batch to `sums`. */
export function addMoments(sums: MomentSums, { min, max, mean, std }: ValueMoments): void {
  sums.batches++;
  sums.min = Math.min(sums.min, min);
  sums.max = Math.max(sums.max, max);
  sums.mean += mean;
  sums.squares += std * std + mean * mean;
}

/** What the sums of at least one batch come to. */
export function momentsOver({ batches, min, max, mean: sum, squares }: MomentSums): ValueMoments {
  const mean = sum / batches;
  return { min, max, mean, std: Math.sqrt(Math.max(0, squares / batches - mean * mean)) };
}

/** What values of a leaf are. Of those that are not finite only their number; moments are 0 where none is finite. */
export interface ValueSummary extends ValueMoments {
  /** Values there are, and values looked at: evenly spaced ones. */
  readonly count: number;
  readonly sampled: number;
  /** Of the values looked at, those that are NaN, and infinite. */
  readonly nan: number;
  readonly infinite: number;
  /** Of the last axis, where it is an image's; else empty. */
  readonly channels: readonly ValueMoments[];
  /** Counts of the values looked at between min and max, in classes of equal width, a list a channel, or one for all. */
  readonly histogram: readonly (readonly number[])[];
}

/** Classes of a histogram. */
const bins = 32;

/** Values looked at by default: as many as a screen shows, in well below a millisecond. */
const mostByDefault = 65_536;

/** Neighbouring steps that are looked at together: one alone costs the memory around it just as well. */
const together = 8;

/**
 * The values of a leaf in short; undefined where it holds no numbers.
 *
 * @param options.most how many values are looked at, evenly spaced in runs of a few; all where there are no more
 */
export function summarize(
  leaf: BatchLeaf,
  { most = mostByDefault }: { readonly most?: number } = {},
): ValueSummary | undefined {
  const numbers = leafNumbers(leaf);
  if (numbers === undefined || numbers.length === 0) return undefined;
  const channels = channelsOf(leaf);
  const values = sample(numbers, leaf, channels, most);
  const sums = Array.from({ length: channels }, (_, channel) => sumUp(values, channel, channels));
  const all = sums.reduce(merge);
  const moments = momentsOf(all);
  return {
    count: numbers.length,
    sampled: values.length,
    ...moments,
    nan: all.nan,
    infinite: all.infinite,
    channels: channels > 1 ? sums.map(momentsOf) : [],
    histogram: all.count === 0 ? [] : sums.map((_, channel) => histogram(values, channel, channels, moments)),
  };
}

/** The class of each sample of a leaf of classes or one-hot rows; none of other leaves. */
export function classesIn({ role, shape, data }: BatchLeaf): readonly number[] {
  if (role === "classes") return Array.from(data as ArrayLike<unknown>, Number);
  if (role !== "oneHot") return [];
  const [rows, columns] = shape as readonly [number, number];
  return Array.from({ length: rows }, (_, row) => {
    let largest = 0;
    for (let column = 1; column < columns; column++)
      if (Number(data[row * columns + column]) > Number(data[row * columns + largest])) largest = column;
    return largest;
  });
}

function channelsOf({ role, shape }: BatchLeaf): number {
  return role === "image" && shape.length === 4 ? shape[3]! : 1;
}

/** At most `most` values as numbers: runs of whole pixels, evenly spaced, the first and the last among them. */
function sample(
  data: ArrayLike<number | bigint>,
  { dtype, shape }: BatchLeaf,
  channels: number,
  most: number,
): Float64Array {
  const { length } = data;
  if (length <= most) return toFloat64(data, dtype, 0, new Float64Array(length), 0, length);
  const run = together * channels;
  const runs = Math.max(1, Math.floor(most / run));
  const values = new Float64Array(Math.min(length, runs * run));
  const steps = (length - run) / channels;
  const width = shape.length > 2 ? shape[2]! : 1;
  for (let i = 0; i < runs; i++) {
    // Not always the same columns of an image: with each run one further.
    const place = Math.floor((i * steps) / Math.max(1, runs - 1));
    const shifted = i === 0 || i === runs - 1 ? place : Math.min(steps, place + (i % Math.min(width, 61)));
    toFloat64(data, dtype, shifted * channels, values, i * run, run);
  }
  return values;
}

/** Copies `count` values from `from` on to `at` on. */
function toFloat64(
  data: ArrayLike<number | bigint>,
  dtype: string,
  from: number,
  values: Float64Array,
  at: number,
  count: number,
): Float64Array {
  if (dtype === "float16")
    for (let i = 0; i < count; i++) values[at + i] = halfValue(data[from + i] as number);
  else if (isBigDType(dtype as DType))
    for (let i = 0; i < count; i++) values[at + i] = Number(data[from + i]);
  else for (let i = 0; i < count; i++) values[at + i] = data[from + i] as number;
  return values;
}

/** Sums over finite values. */
interface Sums {
  readonly count: number;
  readonly nan: number;
  readonly infinite: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of squared distances from the mean. */
  readonly squares: number;
}

/** Sums of every `step`-th value from `first` on. Distances are taken from the first finite one, which keeps digits. */
function sumUp(values: Float64Array, first: number, step: number): Sums {
  let start = first;
  while (start < values.length && !Number.isFinite(values[start]!)) start += step;
  const origin = values[start] ?? 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  let nan = 0;
  let infinite = 0;
  for (let i = first; i < values.length; i += step) {
    const distance = values[i]! - origin;
    if (distance - distance === 0) {
      sum += distance;
      squares += distance * distance;
      min = Math.min(min, values[i]!);
      max = Math.max(max, values[i]!);
    } else if (Number.isNaN(values[i]!)) nan++;
    else infinite++;
  }
  const count = Math.ceil((values.length - first) / step) - nan - infinite;
  const mean = count === 0 ? 0 : sum / count;
  return { count, nan, infinite, min, max, mean: origin + mean, squares: squares - mean * sum };
}

function merge(a: Sums, b: Sums): Sums {
  const count = a.count + b.count;
  const distance = b.mean - a.mean;
  const share = count === 0 ? 0 : b.count / count;
  return {
    count,
    nan: a.nan + b.nan,
    infinite: a.infinite + b.infinite,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.mean + distance * share,
    squares: a.squares + b.squares + distance * distance * a.count * share,
  };
}

function momentsOf({ count, min, max, mean, squares }: Sums): ValueMoments {
  if (count === 0) return { min: 0, max: 0, mean: 0, std: 0 };
  return { min, max, mean, std: Math.sqrt(Math.max(0, squares) / count) };
}

function histogram(
  values: Float64Array,
  first: number,
  step: number,
  { min, max }: ValueMoments,
): readonly number[] {
  const counts = new Uint32Array(bins);
  const scale = max > min ? bins / (max - min) : 0;
  for (let i = first; i < values.length; i += step) {
    const value = values[i]!;
    if (value - value !== 0) continue;
    const bin = ((value - min) * scale) | 0;
    counts[bin < bins ? bin : bins - 1]!++;
  }
  return Array.from(counts);
}
