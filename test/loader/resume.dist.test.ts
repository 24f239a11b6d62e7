/** A resumed stream is the uninterrupted one, byte for byte, or it is refused. Never is it another in silence. */
import {
  batches,
  concat,
  DataLoader,
  type DataLoaderOptions,
  type HookContext,
  type LoaderState,
  type Sequence,
  zip,
} from "epochal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Augmented,
  Caching,
  Chance,
  Counting,
  combined,
  Fields,
  Growing,
  Hidden,
  Order,
  Private,
} from "../fixtures/changing.js";
import { Faulty, Numbers } from "../fixtures/sequences.js";

type Rows = { rows: number[] };

/** The next `count` batches, over epochs. */
async function read<B>(
  loader: DataLoader<B>,
  count: number,
  onBatch: () => void = () => {},
): Promise<unknown[]> {
  const seen: unknown[] = [];
  while (seen.length < count) {
    for await (const batch of loader) {
      seen.push(JSON.parse(JSON.stringify(batch)));
      onBatch();
      if (seen.length === count) return seen;
    }
  }
  return seen;
}

const seeded = { seed: 3, shuffle: true };
const kinds: DataLoaderOptions[] = [{ workers: 0 }, { workers: 2 }, { workers: 1, useMultiprocessing: true }];
const kind = fc.constantFrom(...kinds);

const makers: Record<string, () => Sequence<unknown>> = {
  "the order in a field, shuffled in a hook": () => new Order(),
  "a private order, told by getState": () => new Private(),
  "less noise each epoch": () => new Augmented(),
  "a length that a hook changes": () => new Growing(),
  "a dataset with hooks under combinators": () => combined(),
  "several with hooks": () => concat(new Order(), zip(new Augmented(), new Order()) as never),
  "sources that shuffle in step": () => zip(new Order(), new Order()) as never,
  "caches in its fields": () => new Caching(),
  "a counter after other fields": () => Object.assign(new Caching(), { files: ["a", "b"], reads: 0 }),
  "a cache that no field declares, before another source's fields": () =>
    zip(new Caching(), new Augmented()) as never,
  "no hooks": () => new Numbers(10),
};

describe.each(Object.entries(makers))("%s", (_, make) => {
  it("goes on with the very next batch, from any batch, in any kind of worker", async () => {
    await using whole = new DataLoader(make(), seeded);
    const expected = await read(whole, 45);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        kind,
        kind,
        fc.boolean(),
        async (count, one, other, inLoop) => {
          await using first = new DataLoader(make(), { ...seeded, ...one });
          let state: LoaderState | undefined;
          const before =
            count === 0
              ? []
              : await read(first, count, () => {
                  state = first.state();
                });
          if (!inLoop || !state) state = first.state();
          expect(JSON.stringify(state).length).toBeLessThanOrEqual(200);
          await using second = new DataLoader(make(), {
            shuffle: true,
            ...other,
            state: JSON.parse(JSON.stringify(state)),
          });
          expect(second.state()).toEqual(state);
          expect([...before, ...(await read(second, 45 - count))]).toEqual(expected);
        },
      ),
      { numRuns: 8 },
    );
  });
});

it("goes on from a state that was taken at each batch's delivery, also the last one's, and at the epoch's end", async () => {
  await using whole = new DataLoader(new Growing(), { seed: 1 });
  const expected = await read(whole, 12);
  await using loader = new DataLoader(new Growing(), { seed: 1 });
  const states = [loader.state()];
  await read(loader, 12, () => states.push(loader.state()));
  for (const [count, state] of states.entries()) {
    await using resumed = new DataLoader(new Growing(), { state });
    expect(await read(resumed, 12 - count)).toEqual(expected.slice(count));
  }
});

it("goes on with a run that began at a later epoch, in which no hook has run before", async () => {
  const begun = { ...seeded, initialEpoch: 5 };
  await using whole = new DataLoader(new Order(), begun);
  const expected = await read(whole, 40);
  for (const later of [(loader: DataLoader<unknown>) => loader.setEpoch(5), undefined]) {
    await using first = new DataLoader(new Order(), later ? seeded : begun);
    later?.(first);
    const before = await read(first, 14);
    await using second = new DataLoader(new Order(), { shuffle: true, state: first.state() });
    const between = await read(second, 12);
    await using third = new DataLoader(new Order(), { shuffle: true, state: second.state() });
    expect([...before, ...between, ...(await read(third, 14))]).toEqual(expected);
  }
});

it("goes on in loader after loader over one instance, which is within the epoch already", async () => {
  class Begun extends Growing {
    indexes = Array.from({ length: 40 }, (_, i) => i);
    override onEpochBegin(_: number, { random }: HookContext) {
      random.shuffle(this.indexes);
    }
    override getItem(i: number) {
      return { rows: [this.indexes[i]] } as never;
    }
  }
  await using whole = new DataLoader(new Begun(), seeded);
  const expected = await read(whole, 3);
  const sequence = new Begun();
  let state: LoaderState | undefined;
  for (const batch of expected) {
    await using loader = new DataLoader(sequence, { ...seeded, state });
    expect(await read(loader, 1)).toEqual([batch]);
    state = loader.state();
  }
});

