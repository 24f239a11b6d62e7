import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { cache } from "../../../src/sequence/combinators/cache.ts";
import { concat } from "../../../src/sequence/combinators/concat.ts";
import { cutmix } from "../../../src/sequence/combinators/cutmix.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { mix } from "../../../src/sequence/combinators/mix.ts";
import { mixup } from "../../../src/sequence/combinators/mixup.ts";
import { randomChoice } from "../../../src/sequence/combinators/random-choice.ts";
import { repeat } from "../../../src/sequence/combinators/repeat.ts";
import { select } from "../../../src/sequence/combinators/select.ts";
import { shard } from "../../../src/sequence/combinators/shard.ts";
import { skip } from "../../../src/sequence/combinators/skip.ts";
import { slice } from "../../../src/sequence/combinators/slice.ts";
import { take } from "../../../src/sequence/combinators/take.ts";
import { zip } from "../../../src/sequence/combinators/zip.ts";
import { callHook } from "../../../src/sequence/fetching.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { threads } from "../../../src/worker/kinds/thread.ts";
import { byModule } from "../../../src/worker/wire/portable.ts";
import { exportsOf, revive } from "../../../src/worker/wire/snapshot/revive.ts";
import { takeSnapshot } from "../../../src/worker/wire/snapshot/snapshot.ts";
import { fetch, fetchAll, HookedProbe, LateProbe, labelled, named, Probe, type Probed } from "../probe.ts";

/** Every combinator over one source, or over two. */
const combinators: Record<string, (a: Sequence<Probed>, b: Sequence<Probed>) => Sequence<unknown>> = {
  map: (a) => map(a, named),
  take: (a) => take(a, 3),
  skip: (a) => skip(a, 2),
  slice: (a) => slice(a, 1, -1),
  select: (a) => select(a, (index) => index % 2 === 0),
  repeat: (a) => repeat(a, 3),
  shard: (a) => shard(a, { rank: 1, worldSize: 2 }),
  cache: (a) => cache(a),
  concat: (a, b) => concat(a, b),
  zip: (a, b) => zip(a, b),
  mix: (a, b) => mix(a, b, { weights: [2, 1] }),
  randomChoice: (a, b) => randomChoice(a, b, a),
  mixup: (a) => mixup(map(a, labelled), { classes: 9 }),
  cutmix: (a) => cutmix(map(a, labelled), { classes: 9 }),
  batches: (a) => batches(a, { batchSize: 2, shuffle: true }),
  nested: (a, b) => take(mix(repeat(map(a, named), 2), zip(a, b), { weights: [1, 2] }), 4),
};

describe.each(Object.entries(combinators))("%s", (_, combine) => {
  const make = () => combine(new Probe("a", 5), new Probe("b", 5));

  it("checks the index", async () => {
    const sequence = make();
    for (const index of [-1, sequence.length, 0.5, Number.NaN]) {
      await expect((async () => fetch(sequence, index))()).rejects.toThrow(/has no index/);
    }
  });

  it("is a pure function of (seed, epoch, index)", async () => {
    const [first, second] = [make(), make()];
    const expected = await fetchAll(first, 3, 11);
    for (let index = second.length - 1; index >= 0; index--) {
      await fetch(second, index, 4, 12);
      expect(await fetch(second, index, 3, 11)).toEqual(expected[index]);
    }
  });

  it("gives the same whether its sources answer at once or late", async () => {
    const late = combine(new LateProbe("a", 5), new LateProbe("b", 5));
    expect(await fetchAll(late, 2)).toEqual(await fetchAll(make(), 2));
  });

  it("runs the hooks of each source once an epoch, and follows their lengths", async () => {
    const [a, b] = [new HookedProbe("a", 5), new HookedProbe("b", 5)];
    const sequence = combine(a, b);
    expect(sequence.hasHooks).toBe(true);
    for (const epoch of [0, 1]) {
      await callHook(sequence, "begin", { epoch: epoch, seed: 0 });
      await callHook(sequence, "end", { epoch: epoch, seed: 0 });
    }
    const calls = ["begin 0", "end 0", "begin 1", "end 1"];
    expect(a.calls).toEqual(calls);
    expect([[], calls]).toContainEqual(b.calls);
    await fetchAll(sequence);
    expect(make().hasHooks).toBe(false);
  });

  it("travels to a worker", async () => {
    const sequence = make();
    await fetch(sequence, 0);
    const snapshot = takeSnapshot(sequence, { to: threads({}, byModule()).recipient });
    expect(snapshot.problem).toBe(undefined);
    const revived = (await revive(structuredClone(snapshot), async (url) =>
      exportsOf(url, await import(url)),
    )) as Sequence<unknown>;
    expect(revived.length).toBe(sequence.length);
    expect(await fetchAll(revived, 1)).toEqual(await fetchAll(sequence, 1));
  });
});

