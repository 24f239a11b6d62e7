/** What the program changes on its sequence between epochs is what every worker has in the next one, as inline. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, cache, DataLoader, type DataLoaderOptions, take } from "epochal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fields, Killed, Order } from "../fixtures/changing.js";
import { namesOf, Samples } from "../fixtures/samples.js";

type Change = (fields: Record<string, never>) => void;

/** Ways to change a field, in place and by another value. */
const changes: Record<string, { fields: () => object; change: Change }> = {
  "a number": { fields: () => ({ stage: 0 }), change: (it: { stage: number }) => it.stage++ },
  "an array that grows": {
    fields: () => ({ files: ["a"] }),
    change: (it: { files: string[] }) => it.files.push("b"),
  },
  "an array in place": {
    fields: () => ({ order: [1, 2, 3] }),
    change: (it: { order: number[] }) => it.order.reverse(),
  },
  "a typed array in place": {
    fields: () => ({ order: Int32Array.of(1, 2, 3) }),
    change: (it: { order: Int32Array }) => it.order.reverse(),
  },
  "a map": {
    fields: () => ({ labels: new Map([["a", 1]]) }),
    change: (it: { labels: Map<string, number> }) => it.labels.set("a", it.labels.get("a")! + 1),
  },
  "deep inside": {
    fields: () => ({ options: { crop: { size: [1, 2] } } }),
    change: (it: { options: { crop: { size: number[] } } }) => it.options.crop.size[1]!++,
  },
  "a field that was not there": {
    fields: () => ({}),
    change: (it: { later?: number }) => {
      it.later = 1;
    },
  },
  "a field that goes": {
    fields: () => ({ first: 1, last: 2 }),
    change: (it: { first?: number }) => delete it.first,
  },
  "shared memory": {
    fields: () => ({ shared: new Int32Array(new SharedArrayBuffer(8)) }),
    change: (it: { shared: Int32Array }) => it.shared[0]!++,
  },
} as never;

const kinds: [string, DataLoaderOptions][] = [
  ["inline", { workers: 0 }],
  ["threads", { workers: 2 }],
  ["processes", { workers: 2, useMultiprocessing: true }],
  ["auto", { workers: "auto" }],
];

async function epochs(sequence: Fields, options: DataLoaderOptions, between: (epoch: number) => void) {
  await using loader = new DataLoader(sequence, options);
  const seen: unknown[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    for await (const { index, fields } of loader) seen.push([epoch, index, fields]);
    between(epoch);
  }
  return seen;
}

describe.each(kinds)("%s", (_, options) => {
  it.each(Object.entries(changes))(
    "has in the next epoch what the program changed: %s",
    async (__, { fields, change }) => {
      const run = (how: DataLoaderOptions) => {
        const sequence = new Fields(fields());
        return epochs(sequence, how, () => change(sequence as never));
      };
      expect(await run(options)).toEqual(await run({ workers: 0 }));
    },
  );

  it("has what was changed on batches(…) whose samples the loader shuffles", async () => {
    const samples = new Samples(12);
    const train = batches(samples, { batchSize: 4, collate: namesOf });
    await using loader = new DataLoader(train, { ...options, shuffle: true });
    const epoch = async (): Promise<string[][]> => {
      const names: string[][] = [];
      for await (const batch of loader) names.push([...batch]);
      return names;
    };
    expect((await epoch()).map(({ length }) => length)).toEqual([4, 4, 4]);
    Object.assign(train, { batchSize: 6 });
    const halves = await epoch();
    expect(halves.map(({ length }) => length)).toEqual([6, 6]);
    expect(halves.flat().sort()).toEqual(Array.from({ length: 12 }, (_, i) => `sample ${i}`).sort());
    expect(halves.flat()).not.toEqual(Array.from({ length: 12 }, (_, i) => `sample ${i}`));
    Object.assign(train, { dataset: new Samples(2) });
    expect((await epoch()).flat().sort()).toEqual(["sample 0", "sample 1"]);
  });

  it("has caches of the source as it is, not as it was", async () => {
    const sequence = new Fields({ stage: 0 });
    const cached = take(cache(sequence), 4);
    await cached.at(0);
    Object.assign(sequence, { stage: 1 });
    await using loader = new DataLoader(cached, options);
    const stages: unknown[] = [];
    for (let epoch = 0; epoch < 4; epoch++) {
      for await (const { fields } of loader) stages.push((JSON.parse(fields) as { stage: number }).stage);
      if (epoch > 0) Object.assign(sequence, { stage: epoch + 1 });
    }
    expect(stages).toEqual([1, 1, 2, 3].flatMap((stage) => Array.from({ length: 4 }, () => stage)));
  });

  it("has what was changed before the first epoch, and after an epoch that was left", async () => {
    const sequence = new Fields({ stage: 0 });
    await using loader = new DataLoader(sequence, options);
    Object.assign(sequence, { stage: 1 });
    for await (const { fields } of loader) {
      expect(fields).toBe('{"stage":1}');
      break;
    }
    Object.assign(sequence, { stage: 2 });
    for await (const { fields } of loader) expect(fields).toBe('{"stage":2}');
  });
});

