import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BalancedSampler } from "../../src/sampler/balanced.ts";
import { BlockSampler } from "../../src/sampler/block.ts";
import { BucketSampler } from "../../src/sampler/bucket.ts";
import { RandomSampler } from "../../src/sampler/random.ts";
import type { Order, OrderKey, Sampler } from "../../src/sampler/sampler.ts";
import { SequentialSampler } from "../../src/sampler/sequential.ts";
import { SubsetSampler } from "../../src/sampler/subset.ts";
import { WeightedSampler } from "../../src/sampler/weighted.ts";
import { orderOf, samplerContract } from "../contracts/sampler.ts";

const once = () => 1;

samplerContract("SequentialSampler", () => new SequentialSampler(20), {
  population: 20,
  counts: once,
  orders: 1,
  frozen: [0, 1, 2, 3],
});

for (const [n, frozen] of [
  [20, [18, 14, 3, 12, 2, 6, 17, 15, 1, 9]],
  [3000, [933, 2169, 2187, 377, 998, 2386]],
] as const) {
  samplerContract(`RandomSampler of ${n}`, () => new RandomSampler(n), {
    population: n,
    counts: once,
    frozen,
  });
}

samplerContract("BlockSampler", () => new BlockSampler([40, 0, 3, 1200, 17, 40], { window: 2 }), {
  population: 1300,
  counts: once,
  frozen: [1276, 1258, 1286, 1273, 1257, 1264, 1250, 1279],
});

describe("BlockSampler", () => {
  it("mixes the samples of few blocks at a time, all of them, other blocks with each other in each epoch", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (lengths, window, seed) => {
          fc.pre(lengths.some((length) => length > 0));
          const blockOf = lengths.flatMap((length, block) => new Array<number>(length).fill(block));
          const sampler = new BlockSampler(lengths, { window });
          const order = orderOf(sampler, { seed, epoch: 3 });
          expect([...order].sort((a, b) => a - b)).toEqual(blockOf.map((_, i) => i));
          // Walked from left to right, never more blocks are open than a window has.
          const left = [...lengths];
          const open = new Set<number>();
          for (const index of order) {
            const block = blockOf[index]!;
            open.add(block);
            expect(open.size).toBeLessThanOrEqual(window);
            if (--left[block]! === 0) open.delete(block);
          }
          // Whoever begins in the middle gets the same.
          const at = sampler.order({ seed, epoch: 3 });
          for (let position = order.length - 1; position >= 0; position -= 7)
            expect(at(position)).toBe(order[position]);
        },
      ),
    );
  });

  it("refuses no samples, and lengths that are none", () => {
    expect(() => new BlockSampler([0])).toThrow("BlockSampler needs at least one sample, got none.");
    expect(() => new BlockSampler([1, 0.5])).toThrow(/lengths\[1\]/);
  });
});

const subset = [3, 1, 4, 1, 5, 9, 2, 6, 5, 35];
const named = (index: number) => subset.filter((i) => i === index).length;
samplerContract("SubsetSampler in order", () => new SubsetSampler(subset), {
  population: 36,
  counts: named,
  orders: 1,
  frozen: subset,
});
samplerContract("SubsetSampler shuffled", () => new SubsetSampler(subset, { shuffle: true }), {
  population: 36,
  counts: named,
  frozen: [2, 1, 4, 5, 35, 5, 1, 9, 6, 3],
});

const weights = [0, 1, 2, 3, 0, 4];
const never = (index: number) => (weights[index] === 0 ? 0 : ([0, 100] as const));
samplerContract("WeightedSampler", () => new WeightedSampler(weights, { length: 100 }), {
  population: 6,
  counts: never,
  frozen: [3, 5, 5, 3, 3, 1, 1, 5, 2, 1],
});
const many = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 0 : i));
samplerContract(
  "WeightedSampler without replacement",
  () => new WeightedSampler(many, { length: 20, replacement: false }),
  {
    population: 40,
    counts: (index) => (many[index] === 0 ? 0 : [0, 1]),
    frozen: [39, 23, 25, 30, 19, 26, 38, 10, 13, 18],
  },
);