describe("hooks", () => {
  it("run once for a source that appears several times, at any depth", async () => {
    const a = new HookedProbe("a", 5);
    const sequence = concat(a, zip(take(a, 2), map(a, named)) as never, a);
    await callHook(sequence, "begin", { epoch: 0, seed: 0 });
    await callHook(sequence, "end", { epoch: 0, seed: 0 });
    expect(a.calls).toEqual(["begin 0", "end 0"]);
  });

  it("of a dataset of samples run too", async () => {
    const calls: string[] = [];
    const dataset = {
      length: 3,
      getItem: (i: number) => i,
      onEpochBegin: (epoch: number) => void calls.push(`begin ${epoch}`),
    };
    const sequence = take(batches(dataset, { batchSize: 2 }), 1);
    expect(sequence.hasHooks).toBe(true);
    await callHook(sequence, "begin", { epoch: 4, seed: 0 });
    await callHook(sequence, "end", { epoch: 4, seed: 0 });
    expect(calls).toEqual(["begin 4"]);
  });

  it("end what they began when a later source cannot begin", async () => {
    const a = new HookedProbe("a", 5);
    const broken = new HookedProbe("b", 5);
    broken.onEpochBegin = () => {
      throw new Error("no disk");
    };
    await expect(callHook(concat(a, broken), "begin", { epoch: 0, seed: 0 })).rejects.toThrow("no disk");
    expect(a.calls).toEqual(["begin 0", "end 0"]);
  });

  it("all end, also when one fails", async () => {
    const a = new HookedProbe("a", 5);
    const broken = new HookedProbe("b", 5);
    broken.onEpochEnd = () => Promise.reject(new Error("no disk"));
    await expect(callHook(concat(broken, a), "end", { epoch: 0, seed: 0 })).rejects.toThrow("no disk");
    expect(a.calls).toEqual(["end 0"]);
  });
});

const size = fc.integer({ min: 0, max: 12 });

