import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MixSequence, mix } from "../../../src/sequence/combinators/mix.ts";
import { repeat } from "../../../src/sequence/combinators/repeat.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { fetch, fetchAll, Probe, type Probed } from "../probe.ts";

const weights = fc
  .array(fc.oneof(fc.nat({ max: 20 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(1e6)), {
    minLength: 1,
    maxLength: 6,
  })
  .filter((list) => list.some((weight) => weight > 0));

type Sources = [Sequence<Probed>, ...Sequence<Probed>[]];
const endless = (count: number): Sources =>
  Array.from({ length: count }, (_, i) => repeat(new Probe(`${i}`, 2 ** 40))) as Sources;
const partsOf = (sequence: unknown) => (sequence as MixSequence<unknown>).parts;

describe("mix", () => {
  it("is less than one batch away from every share, after any prefix, and takes each source in order", async () => {
    await fc.assert(
      fc.asyncProperty(weights, async (weights) => {
        const mixed = mix(...endless(weights.length), { weights });
        const parts = partsOf(mixed);
        const period = parts.reduce((a, b) => a + b, 0);
        const given = weights.map(() => 0);
        let drift = 0;
        for (let step = 0; step < 600; step++) {
          const { name, index } = (await fetch(mixed, step)) as Probed;
          if (index !== given[Number(name)]!++)
            throw new Error(`step ${step} takes batch ${index} out of turn`);
          for (const [source, count] of given.entries()) {
            drift = Math.max(drift, Math.abs(count - ((step + 1) * parts[source]!) / period));
          }
        }
        expect(drift).toBeLessThan(1);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps proportions to one part in 65,536, and exactly where they are simple", () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const parts = partsOf(mix(...endless(weights.length), { weights }));
        const period = parts.reduce((a, b) => a + b, 0);
        const sum = weights.reduce((a, b) => a + b, 0);
        for (const [i, weight] of weights.entries()) {
          expect(parts[i] === 0).toBe(weight === 0);
          // Sources so rare that they are given one part are rounded up; the others share what is left.
          expect(Math.abs(parts[i]! / period - weight / sum)).toBeLessThanOrEqual(
            (weights.length + 1) / 2 ** 16,
          );
        }
      }),
    );
    const of = (weights: number[]) => partsOf(mix(...endless(weights.length), { weights }));
    expect(of([0.7, 0.2, 0.1])).toEqual([7, 2, 1]);
    expect(of([1 / 3, 1 / 3, 1 / 3])).toEqual([1, 1, 1]);
    expect(of([30, 10])).toEqual([3, 1]);
    expect(of([5, 0, 5])).toEqual([1, 0, 1]);
    expect(of([0.15, 0.85])).toEqual([3, 17]);
  });

  it("finds a batch far out at once", async () => {
    const mixed = mix(...endless(3), { weights: [7, 2, 1] });
    expect(await fetch(mixed, 1e9)).toMatchObject({ name: "0", index: 7e8 });
    expect(mixed.length).toBe(Number.POSITIVE_INFINITY);
  });

  it("ends where a source has no more", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 15 }), fc.integer({ min: 0, max: 4 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (list) => {
          fc.pre(list.some(([, weight]) => weight > 0));
          const sources = list.map(([length], i) => new Probe(`${i}`, length)) as [Probe, ...Probe[]];
          const weights = list.map(([, weight]) => weight);
          const mixed = mix(...sources, { weights });
          const batches = (await fetchAll(mixed)) as Probed[];
          const given = list.map((_, i) => batches.filter(({ name }) => name === `${i}`).length);
          for (const [i, count] of given.entries()) expect(count).toBeLessThanOrEqual(list[i]![0]);
          // The next batch would come from a source that is used up.
          const { name } = (await fetch(mix(...endless(list.length), { weights }), mixed.length)) as Probed;
          expect(given[Number(name)]).toBe(list[Number(name)]![0]);
        },
      ),
    );
  });

  it("is frozen", async () => {
    const names = async (weights: number[]) =>
      (
        await Promise.all(
          Array.from({ length: 20 }, (_, i) => fetch(mix(...endless(weights.length), { weights }), i)),
        )
      )
        .map((batch) => (batch as Probed).name)
        .join("");
    expect(await names([0.7, 0.2, 0.1])).toMatchInlineSnapshot(`"00010010020001001002"`);
    expect(await names([1, 1, 1])).toMatchInlineSnapshot(`"01201201201201201201"`);
  });
});
