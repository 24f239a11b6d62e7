/**
 * A keyed bijection on [0, length): the shuffle of an epoch without a list of it.
 *
 * Invariant: `at` takes every value in [0, length) exactly once, by construction and not by bookkeeping: each round of
 * the network can be undone. Above {@link longestTable} it is a Feistel network on the exact bit width of the last index,
 * whose result is mixed again while it falls outside the range (cycle walking); at most twice on average. Up to there it
 * is a table shuffled by Fisher–Yates, because halves of a few bits mix poorly and a small table costs little.
 * Memory and cost do not grow with the length. Limits: lengths to 2^53 - 1; not for cryptography.
 *
 * Sources: M. Luby, C. Rackoff, "How to construct pseudorandom permutations from pseudorandom functions", 1988;
 * J. Black, P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002 (cycle walking).
 */
import { checkInteger, indexError } from "../core/check.ts";
import { keyedRandom, type Random } from "./random.ts";

/** A bijection on [0, length). Calls allocate nothing. */
export interface Permutation {
  /** Number of indices. */
  readonly length: number;
  /** The index at `position`. @throws IndexError outside [0, length). */
  at(position: number): number;
}

/** Lengths up to this are kept as a table: 2 KiB, shuffled in about 20 µs. */
const longestTable = 1024;

/**
 * Rounds of the network, an even number. Four already pass the statistics of bench/permutation-quality.ts; the two more
 * are margin.
 */
const rounds = 6;

/**
 * The permutation of [0, length) keyed by (seed, stream, epoch). Different keys give unrelated orders, and so do
 * different lengths.
 *
 * @throws OptionError if `length` is no whole number from 0 to 2^53 - 1.
 */
export function permutation(
  length: number,
  seed: number,
  stream: "batches" | "samples",
  epoch: number,
): Permutation {
  checkInteger("length", length);
  return permute(length, keyedRandom(seed, stream, epoch, length));
}

/** The permutation of [0, length) whose key is drawn from `random`. */
export function permute(length: number, random: Random): Permutation {
  if (length <= longestTable) {
    const order = new Uint16Array(length);
    for (let i = 0; i < length; i++) order[i] = i;
    return new Table(random.shuffle(order));
  }
  const keys = new Int32Array(rounds);
  for (let round = 0; round < rounds; round++) keys[round] = random.bits();
  const bits = bitWidth(length - 1);
  return bits <= 31 ? new NarrowFeistel(length, bits, keys) : new WideFeistel(length, bits, keys);
}

/** A permutation written down. */
class Table implements Permutation {
  readonly length: number;
  readonly #order: Uint16Array;

  constructor(order: Uint16Array) {
    this.length = order.length;
    this.#order = order;
  }

  at(position: number): number {
    return this.#order[position] ?? outside(position, this.length);
  }
}

/**
 * A permutation computed. An index is cut into a left and a right part, and each round changes one part by a hash of
 * the other, which the same round undoes.
 */
abstract class Feistel implements Permutation {
  readonly length: number;
  protected readonly keys: Int32Array;
  protected readonly rightBits: number;
  /** 2^rightBits. */
  protected readonly rightSize: number;
  /** How far to shift a 32-bit hash so that as many bits are left as the part has. */
  protected readonly leftShift: number;
  protected readonly rightShift: number;

  constructor(length: number, bits: number, keys: Int32Array) {
    this.length = length;
    this.keys = keys;
    this.rightBits = (bits + 1) >>> 1;
    this.rightSize = 2 ** this.rightBits;
    this.leftShift = 32 - (bits >>> 1);
    this.rightShift = 32 - this.rightBits;
  }

  abstract at(position: number): number;
}

/** Indices of up to 31 bits, cut and joined by shifts. */
class NarrowFeistel extends Feistel {
  at(position: number): number {
    const { length, keys, rightBits, rightSize, leftShift, rightShift } = this;
    if (!inside(position, length)) outside(position, length);
    let x = position | 0;
    do {
      let left = x >>> rightBits;
      let right = x & (rightSize - 1);
      for (let round = 0; round < rounds; round += 2) {
        left ^= hash(right ^ keys[round]!) >>> leftShift;
        right ^= hash(left ^ keys[round + 1]!) >>> rightShift;
      }
      x = (left << rightBits) | right;
    } while (x >= length);
    return x;
  }
}

/** Indices of 32 to 53 bits. Each part still fits a 32-bit word, so only cutting and joining need floating point. */
class WideFeistel extends Feistel {
  at(position: number): number {
    const { length, keys, rightSize, leftShift, rightShift } = this;
    if (!inside(position, length)) outside(position, length);
    // A power of two, so that the product is as exact as the quotient, and cheaper.
    const scale = 1 / rightSize;
    let x = position;
    do {
      let left = Math.floor(x * scale) | 0;
      let right = (x - left * rightSize) | 0;
      for (let round = 0; round < rounds; round += 2) {
        left ^= hash(right ^ keys[round]!) >>> leftShift;
        right ^= hash(left ^ keys[round + 1]!) >>> rightShift;
      }
      x = left * rightSize + right;
    } while (x >= length);
    return x;
  }
}

/**
 * Scatters the bits of `x`; the upper ones of the result are the best mixed, and the ones used.
 * Multipliers: C. Wellons' `lowbias32`, found by search for the least bias, https://nullprogram.com/blog/2018/07/31/.
 */
function hash(x: number): number {
  const once = Math.imul(x, 0x7feb352d);
  return Math.imul(once ^ (once >>> 15), 0x846ca68b);
}

/** Bits needed to write `x`, from 0 to 2^53 - 1, exactly; `Math.log2` would round. */
function bitWidth(x: number): number {
  const high = Math.floor(x / 2 ** 32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(x);
}

function inside(index: number, length: number): boolean {
  return index >= 0 && index < length && Math.floor(index) === index;
}

/** Apart from the check, so that the check stays small enough to be inlined. */
function outside(index: number, length: number): never {
  throw indexError("The permutation", index, length);
}