it.each([false, true])(
  "gives a worker that is replaced the epoch's state, not the present one, processes: %s",
  async (useMultiprocessing) => {
    const folder = mkdtempSync(join(tmpdir(), "epochal-changes-"));
    try {
      const shared = new Int32Array(new SharedArrayBuffer(4));
      const sequence = new Killed({ stage: 0, shared, mark: join(folder, "killed") }, 8);
      await using loader = new DataLoader(sequence, { workers: 1, maxQueueSize: 1, useMultiprocessing });
      const stages: string[] = [];
      for (let epoch = 0; epoch < 3; epoch++) {
        for await (const { fields } of loader) {
          stages.push(fields);
          Object.assign(sequence, { stage: epoch + 1 });
          shared[0] = epoch + 1;
        }
      }
      const { stage: _, ...rest } = JSON.parse(stages[0]!) as { stage: number };
      expect(stages.map((fields) => (JSON.parse(fields) as { stage: number }).stage)).toEqual(
        [0, 1, 2].flatMap((epoch) => Array.from({ length: 8 }, () => epoch)),
      );
      expect(rest).toBeDefined();
      // A process has a copy of shared memory, so it is a part of the epoch's state there.
      if (useMultiprocessing)
        for (const fields of stages) {
          const { stage, shared } = JSON.parse(fields) as { stage: number; shared: unknown[] };
          expect(shared).toEqual(["Int32Array", stage]);
        }
      expect(loader.report().workersLost).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

it("keeps what a worker has gathered where nothing has changed", async () => {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const sequence = cache(new Fields({ counter }, 6));
  await using loader = new DataLoader(take(sequence, 6), { workers: 1 });
  for (let epoch = 0; epoch < 3; epoch++) {
    // A cache gives the batches of epoch 0 for as long as its worker keeps it.
    for await (const batch of loader) expect(batch.epoch).toBe(0);
  }
});

it("keeps a cache of this thread whose source counts in a field, over epochs and loaders", async () => {
  class Counting extends Fields {
    reads = 0;
    override getItem(index: number, context: unknown) {
      this.reads++;
      return super.getItem(index, context);
    }
  }
  const source = new Counting({}, 6);
  const sequence = cache(source);
  for (let count = 0; count < 2; count++) {
    await using loader = new DataLoader(sequence);
    for await (const _ of loader.epochs(2));
  }
  expect(source.reads).toBe(6);
});

it("draws the same at random in hooks for any workers, from seed and epoch alone", async () => {
  const read = async (options: DataLoaderOptions) => {
    await using loader = new DataLoader(new Order(), { seed: 5, ...options });
    const rows: number[][] = [];
    for (let epoch = 0; epoch < 3; epoch++) for await (const batch of loader) rows.push(batch.rows);
    return rows;
  };
  const expected = await read({ workers: 0 });
  expect(await read({ workers: 2 })).toEqual(expected);
  expect(await read({ workers: 2, useMultiprocessing: true })).toEqual(expected);
  expect(await read({ seed: 6 })).not.toEqual(expected);
  for (const epoch of [0, 1, 2]) {
    const all = expected.slice(10 * epoch, 10 * epoch + 10).flat();
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  }
});

it("follows random changes of random fields, in all kinds", async () => {
  const names = fc.subarray(Object.keys(changes), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(names, { minLength: 1, maxLength: 3 }), async (plan) => {
      const run = (options: DataLoaderOptions) => {
        const sequence = new Fields(
          Object.assign({}, ...Object.values(changes).map(({ fields }) => fields())),
          3,
        );
        return epochs(sequence, options, (epoch) => {
          for (const name of plan[epoch] ?? []) changes[name]!.change(sequence as never);
        });
      };
      const expected = await run({ workers: 0 });
      expect(await run({ workers: 1 })).toEqual(expected);
      expect(await run({ workers: 2, useMultiprocessing: true })).toEqual(expected);
    }),
    { numRuns: 5 },
  );
});
