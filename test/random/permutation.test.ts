import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Permutation, permutation } from "../../src/random/permutation.ts";
import { keyedRandom, type RandomStream } from "../../src/random/random.ts";

const largest = Number.MAX_SAFE_INTEGER;
const seeds = fc.maxSafeInteger();
const epochs = fc.maxSafeNat();
const streams = fc.constantFrom("batches" as const, "samples" as const);

/** Throws unless `at` takes each value once. */
function checkBijection(permutation: Permutation, seen: Uint8Array): void {
  const { length } = permutation;
  seen.fill(0, 0, length);
  for (let position = 0; position < length; position++) {
    const index = permutation.at(position);
    if (!(index >= 0 && index < length) || seen[index] !== 0) {
      throw new Error(`not a bijection: n = ${length}, at(${position}) = ${index}`);
    }
    seen[index] = 1;
  }
}

/**
 * The position of `index`, by the rounds of the network backwards, written once more from their description with exact
 * numbers: what can be undone everywhere takes no value twice. A table is looked through.
 */
function undo(index: number, n: number, seed: number, stream: RandomStream, epoch: number): number {
  const random = keyedRandom(seed, stream, epoch, n);
  if (n <= 1024) return random.shuffle(Array.from({ length: n }, (_, i) => i)).indexOf(index);
  const keys = Array.from({ length: 6 }, () => random.bits() | 0);
  const bits = BigInt(n - 1).toString(2).length;
  const rightBits = Math.ceil(bits / 2);
  const hash = (x: number, width: number) => {
    const once = Math.imul(x, 0x7feb352d);
    return Math.imul(once ^ (once >>> 15), 0x846ca68b) >>> (32 - width);
  };
  let x = BigInt(index);
  do {
    let left = Number(x >> BigInt(rightBits));
    let right = Number(BigInt.asUintN(rightBits, x));
    for (let round = 4; round >= 0; round -= 2) {
      right ^= hash(left ^ keys[round + 1]!, rightBits);
      left ^= hash(right ^ keys[round]!, bits - rightBits);
    }
    x = (BigInt(left) << BigInt(rightBits)) | BigInt(right);
  } while (x >= n);
  return Number(x);
}

describe("the permutation takes every index exactly once", () => {
  // Every length to 2^14 is 134 million indices a key; bench/permutation.ts proves it under more keys, and to 2^27.
  it("for every length up to 2^14", { timeout: 240_000 }, () => {
    const seen = new Uint8Array(2 ** 14);
    for (let n = 0; n <= 2 ** 14; n++) {
      const order = permutation(n, n * 7919, "samples", n % 5);
      seen.fill(0, 0, n);
      // n distinct marks inside [0, n) are all of them.
      for (let position = 0; position < n; position++) seen[order.at(position)] = 1;
      if (seen.subarray(0, n).includes(0)) throw new Error(`not a bijection: n = ${n}`);
    }
  });

  it("for every length up to 2^11 under several keys", () => {
    const seen = new Uint8Array(2 ** 11);
    for (const [seed, epoch] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [-largest, largest],
    ] as const) {
      for (let n = 0; n <= 2 ** 11; n++) checkBijection(permutation(n, seed, "batches", epoch), seen);
    }
  });

  it("for 2^k - 1, 2^k and 2^k + 1 up to 2^20, under several keys", () => {
    const seen = new Uint8Array(2 ** 20 + 1);
    for (let k = 1; k <= 20; k++) {
      for (const n of [2 ** k - 1, 2 ** k, 2 ** k + 1]) {
        for (const seed of k <= 16 ? [0, 1, -1, largest] : [3]) {
          checkBijection(permutation(n, seed, "batches", k), seen);
        }
      }
    }
  });

  it("for any length and key, as far as undoing it can tell", () => {
    const lengths = fc.oneof(
      fc
        .maxSafeNat()
        .map((n) => n + 1)
        .filter((n) => n <= largest),
      fc.integer({ min: 1, max: 52 }).chain((k) => fc.constantFrom(2 ** k - 1, 2 ** k, 2 ** k + 1)),
      fc.constant(largest),
    );
    fc.assert(
      fc.property(
        lengths,
        seeds,
        streams,
        epochs,
        fc.array(fc.nat({ max: 2 ** 30 })),
        (n, seed, stream, epoch, points) => {
          const order = permutation(n, seed, stream, epoch);
          for (const position of [
            0,
            n - 1,
            ...points.map((point) => point % n),
            ...points.map((p) => n - 1 - (p % n)),
          ]) {
            const index = order.at(position);
            expect(Number.isInteger(index) && index >= 0 && index < n).toBe(true);
            expect(undo(index, n, seed, stream, epoch)).toBe(position);
          }
        },
      ),
    );
  });
});

describe("the edges", () => {
  it("has no index in an empty permutation", () => {
    expect(() => permutation(0, 1, "samples", 0).at(0)).toThrow(/length 0, so it has no index 0/);
  });
  it.each([10, 5000, 2 ** 40])("refuses an index outside [0, %i)", (n) => {
    const order = permutation(n, 1, "samples", 0);
    for (const bad of [-1, n, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => order.at(bad)).toThrow(/expected a whole number from 0 to/);
    }
  });
  it.each([-1, 1.5, Number.NaN, 2 ** 53])("refuses length %d", (n) => {
    expect(() => permutation(n, 1, "samples", 0)).toThrow(/`length` must be a whole number/);
  });
});

it("differs by seed, stream, epoch and length", () => {
  const head = (n: number, seed: number, stream: "batches" | "samples", epoch: number) => {
    const order = permutation(n, seed, stream, epoch);
    return Array.from({ length: 12 }, (_, i) => order.at(i)).join();
  };
  for (const n of [1000, 100_000, 2 ** 45]) {
    const heads = [
      head(n, 0, "samples", 0),
      head(n, 1, "samples", 0),
      head(n, -1, "samples", 0),
      head(n, 2 ** 32, "samples", 0),
      head(n, 0, "samples", 1),
      head(n, 0, "samples", 2 ** 32),
      head(n, 0, "batches", 0),
      head(n + 1, 0, "samples", 0),
    ];
    expect(new Set(heads).size).toBe(heads.length);
  }
});
