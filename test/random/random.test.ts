import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp } from "../../src/random/exp.ts";
import { log } from "../../src/random/log.ts";
import { createRandom, keyedRandom, type Random, type RandomStream } from "../../src/random/random.ts";
import { betaCDF, gammaCDF, kolmogorovSmirnov } from "./distributions.ts";

const largest = Number.MAX_SAFE_INTEGER;
const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next);
const random = (): Random => keyedRandom(7, "batch", 0, 0);

/** (χ² − mean) / deviation of counts that should be equal; within ±5 in a sound generator. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const sum = counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
  return (sum - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

function histogram(size: number, count: number, next: () => number): number[] {
  const counts = Array<number>(size).fill(0);
  for (let i = 0; i < count; i++) counts[next()]!++;
  return counts;
}

describe("createRandom", () => {
  it("gives the same order for the same seed, another for another, and none of those of getItem", () => {
    const order = (seed?: number) => createRandom(seed).shuffle(Array.from({ length: 30 }, (_, i) => i));
    expect(order(7)).toEqual(order(7));
    expect(order()).toEqual(order(0));
    expect(new Set(order(7)).size).toBe(30);
    expect(order(8)).not.toEqual(order(7));
    expect(createRandom(7).bits()).not.toBe(keyedRandom(7, "batch", 0, 0).bits());
  });

  it("refuses what is no seed", () => {
    for (const seed of [1.5, Number.NaN, "7", null, 2 ** 53])
      expect(() => createRandom(seed as number)).toThrow(/`seed` must be a safe integer/);
  });
});

describe("keys", () => {
  const streams: RandomStream[] = [
    "batch",
    "sample",
    "sampler",
    "mix",
    "batches",
    "samples",
    "strata",
    "program",
    "mixup",
    "cutmix",
    "choice",
  ];
  const key = fc.tuple(fc.maxSafeInteger(), fc.constantFrom(...streams), fc.maxSafeNat(), fc.maxSafeNat());

  it("gives the same numbers for the same key, others for any other", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const [x, y, z] = [keyedRandom(...a), keyedRandom(...a), keyedRandom(...b)];
        const numbers = draw(6, () => x.bits());
        expect(draw(6, () => y.bits())).toEqual(numbers);
        if (a.join() !== b.join()) expect(draw(6, () => z.bits())).not.toEqual(numbers);
      }),
    );
  });

  it("shares no number between neighbours: seed, epoch, index and stream", () => {
    const seen = new Set<string>();
    let blocks = 0;
    for (const seed of [-largest, -2, -1, 0, 1, 2, 2 ** 32 - 1, 2 ** 32, largest]) {
      for (const stream of streams) {
        for (const epoch of [0, 1, 2, 2 ** 32, largest]) {
          for (const index of [0, 1, 2, 2 ** 32, largest]) {
            const generator = keyedRandom(seed, stream, epoch, index);
            for (let block = 0; block < 3; block++, blocks++) {
              seen.add(draw(4, () => generator.bits()).join());
            }
          }
        }
      }
    }
    expect(seen.size).toBe(blocks);
  });

  it("does not repeat seed + index, as adding them would", () => {
    expect(keyedRandom(0, "sample", 0, 1).uniform()).not.toBe(keyedRandom(1, "sample", 0, 0).uniform());
  });
});

describe("uniform", () => {
  it("fills [0, 1) evenly", () => {
    const r = random();
    expect(Math.abs(chiSquare(histogram(64, 100_000, () => Math.floor(r.uniform() * 64))))).toBeLessThan(5);
  });
  it("stays inside any range", () => {
    const bound = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });
    fc.assert(
      fc.property(fc.maxSafeInteger(), bound, bound, (seed, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const value = keyedRandom(seed, "batch", 0, 0).uniform(low, high);
        expect(value >= low && (value < high || low === high)).toBe(true);
      }),
    );
  });
  it("never rounds up to the bound", () => {
    const r = random();
    const high = 1 + Number.EPSILON;
    expect(draw(100, () => r.uniform(1, high)).every((value) => value === 1)).toBe(true);
  });
  it.each([
    [1, 0],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
    [-1e308, 1e308],
  ])("refuses [%d, %d)", (low, high) => {
    expect(() => random().uniform(low, high)).toThrow(/uniform\(low, high\) takes finite numbers/);
  });
});

describe("integer", () => {
  it.each([1, 2, 3, 7, 10, 1000])("draws each of %i values equally often", (width) => {
    const r = random();
    const z = chiSquare(histogram(width, 200 * width + 2000, () => r.integer(-5, width - 5) + 5));
    if (width > 1) expect(Math.abs(z)).toBeLessThan(5);
  });
  it("has no bias where a remainder has: two thirds of 2^32, and of 2^53", () => {
    for (const width of [(2 ** 32 / 3) * 2, (2 ** 53 / 3) * 2].map(Math.floor)) {
      const r = random();
      const lower = draw(20_000, () => r.integer(0, width)).filter((value) => value < width / 2).length;
      expect(Math.abs(lower - 10_000) / Math.sqrt(5000)).toBeLessThan(5);
    }
  });
  it("reaches both ends of any range, and no further", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), fc.nat({ max: 3 }), (seed, a, width) => {
        const low = Math.min(a, largest - width - 1);
        const r = keyedRandom(seed, "batch", 0, 0);
        const values = new Set(draw(100, () => r.integer(low, low + width + 1)));
        expect([...values].sort((x, y) => x - y)).toEqual(
          Array.from({ length: width + 1 }, (_, i) => low + i),
        );
      }),
    );
  });
  it("draws from the widest range", () => {
    const r = random();
    expect(draw(1000, () => r.integer(0, largest)).every((v) => Number.isSafeInteger(v) && v >= 0)).toBe(
      true,
    );
  });
  it.each([
    [0, 0],
    [1, 0],
    [0, 1.5],
    [0, 2 ** 53],
    [-largest, largest],
  ])("refuses [%d, %d)", (low, high) => {
    expect(() => random().integer(low, high)).toThrow(/integer\(low, high\) takes safe integers/);
  });
});

describe("normal", () => {
  it("has the moments of the normal distribution", () => {
    const r = random();
    const values = draw(200_000, () => r.normal());
    const moment = (k: number): number => values.reduce((sum, v) => sum + v ** k, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.01);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(3))).toBeLessThan(0.05);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
    const within = values.filter((v) => Math.abs(v) < 1).length / values.length;
    expect(Math.abs(within - 0.682689)).toBeLessThan(0.005);
  });
  it("is scaled and moved", () => {
    const [a, b] = [random(), random()];
    expect(draw(4, () => a.normal(10, 2))).toEqual(draw(4, () => 10 + 2 * b.normal()));
    expect(random().normal(3, 0)).toBe(3);
  });
  it("refuses a negative deviation", () => {
    expect(() => random().normal(0, -1)).toThrow(/`deviation` must be a finite number of at least 0, got -1/);
    expect(() => random().normal(Number.NaN)).toThrow(/`mean` must be a finite number/);
  });
});

describe("gamma", () => {
  it.each([0.05, 0.2, 0.5, 1, 1.5, 2, 7, 50])("has the distribution of shape %d", (shape) => {
    const r = random();
    const values = draw(20_000, () => r.gamma(shape));
    expect(values.every((value) => value >= 0 && value < Number.POSITIVE_INFINITY)).toBe(true);
    expect(kolmogorovSmirnov(values, (x) => gammaCDF(shape, x))).toBeLessThan(2);
  });
  it("is scaled", () => {
    const [a, b] = [random(), random()];
    expect(draw(4, () => a.gamma(0.5, 3))).toEqual(draw(4, () => 3 * b.gamma(0.5)));
    expect(draw(4, () => a.gamma(5, 3))).toEqual(draw(4, () => 3 * b.gamma(5)));
  });
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "2" as never])("refuses %s", (wrong) => {
    expect(() => random().gamma(wrong)).toThrow(/`shape` must be a finite number above 0, got/);
    expect(() => random().gamma(1, wrong)).toThrow(/`scale` must be a finite number above 0, got/);
  });
});

describe("beta", () => {
  it.each([
    [0.2, 0.2],
    [0.4, 0.4],
    [0.5, 0.5],
    [1, 1],
    [1, 3],
    [2, 0.5],
    [0.1, 5],
    [30, 20],
  ])("has the distribution of (%d, %d)", (a, b) => {
    const r = random();
    const values = draw(20_000, () => r.beta(a, b));
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(kolmogorovSmirnov(values, (x) => betaCDF(a, b, x))).toBeLessThan(2);
  });
  it.each([1e-3, 1e-100, 1e-300, 1e-307, 1e-310, Number.MIN_VALUE])(
    "is a number, and as often low as high, of two parameters of %d",
    (tiny) => {
      const r = random();
      const high = draw(10_000, () => r.beta(tiny, tiny)).filter((value) => {
        expect(value >= 0 && value <= 1).toBe(true);
        return value > 0.5;
      }).length;
      expect(Math.abs(high - 5000) / 50).toBeLessThan(5);
      const third = draw(10_000, () => r.beta(tiny, 2 * tiny)).filter((value) => value > 0.5).length;
      expect(Math.abs(third - 3333) / 47).toBeLessThan(5);
    },
  );
  it("takes the largest parameters, and far apart ones", () => {
    expect(random().beta(1e308, 1e308)).toBe(0.5);
    expect(random().beta(1e308, 1e-310)).toBe(1);
    expect(random().beta(1e-310, 1e308)).toBe(0);
  });
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined as never])("refuses %s", (wrong) => {
    expect(() => random().beta(wrong, 1)).toThrow(/`a` must be a finite number above 0, got/);
    expect(() => random().beta(1, wrong)).toThrow(/`b` must be a finite number above 0, got/);
  });
});

describe("boolean, choice, shuffle", () => {
  it("is true as often as asked", () => {
    const r = random();
    expect(draw(1000, () => Number(r.boolean(0))).includes(1)).toBe(false);
    expect(draw(1000, () => Number(r.boolean(1))).includes(0)).toBe(false);
    const hits = draw(10_000, () => Number(r.boolean(0.3))).filter(Boolean).length;
    expect(Math.abs(hits - 3000) / Math.sqrt(2100)).toBeLessThan(5);
    expect(() => r.boolean(1.1)).toThrow(/`probability` must be a finite number from 0 to 1, got 1.1/);
  });
  it("chooses each item equally often, and refuses none", () => {
    const r = random();
    expect(Math.abs(chiSquare(histogram(5, 10_000, () => r.choice([0, 1, 2, 3, 4]))))).toBeLessThan(5);
    expect(() => r.choice([])).toThrow(/at least one item/);
  });
  it("shuffles tiny arrays into every order equally often", () => {
    for (const n of [2, 3, 4, 5]) {
      const counts = new Map<string, number>();
      for (let seed = 0; seed < 24_000; seed++) {
        const order = keyedRandom(seed, "sampler", 0, 0)
          .shuffle(Array.from({ length: n }, (_, i) => i))
          .join();
        counts.set(order, (counts.get(order) ?? 0) + 1);
      }
      expect(counts.size).toBe([0, 1, 2, 6, 24, 120][n]);
      expect(Math.abs(chiSquare([...counts.values()]))).toBeLessThan(5);
    }
  });
  it("shuffles typed arrays in place", () => {
    const items = Float32Array.of(1, 2, 3);
    expect(random().shuffle(items)).toBe(items);
    expect([...items].sort()).toEqual([1, 2, 3]);
  });
});

it("log is within two units in the last place of Math.log", () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -1022, max: 1.7e308, noNaN: true }), (x) => {
      const expected = Math.log(x);
      expect(Math.abs(log(x) - expected)).toBeLessThanOrEqual(
        2 * Number.EPSILON * Math.max(1, Math.abs(expected)),
      );
    }),
    { numRuns: 2000 },
  );
  expect(log(1)).toBe(0);
});

it("exp is within two units in the last place of Math.exp", () => {
  fc.assert(
    fc.property(fc.double({ min: -800, max: 800, noNaN: true }), (x) => {
      const expected = Math.exp(x);
      if (expected === Number.POSITIVE_INFINITY) expect(exp(x)).toBe(expected);
      else
        expect(Math.abs(exp(x) - expected)).toBeLessThanOrEqual(
          Math.max(2 * Number.EPSILON * expected, Number.MIN_VALUE),
        );
    }),
    { numRuns: 2000 },
  );
  expect(exp(0)).toBe(1);
  expect(exp(Number.NEGATIVE_INFINITY)).toBe(0);
  expect(exp(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
});
