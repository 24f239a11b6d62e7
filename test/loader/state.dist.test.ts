import {
  batches,
  DataLoader,
  type DataLoaderOptions,
  isEpochalError,
  type LoaderState,
  mix,
  RandomSampler,
  type Sampler,
  type Sequence,
  SequentialSampler,
  select,
} from "epochal";
import { describe, expect, it } from "vitest";
import { Numbers, Scaled } from "../fixtures/sequences.js";

/** The labels of `count` batches, or of the whole epoch. */
async function take(
  loader: DataLoader<{ index: number }>,
  count = Number.POSITIVE_INFINITY,
): Promise<number[]> {
  const indices: number[] = [];
  if (count === 0) return indices;
  for await (const { index } of loader) {
    indices.push(index);
    if (indices.length === count) break;
  }
  return indices;
}

const shuffled = { shuffle: true, seed: 11 };

describe("loader.state()", () => {
  it("is readable JSON of at most 200 bytes, at the worst", () => {
    class ANameThatIsLongerThanAnyoneWouldWriteBecauseNobodyReadsItÄÖÜ extends Numbers {}
    const loader = new DataLoader(
      new ANameThatIsLongerThanAnyoneWouldWriteBecauseNobodyReadsItÄÖÜ(2 ** 53 - 1),
      {
        seed: -(2 ** 53 - 1),
        initialEpoch: 2 ** 53 - 1,
        shuffle: true,
      },
    );
    const state = { ...loader.state(), position: 2 ** 53 - 1 };
    expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThanOrEqual(200);
    expect(Object.keys(state)).toEqual(["version", "seed", "epoch", "position", "fingerprint", "data"]);
  });

  it("says what was consumed, not what was fetched ahead", async () => {
    await using loader = new DataLoader(new Numbers(20), { ...shuffled, workers: 2 });
    const positions: number[] = [];
    for await (const _ of loader) positions.push(loader.state().position);
    // The batch in hand counts as consumed; behind the last one stands the next epoch.
    expect(positions).toEqual([...Array.from({ length: 19 }, (_, i) => i + 1), 0]);
    expect(loader.state()).toMatchObject({ epoch: 1, position: 0 });
  });

  it.each<[number, DataLoaderOptions]>([
    [0, { workers: 0 }],
    [1, { workers: 2 }],
    [7, { workers: 2, useMultiprocessing: true, maxQueueSize: 1 }],
    [19, { workers: 1, maxQueueSize: 3 }],
    [20, { workers: 0 }],
  ])("continues after %i batches with the very next one, under %o", async (count, options) => {
    await using whole = new DataLoader(new Numbers(20), shuffled);
    const expected = [...(await take(whole)), ...(await take(whole))];

    await using first = new DataLoader(new Numbers(20), { ...shuffled, workers: 1 });
    const before = await take(first, count);
    const state = JSON.parse(JSON.stringify(first.state())) as LoaderState;
    await using second = new DataLoader(new Numbers(20), { shuffle: true, ...options, state });
    const after = await take(second);
    if (count % 20 !== 0) after.push(...(await take(second)));
    expect([...before, ...after]).toEqual(expected.slice(0, count + after.length));
    expect(count + after.length).toBe(count === 0 ? 20 : 40);
  });

  it("continues in a world of another size from where all ranks stood", async () => {
    const ranks = (worldSize: number, state?: LoaderState) =>
      Array.from(
        { length: worldSize },
        (_, rank) => new DataLoader(new Numbers(29), { ...shuffled, shard: { rank, worldSize }, state }),
      );
    const seen: number[] = [];
    let state: LoaderState | undefined;
    // 8 ranks take two batches each, then 3 ranks two more, then one takes the rest.
    for (const [worldSize, count] of [
      [8, 2],
      [3, 2],
      [1, Number.POSITIVE_INFINITY],
    ] as const) {
      const loaders = ranks(worldSize, state);
      for (const loader of loaders) seen.push(...(await take(loader, count)));
      const states = loaders.map((loader) => loader.state());
      expect(new Set(states.map((each) => JSON.stringify(each))).size).toBe(1);
      state = states[0];
      await Promise.all(loaders.map((loader) => loader.close()));
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 29 }, (_, i) => i));
    expect(state).toMatchObject({ epoch: 1, position: 0 });
  });

  it("still names the position reached after a break, while the loader itself goes on with the next epoch", async () => {
    await using loader = new DataLoader(new Numbers(10), shuffled);
    await take(loader, 4);
    expect(loader.state()).toMatchObject({ epoch: 0, position: 4 });
    await take(loader, 1);
    expect(loader.state()).toMatchObject({ epoch: 1, position: 1 });
  });

  it("calls the hooks of the epoch it resumes in", async () => {
    const sequence = new Scaled(6);
    await using loader = new DataLoader(sequence, { initialEpoch: 3 });
    for await (const _ of loader) if (loader.state().position === 2) break;
    const resumed = new Scaled(6);
    await using second = new DataLoader(resumed, { state: loader.state() });
    for await (const _ of second);
    expect(resumed.log).toEqual(["begin 3", "end 3"]);
  });

  it.each<[string, () => DataLoader<unknown>, RegExp]>([
    ["another seed", () => resume({ seed: 12 }), /belongs to seed 11, the loader has seed 12/],
    ["another order", () => resume({ shuffle: false }), /order shuffled in the state, in order here/],
    ["another length", () => resume({}, new Numbers(21)), /length 20 in the state, 21 here/],
    ["another sequence", () => resume({}, new Scaled(20)), /sequence Numbers in the state, Scaled here/],
    [
      "another batch size",
      () => resume({}, batched(10), new DataLoader(batched(9), shuffled).state()),
      /sequence BatchSequence\(batchSize=9,.* in the state, BatchSequence\(batchSize=10,.* here/,
    ],
    [
      "other proportions",
      () => resume({}, mixed([1, 3]), new DataLoader(mixed([3, 1]), shuffled).state()),
      /sequence MixSequence\(parts=#\w+,.* in the state, MixSequence\(parts=#\w+,.* here/,
    ],
    [
      "other batches of the same source",
      () => resume({}, every(0), new DataLoader(every(1), shuffled).state()),
      /sequence SelectSequence\(kept=#\w+,Numbers\) in the state, SelectSequence\(kept=#\w+,Numbers\) here/,
    ],
    [
      "another sampler",
      () =>
        resume(
          { shuffle: false },
          sampled(new RandomSampler(20)),
          new DataLoader(sampled(), { seed: 11 }).state(),
        ),
      /sequence BatchSequence\(sampler=Sequen.* in the state, .*sampler=Random.* here/,
    ],
    [
      "another version",
      () => resume({}, new Numbers(20), { version: 0 }),
      /version 0, this epochal reads version 1/,
    ],
    [
      "nonsense",
      () => resume({}, new Numbers(20), { position: -1 }),
      /position is -1; it was not written by/,
    ],
    [
      "no loader",
      () => new DataLoader(new Numbers(20), { state: {} as LoaderState }),
      /has no version; it was not written by/,
    ],
    [
      "text",
      () => new DataLoader(new Numbers(20), { state: "{}" as never }),
      /got "\{\}"\. Where it was saved as text, use JSON\.parse/,
    ],
  ])("is refused with the difference where it belongs to %s", async (_, make, message) => {
    try {
      // A length that hooks may change is known only once they have run.
      for await (const __ of make());
      expect.unreachable();
    } catch (error) {
      expect(isEpochalError(error, "StateError")).toBe(true);
      expect(String(error)).toMatch(message);
    }
  });
});

function batched(batchSize: number): Sequence<unknown> {
  return batches(new Numbers(17), { batchSize, collate: ([first]) => first!.index });
}

function mixed(weights: number[]): Sequence<unknown> {
  return mix(new Numbers(20), new Numbers(20), { weights });
}

function every(remainder: number): Sequence<unknown> {
  return select(new Numbers(20), (index) => index % 2 === remainder);
}

function sampled(sampler: Sampler = new SequentialSampler(20)): Sequence<unknown> {
  return batches(new Numbers(20), { batchSize: 4, sampler, collate: ([first]) => first!.index });
}

function resume(
  options: DataLoaderOptions,
  sequence: Sequence<unknown> = new Numbers(20),
  change: Partial<LoaderState> = {},
): DataLoader<unknown> {
  const state = { ...new DataLoader(new Numbers(20), shuffled).state(), position: 5, ...change };
  return new DataLoader<unknown>(sequence, { shuffle: true, ...options, state });
}
