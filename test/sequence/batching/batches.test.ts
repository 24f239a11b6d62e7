import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BucketSampler } from "../../../src/sampler/bucket.ts";
import { SubsetSampler } from "../../../src/sampler/subset.ts";
import { WeightedSampler } from "../../../src/sampler/weighted.ts";
import { batches } from "../../../src/sequence/batching/batches.ts";
import type { Context } from "../../../src/sequence/context.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { fetch, fetchAll } from "../probe.ts";

const upTo = (length: number) => Array.from({ length }, (_, i) => i);
/** Samples that are their own index. */
const dataset = (length: number) => ({ length, getItem: (index: number) => index });
/** Keeps the samples as they are. */
const list = <S>(samples: S[]): S[] => samples;
const order = async (sequence: Sequence<number[]>, epoch = 0, seed = 0) =>
  (await fetchAll(sequence, epoch, seed)).flat();

describe("batches", () => {
  it("has every sample once an epoch, in batches of the size asked for", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 50 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        fc.boolean(),
        fc.maxSafeInteger(),
        fc.nat(),
        async (n, batchSize, shuffle, dropLast, seed, epoch) => {
          const sequence = batches(dataset(n), { batchSize, shuffle, dropLast, collate: list });
          const found = await fetchAll(sequence, epoch, seed);
          const sizes = found.map((batch) => batch.length);
          const full = Math.floor(n / batchSize);
          const odd = dropLast || n % batchSize === 0 ? [] : [n % batchSize];
          expect(sizes).toEqual([...Array(full).fill(batchSize), ...odd]);
          expect(sequence.length).toBe(sizes.length);
          const samples = found.flat();
          if (!shuffle) expect(samples).toEqual(upTo(samples.length));
          if (!dropLast) expect(samples.toSorted((a, b) => a - b)).toEqual(upTo(n));
          expect(new Set(samples).size).toBe(samples.length);
        },
      ),
    );
  });

  it("shuffles anew by epoch and by the loader's seed, unless it has a seed of its own", async () => {
    const options = { batchSize: 10, shuffle: true, collate: list<number> };
    const free = batches(dataset(100), options);
    const fixed = batches(dataset(100), { ...options, seed: 3 });
    expect(await order(free, 0, 3)).toEqual(await order(fixed, 0, 99));
    expect(await order(fixed, 0, 1)).toEqual(await order(fixed, 0, 2));
    const orders = [
      order(free, 0, 1),
      order(free, 1, 1),
      order(free, 0, 2),
      order(fixed, 1, 1),
      order(fixed, 0, 1),
    ];
    expect(new Set((await Promise.all(orders)).map(String)).size).toBe(5);
  });

  it("is frozen", async () => {
    const sequence = batches(dataset(10), { batchSize: 4, shuffle: true, collate: list });
    expect(await fetchAll(sequence, 2, 7)).toEqual([
      [3, 4, 9, 8],
      [7, 0, 2, 5],
      [6, 1],
    ]);
  });

  it("does not care how the samples are cut: a sample has its own random numbers, index and epoch", async () => {
    const told = {
      length: 20,
      getItem: (index: number, { random, epoch, seed, index: contextIndex, signal }: Context) => {
        expect(signal.aborted).toBe(false);
        return { index, contextIndex, epoch, seed, random: random.uniform() };
      },
    };
    const samples = async (batchSize: number, shuffle: boolean) =>
      (await fetchAll(batches(told, { batchSize, shuffle, seed: 5, collate: list }), 3, 11))
        .flat()
        .sort((a, b) => a.index - b.index);
    const expected = await samples(1, false);
    expect(expected.map(({ contextIndex }) => contextIndex)).toEqual(upTo(20));
    expect(new Set(expected.map(({ random }) => random)).size).toBe(20);
    expect(expected[0]).toMatchObject({ epoch: 3, seed: 11 });
    expect(await samples(7, false)).toEqual(expected);
    expect(await samples(6, true)).toEqual(expected);
  });

  it("orders a billion samples as fast as ten, with no list of them", async () => {
    const sequence = batches(dataset(2 ** 40), { batchSize: 4, shuffle: true, collate: list });
    const batch = await fetch(sequence, 2 ** 37);
    expect(new Set(batch).size).toBe(4);
    expect(batch.every((index) => Number.isSafeInteger(index) && index < 2 ** 40)).toBe(true);
  });

  it("fetches a batch's samples concurrently, and collates them in order", async () => {
    let running = 0;
    let most = 0;
    const slow = {
      length: 8,
      getItem: async (index: number) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5 - (index % 4)));
        running--;
        return index;
      },
    };
    expect(await fetchAll(batches(slow, { batchSize: 4, collate: list }))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(most).toBe(4);
  });

  it("waits for the samples under way before it reports the one that failed", async () => {
    let finished = 0;
    const broken = (late: boolean) => ({
      length: 3,
      getItem: (index: number): Promise<number> => {
        if (index === 1 && !late) throw new Error("broken");
        return new Promise((resolve, reject) =>
          setTimeout(() => {
            finished++;
            if (index === 1) reject(new Error("broken"));
            else resolve(index);
          }, index),
        );
      },
    });
    for (const late of [true, false]) {
      finished = 0;
      await expect((async () => fetch(batches(broken(late), { batchSize: 3 }), 0))()).rejects.toThrow(
        "broken",
      );
      expect(finished).toBe(late ? 3 : 1);
    }
  });

  it("takes samplers, and says which chose an index that is not there", async () => {
    const of = (sampler: ConstructorParameters<typeof SubsetSampler>[0]) =>
      batches(dataset(6), { batchSize: 2, sampler: new SubsetSampler(sampler), collate: list });
    expect(await fetchAll(of([5, 0, 5]))).toEqual([[5, 0], [5]]);
    await expect(fetchAll(of([0, 6]))).rejects.toThrow(
      /SubsetSampler chose a sample that is not there: the dataset has no index 6: expected a whole number from 0 to 5/,
    );
    const drawn = batches(dataset(3), {
      batchSize: 4,
      sampler: new WeightedSampler([0, 1, 0], { length: 6 }),
      dropLast: true,
      collate: list,
    });
    expect(await fetchAll(drawn)).toEqual([[1, 1, 1, 1]]);
  });

  it("follows a dataset that grows", async () => {
    const growing = { length: 2, getItem: (index: number) => index };
    const sequence = batches(growing, { batchSize: 2, shuffle: true, collate: list });
    expect((await order(sequence)).sort()).toEqual([0, 1]);
    growing.length = 5;
    expect((await order(sequence)).sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    [{ batchSize: 0 }, /`batchSize` must be a whole number of at least 1, got 0/],
    [{}, /`batchSize` must be a whole number of at least 1, got undefined/],
    [{ batchSize: 2, seed: 0.5 }, /`seed` must be a safe integer/],
    [{ batchSize: 2, seed: 2 ** 53 }, /`seed` must be a safe integer/],
    [{ batchSize: 2, batch: 3 }, /batches\(\) has no option `batch`/],
    [{ batchSize: 2, shuffle: "yes" }, /`shuffle` must be true or false, got "yes"/],
    [{ batchSize: 2, dropLast: 1 }, /`dropLast` must be true or false, got 1/],
    [{ batchSize: 2, collate: 3 }, /`collate` must be a function of the samples or pad\(\), got 3/],
    [
      { batchSize: 2, sampler: [1, 2] },
      /`sampler` must have `length` and `order\({ seed, epoch }\)`, got an array of 2/,
    ],
    [{ batchSize: 2, shuffle: true, sampler: new SubsetSampler([0]) }, /`shuffle` or `sampler`, not both/],
    [
      { batchSize: 2, sampler: new BucketSampler([1], { batchSize: 3 }) },
      /sampler makes batches of 3, but `batchSize` is 2/,
    ],
  ])("refuses bad options: case %#", (options, message) => {
    expect(() => batches(dataset(3), options as never)).toThrow(message);
  });
  it("refuses what is no dataset", () => {
    expect(() => batches([1, 2, 3] as never, { batchSize: 2 })).toThrow(
      /takes a dataset with `length` and `getItem/,
    );
    expect(() => batches(undefined as never, { batchSize: 2 })).toThrow(/got undefined/);
  });
});