const labels = [..."aaaaaaaaaaaabbbccccccc"];
samplerContract("BalancedSampler", () => new BalancedSampler(labels), {
  population: labels.length,
  // 3 classes × 12 draws: 12 of a, 12 of b in 3 samples, 12 of c in 7.
  counts: (index) => (labels[index] === "a" ? 1 : labels[index] === "b" ? 4 : [1, 2]),
  frozen: [16, 15, 19, 18, 9, 14, 21, 12, 14, 12],
});
samplerContract("BalancedSampler of a given length", () => new BalancedSampler(labels, { length: 16 }), {
  population: labels.length,
  counts: (index) => (labels[index] === "b" ? [1, 2] : [0, 1]),
  frozen: [0, 3, 17, 13, 18, 19, 5, 2, 8, 13],
});

const lengths = Array.from({ length: 103 }, (_, i) => (i * 37) % 101);
samplerContract("BucketSampler", () => new BucketSampler(lengths, { batchSize: 8, bucketBatches: 2 }), {
  population: 103,
  counts: once,
  frozen: [67, 4, 37, 7, 26, 45, 18, 34, 73, 92],
});

/** A user's own, as in the documentation of `Sampler`. */
class EveryOther implements Sampler {
  readonly population: number;
  constructor(population: number) {
    this.population = population;
  }
  get length(): number {
    return Math.floor(this.population / 2);
  }
  order({ epoch }: OrderKey): Order {
    return (position) => 2 * position + (epoch % 2);
  }
}
samplerContract("a user's sampler", () => new EveryOther(20), {
  population: 20,
  orders: 2,
  frozen: [1, 3, 5],
});

/** How often each sample comes at `position` over many keys, as shares. */
function shares(sampler: Sampler, population: number, position: number | "any", keys = 20_000): number[] {
  const counts = Array<number>(population).fill(0);
  let total = 0;
  for (let epoch = 0; epoch < keys; epoch++) {
    const order = sampler.order({ seed: 5, epoch });
    for (const at of position === "any" ? Array(sampler.length).keys() : [position]) {
      counts[order(at)]!++;
      total++;
    }
  }
  return counts.map((count) => count / total);
}

/** Five standard deviations of a share over 20,000 draws. */
const bound = 5 * Math.sqrt(0.25 / 20_000);

describe("tiny populations are drawn as they should be", () => {
  it.each([2, 3, 4, 5, 8])("shuffled: every position of %i is uniform", (n) => {
    const counts = Array.from({ length: n }, () => Array<number>(n).fill(0));
    for (let epoch = 0; epoch < 20_000; epoch++) {
      for (const [position, index] of orderOf(new RandomSampler(n), { seed: 5, epoch }).entries())
        counts[position]![index]!++;
    }
    for (const count of counts.flat()) expect(Math.abs(count / 20_000 - 1 / n)).toBeLessThan(bound);
  });
  it("shuffled: every order of 4 is as common as any other", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 24_000; seed++) {
      const order = orderOf(new RandomSampler(4), { seed, epoch: 0 }).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  });
  it.each([[[1, 1]], [[1, 3]], [[0, 1, 2, 3, 0, 4]], [[1e-300, 1e300, 1e300]], [[5]]])(
    "weighted with replacement: shares follow %o",
    (weights) => {
      const most = Math.max(...weights);
      const sum = weights.reduce((a, b) => a + b / most, 0);
      const found = shares(new WeightedSampler(weights, { length: 1 }), weights.length, 0);
      for (const [i, share] of found.entries()) {
        expect(Math.abs(share - weights[i]! / most / sum)).toBeLessThan(bound);
        if (weights[i] === 0) expect(share).toBe(0);
      }
    },
  );
  it("weighted without replacement: the first draw and the second follow the weights", () => {
    const sampler = new WeightedSampler([1, 2, 3, 0], { length: 2, replacement: false });
    const first = shares(sampler, 4, 0);
    for (const [i, share] of [1 / 6, 2 / 6, 3 / 6, 0].entries())
      expect(Math.abs(first[i]! - share)).toBeLessThan(bound);
    // P(second = i) = Σ over first j ≠ i of w_j / 6 · w_i / (6 − w_j).
    const w = [1, 2, 3, 0];
    const second = shares(sampler, 4, 1);
    for (const [i, weight] of w.entries()) {
      const share = w.reduce((sum, v, j) => (j === i ? sum : sum + ((v / 6) * weight) / (6 - v)), 0);
      expect(Math.abs(second[i]! - share)).toBeLessThan(bound);
    }
  });
  it("balanced: each sample of a partly drawn class is as likely as any other", () => {
    const found = shares(new BalancedSampler("aaaab", { length: 4 }), 5, "any", 20_000);
    for (const share of found.slice(0, 4)) expect(Math.abs(share - 0.125)).toBeLessThan(bound);
    expect(found[4]).toBe(0.5);
  });
});