describe("what comes out", () => {
  const probe = (length: number) => new Probe("a", length);
  const indices = (batches: readonly Probed[]) => batches.map((batch) => batch.index);
  const upTo = (length: number) => Array.from({ length }, (_, i) => i);

  it("take, skip and slice are Array.prototype.slice", async () => {
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.integer({ min: -15, max: 15 }),
        fc.integer({ min: -15, max: 15 }),
        async (n, from, to) => {
          expect(indices(await fetchAll(slice(probe(n), from, to)))).toEqual(upTo(n).slice(from, to));
          expect(indices(await fetchAll(slice(probe(n), from)))).toEqual(upTo(n).slice(from));
          expect(indices(await fetchAll(take(probe(n), Math.abs(to))))).toEqual(
            upTo(n).slice(0, Math.abs(to)),
          );
          expect(indices(await fetchAll(skip(probe(n), Math.abs(to))))).toEqual(upTo(n).slice(Math.abs(to)));
        },
      ),
    );
  });

  it("concat is one after the other, each batch as its source gives it alone", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 5 }), fc.nat(), async (lengths, epoch) => {
        const sources = lengths.map((length, i) => new Probe(`${i}`, length)) as [Probe, ...Probe[]];
        const alone = await Promise.all(sources.map((source) => fetchAll(source, epoch)));
        expect(await fetchAll(concat(...sources), epoch)).toEqual(alone.flat());
      }),
    );
  });

  it("shards part the batches, each on exactly one rank", async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.integer({ min: 1, max: 6 }), async (n, worldSize) => {
        const seen: number[] = [];
        const even: number[] = [];
        for (let rank = 0; rank < worldSize; rank++) {
          seen.push(...indices(await fetchAll(shard(probe(n), { rank, worldSize }))));
          const dropped = shard(probe(n), { rank, worldSize, ragged: "drop" });
          expect(dropped.length).toBe(Math.floor(n / worldSize));
          even.push(...indices(await fetchAll(dropped)));
        }
        expect(seen.sort((a, b) => a - b)).toEqual(upTo(n));
        expect(even.sort((a, b) => a - b)).toEqual(upTo(n - (n % worldSize)));
      }),
    );
  });

  it("repeat gives each pass an epoch of its own", async () => {
    const repeated = await fetchAll(repeat(probe(2), 3), 4);
    expect(repeated.map(({ index, epoch }) => [index, epoch])).toEqual([
      [0, 12],
      [1, 12],
      [0, 13],
      [1, 13],
      [0, 14],
      [1, 14],
    ]);
    expect(new Set(repeated.map(({ random }) => random)).size).toBe(6);
  });

  it("repeat is endless without a number", async () => {
    const endless = repeat(probe(3));
    expect(endless.length).toBe(Number.POSITIVE_INFINITY);
    expect(await fetch(endless, 3e9 + 1)).toMatchObject({ index: 1, epoch: 1e9 });
    expect(await fetch(endless, 1, 1)).toMatchObject({ index: 1, epoch: 2 ** 32 });
    expect(take(endless, 5).length).toBe(5);
    expect(skip(endless, 5).length).toBe(Number.POSITIVE_INFINITY);
    expect(shard(endless, { rank: 1, worldSize: 2 }).length).toBe(Number.POSITIVE_INFINITY);
    expect(await fetch(repeat(endless), 7)).toMatchObject({ index: 1 });
    expect(repeat(probe(0)).length).toBe(0);
  });

  it("zip is side by side, with the same random numbers", async () => {
    const pairs = await fetchAll(zip(new Probe("a", 3), new Probe("b", 3)), 2);
    expect(pairs.map(([a, b]) => [a.name, b.name, a.index === b.index, a.random === b.random])).toEqual(
      Array(3).fill(["a", "b", true, true]),
    );
    expect(zip(probe(3), repeat(probe(2))).length).toBe(3);
    expect(zip(repeat(probe(2))).length).toBe(Number.POSITIVE_INFINITY);
    expect(() => zip(probe(3), probe(4)).length).toThrow(/sequences of one length, got 3, 4/);
  });

  it("zip waits for all sources before it reports the one that failed", async () => {
    let finished = false;
    const slow = map(new Probe("a", 1), async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      finished = true;
      return 1;
    });
    const broken = map(new Probe("b", 1), (): number => {
      throw new Error("broken");
    });
    await expect(fetch(zip(slow, broken), 0)).rejects.toThrow("broken");
    expect(finished).toBe(true);
  });

  it("select keeps the batches whose index is accepted", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1 }), async (kept) => {
        const selected = select(probe(kept.length), (index) => kept[index]!);
        expect(indices(await fetchAll(selected))).toEqual(upTo(kept.length).filter((i) => kept[i]));
      }),
    );
  });

  it("map goes on with the batch's own generator", async () => {
    const mapped = map(probe(2), (batch, { random }) => [batch.random, random.uniform()]);
    const [first, next] = (await fetch(mapped, 1)) as [number, number];
    expect(next).not.toBe(first);
    expect(await fetch(mapped, 1)).toEqual([first, next]);
  });
});