it.each(["throws", "is aborted"])("goes on from before an epoch whose begin hook %s", async (how) => {
  const controller = new AbortController();
  class Failing extends Order {
    override async onEpochBegin(epoch: number, { random }: HookContext) {
      random.shuffle(this.indexes);
      if (epoch !== 1 || !fails.has(this)) return;
      if (how === "throws") throw new Error("no network");
      controller.abort(new Error("stopped"));
      await new Promise((resolve) => setTimeout(resolve, 5));
      random.shuffle(this.indexes);
    }
  }
  const fails = new WeakSet<Failing>();
  await using whole = new DataLoader(new Failing(), seeded);
  const expected = await read(whole, 20);
  const failing = new Failing();
  fails.add(failing);
  await using loader = new DataLoader(failing, { ...seeded, signal: controller.signal });
  const before = await read(loader, 10);
  await expect(read(loader, 1)).rejects.toThrow(/no network|stopped/);
  await using second = new DataLoader(new Failing(), { shuffle: true, state: loader.state() });
  expect([...before, ...(await read(second, 10))]).toEqual(expected);
});

describe("is refused, with what differs and what to do", () => {
  const refusal = async (sequence: Sequence<unknown>, state: LoaderState): Promise<Error> => {
    try {
      await using loader = new DataLoader(sequence, { state, shuffle: true });
      await read(loader, 1);
    } catch (error) {
      expect(error).toMatchObject({ name: "StateError" });
      return error as Error;
    }
    return expect.unreachable();
  };
  const stateAfter = async (sequence: Sequence<unknown>, count: number, options: DataLoaderOptions = {}) => {
    await using loader = new DataLoader(sequence, { ...seeded, ...options });
    await read(loader, count);
    return loader.state();
  };

  it.each([10, 14, 20, 27])("after %i batches: what a hook has drawn from Math.random()", async (count) => {
    const error = await refusal(new Chance(), await stateAfter(new Chance(), count));
    expect(error.message).toMatch(
      /`indexes` of Chance .*onEpochEnd\(epoch, \{ random \}\).*\{ \.\.\.state, data: undefined \}/,
    );
  });

  it("is not refused within the first epoch, before the hook has drawn", async () => {
    await using loader = new DataLoader(new Chance(), {
      ...seeded,
      state: await stateAfter(new Chance(), 4),
    });
    expect((await read(loader, 6)).length).toBe(6);
  });

  it("takes a sequence that was put back by hand", async () => {
    const sequence = new Chance();
    await using loader = new DataLoader(sequence, seeded);
    let indexes: number[] = [];
    const seen = await read(loader, 23, () => {
      // Leaving the loop ends the epoch, and has the hook shuffle once more.
      indexes = [...sequence.indexes];
    });
    const resumed = Object.assign(new Chance(), { indexes });
    await using second = new DataLoader(resumed, { ...seeded, state: loader.state() });
    const all = [...seen.slice(20), ...(await read(second, 7))] as Rows[];
    expect(all.flatMap(({ rows }) => rows).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => i),
    );
  });

  it("private fields that hooks change and nobody can see", async () => {
    const error = await refusal(new Hidden(), await stateAfter(new Hidden(), 14));
    expect(error.message).toMatch(/#private fields.*getState\(\) and static fromState/);
  });

  it("private fields in any spelling, and of a sequence in a field; not what only looks like one", async () => {
    const declare = (body: string) =>
      new Function("Base", `return class extends Base { ${body} onEpochEnd() {} }`)(
        Numbers,
      ) as typeof Numbers;
    const stateOf = (make: () => Sequence<unknown>) => stateAfter(make(), 14);
    for (const body of [
      "#order\n\n#rows\n",
      "#a = 1;",
      "static {}\n#ä;",
      "'#'; #b\n",
      "static #count = 0\n",
    ]) {
      const Hiding = declare(body);
      expect((await refusal(new Hiding(10), await stateOf(() => new Hiding(10)))).message).toMatch(
        /#private/,
      );
    }
    const wrap = () => Object.assign(new Order(), { parts: [new Hidden()] });
    expect((await refusal(wrap(), await stateOf(wrap))).message).toMatch(/#private/);
    const lookalikes = [
      "#m() {}",
      "get #g() { return 1; }",
      "// see #order;\n",
      "c = ' #fff;';",
      "d = ` #fff = 1`;",
    ];
    for (const body of [...lookalikes, "/* #e = 1 */", "#f() {}\nhas(o) { return #f in o; }"]) {
      const Open = declare(body);
      await using loader = new DataLoader(new Open(10), {
        ...seeded,
        state: await stateOf(() => new Open(10)),
      });
      expect(await read(loader, 1)).toHaveLength(1);
    }
  });

  it.each<[string, object, object]>([
    ["a list of files", { files: ["a", "b"] }, { files: ["a", "c"] }],
    ["labels in a typed array", { y: Int32Array.of(1, 2) }, { y: Int32Array.of(1, 3) }],
    ["shared memory", { y: shared(1) }, { y: shared(2) }],
    ["a large array", { x: new Float32Array(3e5) }, { x: new Float32Array(3e5).fill(1) }],
    ["records", { rows: [{ label: 1 }] }, { rows: [{ label: 2 }] }],
    ["a number", { size: 32 }, { size: 64 }],
    ["a field after the third", { a: 1, b: 2, c: 3, d: [4] }, { a: 1, b: 2, c: 3, d: [5] }],
  ])("other data of the same length: %s", async (_, saved, present) => {
    for (const options of kinds) {
      const state = await stateAfter(new Fields(saved), 2, options);
      expect((await refusal(new Fields(present), state)).message).toMatch(
        / of Fields .*holds something else than at batch 2/,
      );
      expect(
        (
          await refusal(
            batches(new Fields(present) as never, { batchSize: 2, collate: ([a]: unknown[]) => a as never }),
            await stateAfter(
              batches(new Fields(saved) as never, { batchSize: 2, collate: ([a]: unknown[]) => a as never }),
              1,
              { workers: 0 },
            ),
          )
        ).message,
      ).toMatch(/ of Fields/);
    }
  });

  it("sources that have changed places, and that have changed alike", async () => {
    const make = (...rows: string[]) => concat(...rows.map((row) => new Fields({ row })));
    const state = await stateAfter(make("a", "b", "c", "d"), 3);
    for (const other of [make("a", "b", "d", "c"), make("b", "a", "c", "d"), make("a", "b", "e", "e")])
      expect((await refusal(other, state)).message).toMatch(/`row` of Fields/);
  });

  it("a position beyond the epoch, also where hooks set the length", async () => {
    const state = new DataLoader(new Numbers(3), seeded).state();
    expect((await refusal(new Numbers(3), { ...state, position: 999 })).message).toMatch(
      /stands at batch 999 of epoch 0, but the epoch has 3 batches/,
    );
    const growing = { ...(await stateAfter(new Growing(), 1)), position: 4 };
    expect((await refusal(new Growing(), growing)).message).toMatch(/but the epoch has 3 batches/);
  });

  it("is taken all the same where the user says so", async () => {
    const state = { ...(await stateAfter(new Fields({ a: 1 }), 2)), data: undefined };
    await using loader = new DataLoader(new Fields({ a: 2 }), { state, shuffle: true });
    expect(await read(loader, 2)).toHaveLength(2);
  });
});

describe("a batch that failed", () => {
  it.each(kinds)("is the first of whoever resumes, with %o", async (options) => {
    await using loader = new DataLoader(new Faulty(6, { 2: "error" }), options);
    const got: number[] = [];
    await expect(async () => {
      for await (const { index } of loader) got.push(index);
    }).rejects.toThrow(/boom/);
    expect(loader.state()).toMatchObject({ epoch: 0, position: 2 });
    expect(loader.report()).toMatchObject({
      exactlyOnce: false,
      delivered: 2,
      last: { failed: 2, delivered: 2, complete: false },
    });
    expect(loader.report().summary).toMatch(/ended at batch index 2, which could not be fetched/);
    const state = { ...loader.state(), data: undefined };
    await using next = new DataLoader(new Faulty(6, {}), { state });
    for await (const { index } of next) got.push(index);
    expect(got).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("goes on being the next one at any position, under shards, however often it fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 11 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        async (bad, worldSize, shuffle) => {
          for (let rank = 0; rank < worldSize; rank++) {
            const options = { seed: 9, shuffle, shard: { rank, worldSize } };
            await using calm = new DataLoader(new Faulty(12, {}), options);
            const expected = (await read(calm, calm.steps)) as { index: number }[];
            const got: unknown[] = [];
            let state: LoaderState | undefined;
            for (let tries = 0; tries < 3; tries++) {
              await using loader = new DataLoader(new Faulty(12, tries < 2 ? { [bad]: "error" } : {}), {
                ...options,
                state,
              });
              try {
                for await (const batch of loader) got.push(JSON.parse(JSON.stringify(batch)));
                break;
              } catch {
                state = { ...loader.state(), data: undefined };
              }
            }
            expect(got).toEqual(JSON.parse(JSON.stringify(expected)));
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

function shared(value: number): Int32Array {
  const array = new Int32Array(new SharedArrayBuffer(8));
  array[0] = value;
  return array;
}

it("goes on from the same state where the first epoch could not begin", async () => {
  const sequence = () => Object.assign(new Counting(), { unfit: undefined as unknown });
  const whole = await read(new DataLoader(sequence()), 4);
  const loader = new DataLoader(sequence());
  await read(loader, 2);
  const state = loader.state();
  const resumed = sequence();
  await using again = new DataLoader(resumed, { state, workers: 1 });
  resumed.unfit = () => "what no worker can be sent";
  await expect(read(again, 2)).rejects.toMatchObject({ name: "PortableError" });
  expect(again.state()).toEqual(state);
  resumed.unfit = undefined;
  expect(await read(again, 2)).toEqual(whole.slice(2));
});