describe("BucketSampler", () => {
  const sampler = new BucketSampler(lengths, { batchSize: 8, bucketBatches: 2 });
  it("keeps lengths within a batch close", () => {
    for (let epoch = 0; epoch < 50; epoch++) {
      const order = orderOf(sampler, { seed: 0, epoch });
      for (let from = 0; from < order.length; from += 8) {
        const batch = order.slice(from, from + 8).map((index) => lengths[index]!);
        // A batch lies in two neighbouring buckets of 16 ranks at most.
        expect(Math.max(...batch) - Math.min(...batch)).toBeLessThanOrEqual(33);
      }
    }
  });
  it("keeps lengths close by itself, also where there are few batches", () => {
    for (const batches of [4, 31]) {
      const spread = Array.from({ length: batches * 8 }, (_, i) => (i * 37) % 50);
      const order = orderOf(new BucketSampler(spread, { batchSize: 8 }), { seed: 0, epoch: 0 });
      const ranges = Array.from({ length: batches }, (_, batch) => {
        const of = order.slice(batch * 8, batch * 8 + 8).map((index) => spread[index]!);
        return Math.max(...of) - Math.min(...of);
      });
      // Two buckets of 4 batches, six of 31: a half and a sixth of all lengths.
      expect(Math.max(...ranges)).toBeLessThanOrEqual(batches === 4 ? 26 : 11);
    }
  });
  it("leaves other samples to the odd batch each epoch", () => {
    const odd = new Set<number>();
    for (let epoch = 0; epoch < 200; epoch++) {
      for (const index of orderOf(sampler, { seed: 0, epoch }).slice(96)) odd.add(index);
    }
    expect(odd.size).toBeGreaterThan(90);
  });
});

describe("bad input", () => {
  it.each([
    [() => new WeightedSampler([1, -1]), /`weights\[1\]` must be a finite number of at least 0, got -1/],
    [
      () => new WeightedSampler([Number.NaN]),
      /`weights\[0\]` must be a finite number of at least 0, got NaN/,
    ],
    [() => new WeightedSampler([0, 0]), /All 2 `weights` are 0/],
    [() => new WeightedSampler([]), /`weights` is empty/],
    [
      () => new WeightedSampler([1, 0, 1], { length: 3, replacement: false }),
      /cannot draw 3 samples without replacement: 2 of 3 have a weight above 0/,
    ],
    [() => new WeightedSampler([1], { length: 1.5 }), /`length` must be a whole number/],
    [() => new RandomSampler(-1), /`length` must be a whole number/],
    [() => new SequentialSampler(Number.NaN), /`length` must be a whole number/],
    [() => new SubsetSampler([0, -2]), /`indices\[1\]` must be a whole number of at least 0, got -2/],
    [() => new BalancedSampler([]), /at least one label/],
    [() => new BucketSampler([1, Number.NaN], { batchSize: 2 }), /`lengths\[1\]` must be a finite number/],
    [
      () => new BucketSampler([1], { batchSize: 0 }),
      /`batchSize` must be a whole number of at least 1, got 0/,
    ],
    [() => new WeightedSampler([1], 3 as never), /WeightedSampler takes its options as an object.*got 3/],
    [() => new WeightedSampler([1], { num_samples: 3 } as never), /`num_samples`\. Its name is `length`\./],
    [() => new WeightedSampler([1], { replacement: 0 as never }), /`replacement` must be true or false/],
    [() => new WeightedSampler({} as never), /`weights` must be an array or a typed array, got an object/],
    [() => new BalancedSampler([1], { size: 2 } as never), /BalancedSampler has no option `size`/],
    [() => new BalancedSampler(undefined as never), /`labels` must be an array.*got undefined/],
    [() => new SubsetSampler([1], true as never), /SubsetSampler takes its options as an object.*got true/],
    [() => new BucketSampler([1], { batch_size: 2 } as never), /Its name is `batchSize`/],
  ])("case %#", (make, message) => {
    expect(make).toThrow(message);
  });
});
