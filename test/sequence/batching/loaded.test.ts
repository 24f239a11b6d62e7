/** What `shuffle` of a loader does over samples, over batches of them, and over a Sequence of the user's. */
import { describe, expect, it } from "vitest";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { RandomSampler } from "../../../src/sampler/random.ts";
import { SubsetSampler } from "../../../src/sampler/subset.ts";
import { type BatchSequence, batches } from "../../../src/sequence/batching/batches.ts";
import { pad } from "../../../src/sequence/batching/pad.ts";
import { cache } from "../../../src/sequence/combinators/cache.ts";
import { concat } from "../../../src/sequence/combinators/concat.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { take } from "../../../src/sequence/combinators/take.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";

const samples = { length: 40, getItem: (i: number) => i };
const inOrder = Array.from({ length: 40 }, (_, i) => i);

/** The numbers of each batch, over some epochs. */
async function read(loader: DataLoader<Tensor<"float32">>, epochs = 2): Promise<number[][]> {
  const read: number[][] = [];
  for await (const batch of loader.epochs(epochs)) read.push([...batch.data]);
  return read;
}

const tens = { batchSize: 10 };
const how = { shuffle: true, seed: 7 };

describe("a loader of samples", () => {
  it("puts them into batches, in order", async () => {
    expect(await read(new DataLoader(samples, { batchSize: 16 }), 1)).toEqual([
      inOrder.slice(0, 16),
      inOrder.slice(16, 32),
      inOrder.slice(32),
    ]);
    expect(await read(new DataLoader(samples, { batchSize: 16, dropLast: true }), 1)).toHaveLength(2);
  });

  it("shuffles the samples, as batches does, whatever the batch", async () => {
    const shuffled = await read(new DataLoader(samples, { ...tens, ...how }));
    expect(shuffled).toEqual(
      await read(new DataLoader(batches(samples, { ...tens, shuffle: true }), { seed: 7 })),
    );
    expect(
      shuffled
        .slice(0, 4)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(inOrder);
    expect(shuffled.slice(0, 4)).not.toEqual(shuffled.slice(4));
  });

  it("takes a sampler and a collate", async () => {
    const sampler = new SubsetSampler([3, 1]);
    expect(await read(new DataLoader(samples, { ...tens, sampler }), 1)).toEqual([[3, 1]]);
    const own = { ...tens, collate: (all: number[]) => tensor([all.length]) };
    expect(await read(new DataLoader(samples, own), 1)).toEqual([[10], [10], [10], [10]]);
    const ragged = { length: 2, getItem: (i: number) => tensor(inOrder.slice(0, i + 1)) };
    expect(await read(new DataLoader(ragged, { batchSize: 2, collate: pad() }), 1)).toEqual([[0, 0, 0, 1]]);
  });

  it("goes on where it stood", async () => {
    const loader = new DataLoader(samples, { ...tens, ...how });
    for await (const _ of loader) break;
    const resumed = new DataLoader(samples, { ...tens, shuffle: true, state: loader.state() });
    expect(await read(resumed, 1)).toEqual(
      (await read(new DataLoader(samples, { ...tens, ...how }), 1)).slice(1),
    );
  });
});

describe("a loader of batches(…)", () => {
  it("shuffles the samples, not whole batches", async () => {
    const expected = await read(new DataLoader(samples, { ...tens, ...how }));
    const sequence = batches(samples, tens);
    expect(await read(new DataLoader(sequence, how))).toEqual(expected);
    // The sequence stays as it was.
    expect(await read(new DataLoader(sequence), 1)).toEqual(
      [0, 1, 2, 3].map((i) => inOrder.slice(10 * i, 10 * i + 10)),
    );
  });

  it("is of the sequence itself: its hooks, its fields and its length, also those set later", async () => {
    const run = async (how: { readonly ours: boolean }): Promise<unknown> => {
      const given = how.ours ? { ...tens, shuffle: true } : tens;
      const sequence = batches(samples, given) as BatchSequence<number, Tensor<"float32">>;
      const loader = new DataLoader(sequence, how.ours ? { seed: 7 } : { seed: 7, shuffle: true });
      const log: unknown[] = [];
      const hooked = Object.assign(sequence, {
        onEpochBegin(epoch: number): void {
          log.push(`begin ${epoch}`);
          Object.assign(this, { batchSize: 10 - epoch });
        },
      });
      log.push(await read(loader, 2), loader.length, loader.state());
      Object.assign(hooked, { dataset: { length: 20, getItem: (i: number) => 100 + i } });
      log.push(await read(loader, 1), loader.length, loader.state(), hooked.batchSize);
      return log;
    };
    expect(await run({ ours: false })).toEqual(await run({ ours: true }));
  });

  it.each([
    ["sealed", (value: object) => Object.seal(value)],
    ["frozen", (value: object) => Object.freeze(value)],
    ["not extensible", (value: object) => Object.preventExtensions(value)],
  ])("is of one that the program has %s, or does so later", async (_, close) => {
    const plain = new DataLoader(batches(samples, tens), how);
    const expected = await read(plain);
    const before = batches(samples, tens);
    close(before);
    expect(await read(new DataLoader(before, how))).toEqual(expected);
    const after = batches(samples, tens);
    const loader = new DataLoader(after, how);
    close(after);
    expect(await read(loader)).toEqual(expected);
    expect(loader.state().fingerprint).toBe(plain.state().fingerprint);
  });

  it("is of a frozen sequence, too", async () => {
    const frozen = Object.freeze(batches(samples, tens));
    expect(await read(new DataLoader(frozen, how))).toEqual(
      await read(new DataLoader(batches(samples, tens), how)),
    );
  });

  it("leaves shuffled samples shuffled, also within others", async () => {
    const shuffled = batches(samples, { ...tens, shuffle: true });
    for (const sequence of [
      shuffled,
      map(shuffled, (it) => it),
      cache(shuffled),
      concat(shuffled, shuffled),
    ]) {
      const [first] = await read(new DataLoader(sequence, how), 1);
      expect(first!.toSorted((a, b) => a - b)).not.toEqual(inOrder.slice(first![0], first![0]! + 10));
    }
  });

  it("refuses a state of whole batches that were shuffled", () => {
    const { fingerprint, ...state } = new DataLoader(batches(samples, tens), { seed: 7 }).state();
    const old = { ...state, fingerprint: fingerprint.replace("in order", "shuffled") };
    expect(() => new DataLoader(batches(samples, tens), { shuffle: true, state: old })).toThrow(
      expect.objectContaining({ name: "StateError" }),
    );
  });

  it.each([
    ["within map", () => map(batches(samples, tens), (it) => it)],
    ["within cache", () => cache(batches(samples, tens))],
    ["within take", () => take(batches(samples, tens), 2)],
    [
      "beside shuffled ones",
      () => concat(batches(samples, { ...tens, shuffle: true }), batches(samples, tens)),
    ],
  ])("refuses to shuffle whole batches, %s", (_, make) => {
    expect(() => new DataLoader(make(), how)).toThrow(
      /Give `shuffle: true` to batches\(dataset, \{ … \}\) instead/,
    );
    expect(() => new DataLoader(make())).not.toThrow();
  });

  it("refuses to shuffle batches of batches, whose inner ones would stay together", () => {
    const samples = { length: 8, getItem: (i: number) => tensor(i) };
    const pairs = batches(samples, { batchSize: 2 });
    expect(() => new DataLoader(batches(pairs, { batchSize: 2 }), { shuffle: true })).toThrow(
      /would shuffle whole batches/,
    );
    const mixed = batches(samples, { batchSize: 2, shuffle: true });
    expect(() => new DataLoader(batches(mixed, { batchSize: 2 }), { shuffle: true })).not.toThrow();
  });

  it("leaves the order to a sampler, as PyTorch does", () => {
    const sampled = batches(samples, { ...tens, sampler: new RandomSampler(40) });
    expect(() => new DataLoader(sampled, how)).toThrow(/A sampler says itself how it shuffles/);
    expect(() => new DataLoader(samples, { ...tens, ...how, sampler: new RandomSampler(40) })).toThrow(
      /`shuffle` or `sampler`, not both/,
    );
  });
});

describe("a loader of a Sequence", () => {
  class Rows extends Sequence<Tensor<"float32">> {
    readonly length = 4;
    getItem(index: number) {
      return tensor(inOrder.slice(10 * index, 10 * index + 10));
    }
  }

  it("shuffles whole batches, as Keras does", async () => {
    const read4 = await read(new DataLoader(new Rows(), how), 1);
    expect(read4).not.toEqual(await read(new DataLoader(new Rows()), 1));
    expect(read4.toSorted(([a], [b]) => a! - b!)).toEqual(await read(new DataLoader(new Rows()), 1));
  });

  it("takes no batchSize, as its batches are made", () => {
    expect(() => new DataLoader(new Rows(), { batchSize: 2 } as never)).toThrow(/no option `batchSize`/);
  });
});

it.each([
  [samples, {}, /needs `batchSize`: new DataLoader\(dataset, \{ batchSize: 32 \}\)/],
  [samples, { batchSize: 0 }, /`batchSize` must be a whole number of at least 1/],
  [samples, { batchSize: 1, batchsize: 1 }, /no option `batchsize`/],
  [
    [1, 2],
    { batchSize: 1 },
    /takes a Sequence, or samples with `batchSize`, got an array of 2.*getItem: \(i\) => samples\[i\]/,
  ],
  [undefined, {}, /got undefined/],
  [samples, null, /DataLoader takes its options as an object, \{ batchSize: … \}, got null/],
  [samples, { ...tens, foo: 1 }, /no option `foo`\. It has: batchSize, .*collate, .*workers, .*onError/],
  [samples, { batch_size: 10 }, /no option `batch_size`\. Its name is `batchSize`\.$/],
  [samples, { ...tens, drop_last: true }, /no option `drop_last`\. Its name is `dropLast`\.$/],
  [samples, { ...tens, collateFn: tensor }, /no option `collateFn`\. Its name is `collate`\.$/],
  [samples, { ...tens, batch_sampler: 1 }, /`sampler` of batches says which samples, `batchSize` how many/],
  [samples, { ...tens, numWorkers: 1 }, /Its name is `workers`\.$/],
])("refuses %o with %o", (source, options, message) => {
  expect(() => new DataLoader(source as unknown as Sequence<unknown>, options as never)).toThrow(message);
});
