import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SplitOptions, split } from "../../src/data/split.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import { map } from "../../src/sequence/combinators/map.ts";
import type { Sequence } from "../../src/sequence/sequence.ts";
import { fetchAll, Probe } from "../sequence/probe.ts";

const numbers = (length: number) => ({ length, getItem: (i: number) => i });

async function indicesOf(part: Sequence<unknown>): Promise<number[]> {
  return (await fetchAll(part)) as number[];
}

/** Indices of the samples of each part; a part that was not asked for has none. */
interface Parts {
  readonly train: number[];
  readonly test: number[];
  readonly validation: number[];
}

async function partsOf(length: number, options: SplitOptions): Promise<Parts> {
  const parts = Object.entries(split(numbers(length), options) as Record<string, Sequence<unknown>>);
  const none: Parts = { train: [], test: [], validation: [] };
  const indices = await Promise.all(
    parts.map(async ([name, part]) => [name, await indicesOf(part)] as const),
  );
  return { ...none, ...Object.fromEntries(indices) };
}

/** Every sample in one part. */
function expectWhole(parts: Parts, length: number): void {
  const all = Object.values(parts).flat();
  expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
}

describe("split", () => {
  it("puts each sample into one part, of the sizes asked for, in order, the same again", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 3000 }),
        fc.double({ min: 0.1, max: 0.4, noNaN: true }),
        fc.option(fc.double({ min: 0.1, max: 0.4, noNaN: true }), { nil: undefined }),
        fc.integer(),
        async (length, test, validation, seed) => {
          const options = { test, seed, ...(validation === undefined ? {} : { validation }) };
          const parts = await partsOf(length, options);
          expect(parts.test.length).toBe(Math.round(test * length));
          if (validation !== undefined) expect(parts.validation.length).toBe(Math.round(validation * length));
          for (const part of Object.values(parts)) expect(part).toEqual([...part].sort((a, b) => a - b));
          expect(await partsOf(length, options)).toEqual(parts);
          expectWhole(parts, length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("stays what it is: a seed means the same parts in every release", async () => {
    const { test } = await partsOf(20, { test: 5, seed: 7 });
    expect(test).toMatchInlineSnapshot(`
      [
        7,
        9,
        13,
        15,
        19,
      ]
    `);
    const large = await partsOf(5000, { test: 4, seed: 7 });
    expect(large.test).toMatchInlineSnapshot(`
      [
        2095,
        2936,
        2941,
        4802,
      ]
    `);
  });

  it("gives every class its share, and leaves one of each to train with", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0.1, max: 0.4, noNaN: true }),
        fc.integer(),
        async (counts, test, seed) => {
          const labels = counts.flatMap((count, label) => new Array<string>(count).fill(`class ${label}`));
          const size = Math.round(test * labels.length);
          fc.pre(size > 0 && size <= labels.length - counts.length);
          const third = Math.floor((labels.length - counts.length - size) / 2);
          const validation = third > 0 ? { validation: third } : {};
          const parts = await partsOf(labels.length, { test, ...validation, seed, stratify: labels });
          expect(parts.validation.length).toBe(third);
          expect(parts.test.length).toBe(size);
          for (const [label, count] of counts.entries()) {
            const held = parts.test.filter((i) => labels[i] === `class ${label}`).length;
            const left = parts.train.filter((i) => labels[i] === `class ${label}`).length;
            expect(left).toBeGreaterThanOrEqual(1);
            // Classes of one sample give none, and others more for them.
            if (third === 0 && counts.every((each) => each > 3))
              expect(Math.abs(held - (size * count) / labels.length)).toBeLessThanOrEqual(1);
          }
          expectWhole(parts, labels.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("cuts no group, and comes as near to the sizes as groups allow", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 12, maxLength: 60 }),
        fc.integer(),
        async (sizes, seed) => {
          const groups = sizes.flatMap((size, group) => new Array<number>(size).fill(group));
          const parts = await partsOf(groups.length, { validation: 0.2, test: 0.2, seed, groups });
          const owners = Object.values(parts).map((part) => new Set(part.map((i: number) => groups[i])));
          expect(owners.reduce((sum, { size }) => sum + size, 0)).toBe(sizes.length);
          for (const name of ["validation", "test"] as const)
            expect(Math.abs(parts[name].length - 0.2 * groups.length)).toBeLessThanOrEqual(9);
          expectWhole(parts, groups.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("splits sequences and what is made of them, and its parts go into batches and loaders", async () => {
    const named = map(new Probe("a", 10), ({ index }) => [index, index % 2] as [number, number]);
    const { train, test } = split(named, { test: 0.3 });
    expect([train.length, test.length]).toEqual([7, 3]);
    await using loader = new DataLoader(batches(train, { batchSize: 2, shuffle: true }), { workers: 0 });
    const seen: number[] = [];
    for await (const [x] of loader) seen.push(...x.data);
    expect(seen.sort()).toEqual((await fetchAll(train)).map(([index]) => index));
    // Samples are augmented as they are without a split.
    expect(await fetchAll(split(new Probe("a", 10), { test: 0.3 }).test)).toEqual(
      (await fetchAll(new Probe("a", 10))).filter(({ index }) =>
        (train as unknown as { indices: Float64Array }).indices.every((i) => i !== index),
      ),
    );
  });

  it.each<[SplitOptions, RegExp]>([
    [{}, /needs the size of a part/],
    [{ test: 0 }, /`test` must be a share between 0 and 1, or a number of samples, got 0/],
    [{ test: 1.5 }, /got 1.5/],
    [{ test: 0.01 }, /`test` of 0.01 is no whole sample of 10/],
    [{ test: 10 }, /leaves none to train with/],
    [{ test: 0.5, validation: 0.5 }, /5 for `validation` and 5 for `test` leaves none/],
    [{ test: 0.2, stratify: [1] }, /`stratify` has 1 entries for 10 samples/],
    [
      { test: 0.2, stratify: [0, 0, 0, 0, 0, 0, 0, 0, 0, Number.NaN] },
      /must hold numbers or strings, got NaN at 9/,
    ],
    [{ test: 0.5, stratify: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, /cannot take 5 samples of 10 classes/],
    [{ test: 0.2, groups: Array(10).fill("a") }, /leaves `test` without a sample/],
    [{ test: 0.2, groups: "aaaaaaaaab" as never }, /`groups` must be an array.*got the string "aaaaaaaaab"/],
    [{ test: 0.2, groups: [{}, 1, 1, 1, 1, 1, 1, 1, 1, 1] as never }, /got an object at 0/],
    [
      { test: 0.2, stratify: [1, "1", 1, "1", 1, "1", 1, "1", 1, "1"] },
      /`stratify` holds numbers and strings, (1 at [02468] and "1" at [13579]|"1" at [13579] and 1 at [02468]): .*labels\.map\(String\)/,
    ],
    [{ test: 0.2, groups: [], stratify: [] }, /not both/],
    [{ train: 0.8 } as never, /no option `train`. It is what the other parts leave/],
  ])("refuses %j", async (options, message) => {
    expect(() => split(numbers(10), options)).toThrow(message);
  });

  it("refuses batches, whose samples may be others in each epoch, and what is no data set", () => {
    const shuffled = batches(numbers(10), { batchSize: 2, shuffle: true });
    expect(() =>
      split(
        map(shuffled, (x) => x),
        { test: 0.2 },
      ),
    ).toThrow(/takes samples, got batches/);
    expect(() => split([1, 2] as never, { test: 1 })).toThrow(/Of an array: \{ length/);
  });
});