describe("cache", () => {
  it("fetches a batch once, as of epoch 0, and gives each delivery a copy", async () => {
    let fetched = 0;
    const source = map(new Probe("a", 2), ({ index, epoch }) => {
      fetched++;
      return { data: Float32Array.of(index, epoch), tags: ["x", { when: new Date(0) }] };
    });
    const cached = cache(source);
    const first = await fetch(cached, 1, 5);
    expect(first).toEqual({ data: Float32Array.of(1, 0), tags: ["x", { when: new Date(0) }] });
    first.data[0] = 99;
    first.tags.length = 0;
    const second = await fetch(cached, 1, 6);
    expect(second).toEqual({ data: Float32Array.of(1, 0), tags: ["x", { when: new Date(0) }] });
    second.data[0] = 98;
    expect((await fetch(cached, 1, 7)).data[0]).toBe(1);
    expect(fetched).toBe(1);
    await fetch(cached, 1, 7, 8);
    expect(fetched).toBe(2);
  });
  it("keeps what a view shows, not the buffer behind it", async () => {
    const source = map(new Probe("a", 1), () => new Uint8Array(1000).subarray(3, 5));
    const cached = cache(source);
    await fetch(cached, 0);
    expect((await fetch(cached, 0)).buffer.byteLength).toBe(2);
  });
  it("forgets a batch that could not be fetched", async () => {
    let tries = 0;
    const source = map(new Probe("a", 1), () => {
      if (tries++ === 0) throw new Error("once");
      return 1;
    });
    const cached = cache(source);
    await expect(fetch(cached, 0)).rejects.toThrow("once");
    expect(await fetch(cached, 0)).toBe(1);
  });
});

describe("bad input", () => {
  const a = new Probe("a", 3);
  it.each([
    [() => take({ length: 3 } as never, 1), /take\(\) takes a Sequence, got an object/],
    [() => take(a, -1), /`count` must be a whole number of at least 0, got -1/],
    [() => skip(a, 1.5), /`count` must be a whole number/],
    [() => slice(a, 0.5), /`start` of slice\(\) must be a whole number, got 0.5/],
    [() => slice(a, 0, Number.NaN), /`end` of slice\(\) must be a whole number, got NaN/],
    [() => map(a, "x" as never), /map\(\) takes a function of a batch, got "x"/],
    [() => select(a, undefined as never), /select\(\) takes a function of an index, got undefined/],
    [() => select(repeat(a), () => true), /endless/],
    [() => repeat(a, 0), /`times` must be a whole number of at least 1, got 0/],
    [() => concat(...([] as never as [Probe])), /concat\(\) needs at least one sequence/],
    [() => zip(a, 3 as never), /zip\(\) takes a Sequence, got 3/],
    [() => shard(a, { rank: 2, worldSize: 2 }), /`rank` must be a whole number from 0 to 1, got 2/],
    [() => shard(a, { rank: 0, worldSize: 0 }), /`worldSize` must be a whole number of at least 1, got 0/],
    [
      () => shard(a, { rank: 0, worldSize: 1, ragged: "pad" as never }),
      /`ragged` must be "uneven" or "drop", got "pad"/,
    ],
    [() => shard(a, { rank: 0, world: 1 } as never), /shard\(\) has no option `world`/],
    [() => mix(a, { weights: [1, 2] }), /one weight for each of its 1 sources, got 2/],
    [() => mix(a, a, { weights: [1, -1] }), /`weights\[1\]` must be a finite number of at least 0, got -1/],
    [() => mix(a, { weights: [0] }), /All 1 `weights` are 0/],
    [() => mix(), /mix\(\) needs at least one sequence/],
  ])("case %#", (make, message) => {
    expect(make).toThrow(message);
  });
});
