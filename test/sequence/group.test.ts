import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batches } from "../../src/sequence/batching/batches.ts";
import { cache } from "../../src/sequence/combinators/cache.ts";
import { concat } from "../../src/sequence/combinators/concat.ts";
import { map } from "../../src/sequence/combinators/map.ts";
import { mix } from "../../src/sequence/combinators/mix.ts";
import { randomChoice } from "../../src/sequence/combinators/random-choice.ts";
import { repeat } from "../../src/sequence/combinators/repeat.ts";
import { select } from "../../src/sequence/combinators/select.ts";
import { shard } from "../../src/sequence/combinators/shard.ts";
import { skip } from "../../src/sequence/combinators/skip.ts";
import { slice } from "../../src/sequence/combinators/slice.ts";
import { take } from "../../src/sequence/combinators/take.ts";
import { zip } from "../../src/sequence/combinators/zip.ts";
import { type Context, createContext } from "../../src/sequence/context.ts";
import { fetchGroup, readsGroups } from "../../src/sequence/group.ts";
import type { Sequence } from "../../src/sequence/sequence.ts";
import { fetch, Probe, type Probed } from "./probe.ts";

/** A probe that is asked for many at once, at once or late, and keeps what it was asked. */
class GroupProbe extends Probe {
  readonly asked: number[][] = [];
  readonly late: boolean;
  constructor(name: string, length: number, late = false) {
    super(name, length);
    this.late = late;
  }
  override getItems(indices: readonly number[], contexts: readonly Context[]) {
    this.asked.push([...indices]);
    const samples = indices.map((index, i) => this.getItem(index, contexts[i]!));
    return this.late ? Promise.resolve(samples) : samples;
  }
}

/** Combinators that pass the question on. */
const passing: Record<string, (a: Sequence<Probed>, b: Sequence<Probed>) => Sequence<Probed>> = {
  map: (a) => map(a, (sample, { random }) => ({ ...sample, random: sample.random + random.uniform() })),
  take: (a) => take(a, 5),
  skip: (a) => skip(a, 1),
  slice: (a) => slice(a, 1, -1),
  select: (a) => select(a, (index) => index % 3 !== 1),
  shard: (a) => shard(a, { rank: 1, worldSize: 2 }),
  repeat: (a) => repeat(a, 2),
  concat: (a, b) => concat(a, b),
  mix: (a, b) => mix(a, b, { weights: [2, 1] }),
  randomChoice: (a, b) => {
    const length = Math.min(a.length, b.length);
    return randomChoice(take(a, length), take(b, length));
  },
  zip: (a, b) => {
    const length = Math.min(a.length, b.length);
    const both = zip(take(a, length), take(b, length));
    return map(both, ([first, second]) => ({ ...first, random: first.random + second.random }));
  },
};
const depths = fc.array(fc.constantFrom(...Object.keys(passing)), { maxLength: 4 });

describe("getItems", () => {
  it("equals getItem of each, through any combinators", async () => {
    await fc.assert(
      fc.asyncProperty(
        depths,
        fc.boolean(),
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        async (names, late, mixed, more) => {
          const second = mixed ? new Probe("b", 7) : new GroupProbe("b", 7, late);
          const sequence = names.reduce<Sequence<Probed>>(
            (source, name) => passing[name]!(source, second),
            new GroupProbe("a", 8, late),
          );
          fc.pre(sequence.length > 0);
          expect(readsGroups(sequence)).toBe(true);
          const indices = Array.from({ length: 9 }, () => more.next().value! % sequence.length);
          const contexts = () => indices.map((index) => createContext({ epoch: 2, index, seed: 7 }));
          const expected = indices.map((index) => fetch(sequence, index, 2, 7));
          expect(await fetchGroup(sequence as never, indices, contexts())).toEqual(
            await Promise.all(expected),
          );
        },
      ),
    );
  });

  it.each(Object.entries(passing))("checks each index, through %s", async (_, combine) => {
    const sequence = combine(new GroupProbe("a", 8), new GroupProbe("b", 8));
    const indices = [0, sequence.length];
    const contexts = indices.map((index) => createContext({ epoch: 0, index, seed: 7 }));
    await expect(async () => fetchGroup(sequence as never, indices, contexts)).rejects.toThrow(
      /has no index/,
    );
  });

  it("is asked once for each batch, and makes the same batches", async () => {
    for (const late of [false, true]) {
      const [one, many] = [new Probe("a", 10), new GroupProbe("a", 10, late)];
      const options = { batchSize: 4, shuffle: true, collate: (samples: unknown[]) => samples };
      const [expected, actual] = [one, many].map((source) =>
        batches(
          map(source, (sample) => sample),
          options,
        ),
      );
      for (let index = 0; index < 3; index++)
        expect(await fetch(actual!, index)).toEqual(await fetch(expected!, index));
      expect(many.asked.map(({ length }) => length)).toEqual([4, 4, 2]);
    }
  });

  it("is not asked where nothing at the bottom has it, or something in between keeps batches", () => {
    const group = new GroupProbe("a", 4);
    expect(readsGroups(map(new Probe("a", 4), (sample) => sample))).toBe(false);
    expect(readsGroups(map(cache(group), (sample) => sample))).toBe(false);
    expect(
      readsGroups(
        take(
          map(group, (sample) => sample),
          2,
        ),
      ),
    ).toBe(true);
  });

  it("may be that of a dataset which is no sequence", async () => {
    const asked: (readonly number[])[] = [];
    const dataset = {
      length: 5,
      getItem: (i: number) => i,
      getItems: (indices: readonly number[]) => {
        asked.push(indices);
        return indices;
      },
    };
    const sequence = batches(dataset, { batchSize: 3 });
    expect(await fetch(sequence, 1)).toMatchObject({ data: new Float32Array([3, 4]) });
    expect(asked).toEqual([[3, 4]]);
  });

  it.each([
    [() => [1], "getItems returned 1 samples for 2 indices"],
    [() => ({ 0: 1, 1: 2 }), "getItems returned no array for 2 indices"],
    [async () => [1, 2, 3], "getItems returned 3 samples for 2 indices"],
  ])("is refused where it gives anything else than a sample of each", async (getItems, message) => {
    const dataset = { length: 2, getItem: (i: number) => i, getItems: getItems as never };
    await expect(async () => fetch(batches(dataset, { batchSize: 2 }), 0)).rejects.toThrow(message);
  });
});
