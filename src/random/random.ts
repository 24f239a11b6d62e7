/**
 * Random numbers as a pure function of (seed, stream, epoch, index): the same in every worker, process, machine and
 * engine, and after every retry.
 *
 * The generator is counter-based ({@link threefry}). Seed, stream and epoch are the key, index and draw are the
 * counter, each in bits of its own: two different tuples never meet in one block, so neighbouring seeds, epochs and
 * indices share nothing. Limits: not for cryptography.
 */
import { checkNumber, checkPositive, checkSeed, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { exp } from "./exp.ts";
import { log } from "./log.ts";
import { threefry } from "./threefry.ts";

/**
 * Which family of numbers is drawn, so that a batch and a sample of one index share nothing.
 * The numbers are part of every seeded output: append, never change.
 */
const streams = {
  batch: 0,
  sample: 1,
  sampler: 2,
  mix: 3,
  batches: 4,
  samples: 5,
  strata: 6,
  begin: 7,
  program: 8,
  end: 9,
  mixup: 10,
  cutmix: 11,
  choice: 12,
  split: 13,
  blocks: 14,
} as const;

/** Name of a family of random numbers. */
export type RandomStream = keyof typeof streams;

const two32 = 2 ** 32;
/** One block, on its way from {@link threefry} into a generator. */
const block = new Uint32Array(4);

/**
 * A source of random numbers. `getItem` gets one as `context.random`; the numbers depend only on seed, epoch, index
 * and how many were drawn before.
 *
 * @example
 * // of getItem(index, { random })
 * const flip = random.boolean();
 * const [top, left] = [random.integer(0, 24), random.integer(0, 24)];
 */
export class Random {
  readonly #seedLow: number;
  readonly #seedHigh: number;
  readonly #epochLow: number;
  readonly #epochHigh: number;
  readonly #indexLow: number;
  readonly #indexHigh: number;
  #drawn = 0;
  /** The other three words of the last block, for the draws after its first. */
  #word1 = 0;
  #word2 = 0;
  #word3 = 0;
  /** A normal number made but not given out yet; NaN for none. */
  #normal = Number.NaN;

  /** @internal Use `context.random`. */
  constructor(seed: number, stream: RandomStream, epoch: number, index: number) {
    this.#seedLow = seed | 0;
    this.#seedHigh = Math.floor(seed / two32) | 0;
    this.#epochLow = epoch | 0;
    // An epoch has 21 bits up here, the stream the 11 above them.
    this.#epochHigh = (Math.floor(epoch / two32) & 0x1fffff) | (streams[stream] << 21);
    this.#indexLow = index | 0;
    this.#indexHigh = Math.floor(index / two32) | 0;
  }

  /** The next 32 random bits, unsigned. */
  bits(): number {
    const word = this.#drawn++ % 4;
    if (word === 1) return this.#word1;
    if (word === 2) return this.#word2;
    if (word === 3) return this.#word3;
    const at = (this.#drawn - 1) / 4;
    threefry(
      at | 0,
      (at / two32) | 0,
      this.#indexLow,
      this.#indexHigh,
      this.#seedLow,
      this.#seedHigh,
      this.#epochLow,
      this.#epochHigh,
      block,
    );
    this.#word1 = block[1]!;
    this.#word2 = block[2]!;
    this.#word3 = block[3]!;
    return block[0]!;
  }

  /**
   * A number in [low, high), every multiple of (high - low) / 2^53 equally likely. Default [0, 1).
   *
   * @throws OptionError if a bound is not finite, or low is above high.
   */
  uniform(low: number = 0, high: number = 1): number {
    if (!(low <= high && high - low < Number.POSITIVE_INFINITY)) throw badRange("uniform", low, high);
    for (;;) {
      const value = low + (high - low) * this.#unit();
      // Rounding may reach `high`, which does not belong to the range.
      if (value < high || low === high) return value;
    }
  }

  /**
   * A whole number in [low, high), each equally likely, without the bias of a remainder.
   * Source: D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
   *
   * @throws OptionError if a bound is no safe integer, the range is empty, or is wider than 2^53.
   */
  integer(low: number, high: number): number {
    const width = high - low;
    if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && width > 0 && width <= 2 ** 53)) {
      throw badRange("integer", low, high);
    }
    return low + (width <= two32 ? this.#below32(width) : this.#below53(width));
  }

  /**
   * A number from the normal distribution. Default mean 0, standard deviation 1.
   * Source: Marsaglia's polar method, with a logarithm that is the same in every engine.
   *
   * @throws OptionError if the mean is not finite, or the deviation is negative or not finite.
   */
  normal(mean: number = 0, deviation: number = 1): number {
    if (!(Number.isFinite(mean) && deviation >= 0 && deviation < Number.POSITIVE_INFINITY)) {
      checkNumber("mean", mean);
      checkNumber("deviation", deviation, 0);
    }
    const kept = this.#normal;
    if (!Number.isNaN(kept)) {
      this.#normal = Number.NaN;
      return mean + deviation * kept;
    }
    for (;;) {
      const x = 2 * this.#unit() - 1;
      const y = 2 * this.#unit() - 1;
      const s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * log(s)) / s);
      this.#normal = y * scale;
      return mean + deviation * x * scale;
    }
  }

  /**
   * A number from the gamma distribution, of mean shape · scale. Default scale 1. For a shape below 1, numbers too small
   * for a double are 0.
   * Source: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
   *
   * @throws OptionError if shape or scale is not above 0 and finite.
   */
  gamma(shape: number, scale: number = 1): number {
    checkPositive("shape", shape);
    checkPositive("scale", scale);
    return scale * (shape < 1 ? exp(this.#logGamma(shape)) : this.#gamma(shape));
  }

  /**
   * A number in [0, 1] from the beta distribution, of mean a / (a + b). `beta(1, 1)` is uniform; the smaller both are,
   * the more numbers lie close to 0 and to 1. The share of `mixup` is drawn so.
   *
   * @throws OptionError if a or b is not above 0 and finite.
   */
  beta(a: number, b: number): number {
    checkPositive("a", a);
    checkPositive("b", b);
    // x / (x + y) of two gamma numbers, by their logarithms: of small a and b both are often too small for a double.
    const difference = this.#logGamma(b) - this.#logGamma(a);
    if (!Number.isNaN(difference)) return 1 / (1 + exp(difference));
    // Both are below 1e-306, where nothing is left between the ends.
    return this.#unit() < a / (a + b) ? 1 : 0;
  }

  /**
   * True with the given probability. Default one half.
   *
   * @throws OptionError if the probability is no number in [0, 1].
   */
  boolean(probability: number = 0.5): boolean {
    if (!(probability >= 0 && probability <= 1)) checkNumber("probability", probability, 0, 1);
    return this.#unit() < probability;
  }

  /**
   * One of `items`, each equally likely.
   *
   * @throws OptionError if there is none.
   */
  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new OptionError("choice() needs at least one item, got an empty array.");
    return items[this.#below32(items.length)]!;
  }

  /** Shuffles an array or typed array in place, every order equally likely (Fisher–Yates), and returns it. */
  shuffle<A extends Shuffled>(items: A): A {
    // Items only change places, so what they are does not matter.
    const list: { [index: number]: unknown } = items;
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.#below32(last + 1);
      const item = list[last];
      list[last] = list[other];
      list[other] = item;
    }
    return items;
  }

  /** A gamma number of a shape of at least 1 and scale 1; never 0. */
  #gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = 1 - this.#unit();
      const square = x * x;
      // The first bound is a cheap part of the second.
      if (u < 1 - 0.0331 * square * square || log(u) < square / 2 + d * (1 - v + log(v))) return d * v;
    }
  }

  /** The logarithm of a gamma number of any shape and scale 1. */
  #logGamma(shape: number): number {
    if (shape >= 1) return log(this.#gamma(shape));
    // A number of shape + 1, times a uniform one to the power of 1 / shape.
    return log(this.#gamma(shape + 1)) + log(1 - this.#unit()) / shape;
  }

  /** 53 random bits as a multiple of 2^-53 in [0, 1). */
  #unit(): number {
    const high = this.bits() >>> 5;
    return (high * 0x4000000 + (this.bits() >>> 6)) * 2 ** -53;
  }

  /** A whole number in [0, width), width ≤ 2^32. */
  #below32(width: number): number {
    for (;;) {
      const x = this.bits();
      // The 64-bit product x · width, in two words: `low` exactly, `high` from what is left.
      const low = Math.imul(x, width) >>> 0;
      if (low >= width || low >= (two32 - width) % width) {
        return Math.round((x * width - low) / two32);
      }
    }
  }

  /** A whole number in [0, width), 2^32 < width ≤ 2^53: 53 bits at a time, those beyond the last multiple refused. */
  #below53(width: number): number {
    const limit = 2 ** 53 - (2 ** 53 % width);
    for (;;) {
      const x = this.#unit() * 2 ** 53;
      if (x < limit) return x % width;
    }
  }
}

/** What can be shuffled: an array, or any typed array. */
export interface Shuffled {
  /** Number of items. */
  readonly length: number;
  [index: number]: unknown;
}

/** The generator keyed by (seed, stream, epoch, index): a safe integer and three values from 0 to 2^53 - 1. */
export function keyedRandom(seed: number, stream: RandomStream, epoch: number, index: number): Random {
  return new Random(seed, stream, epoch, index);
}

/**
 * A generator for a program's own choices, such as the order of a list of files: the same numbers for the same seed,
 * on every machine. In `getItem` use `context.random`, which also knows epoch and index.
 *
 * @param seed a safe integer; default 0
 * @throws OptionError if the seed is no safe integer.
 * @example
 * const files = createRandom(7).shuffle(readdirSync("photos"));
 */
export function createRandom(seed: number = 0): Random {
  checkSeed("seed", seed);
  return new Random(seed, "program", 0, 0);
}

function badRange(method: string, low: number, high: number): OptionError {
  const numbers = method === "integer" ? "safe integers with low < high" : "finite numbers with low ≤ high";
  return new OptionError(
    `${method}(low, high) takes ${numbers}, and gives a number from low up to but not including high; got ${show(low)} and ${show(high)}.`,
  );
}
