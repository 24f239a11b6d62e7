/** The promise that timers, signals and servers of the program go on while data are loaded in its own thread. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { GeneratorEnqueuer } from "../../src/adapters/keras/generator-enqueuer.ts";
import { pacer, whenIdle, yieldIfDue } from "../../src/core/event-loop.ts";
import { settleEach } from "../../src/core/settle.ts";
import { imread } from "../../src/image/imread.ts";
import { resize } from "../../src/image/steps/resize.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import { pad } from "../../src/sequence/batching/pad.ts";
import { cache } from "../../src/sequence/combinators/cache.ts";
import { zip } from "../../src/sequence/combinators/zip.ts";
import { fromGenerator } from "../../src/sequence/generator.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type LazyTensor, lazyTensor } from "../../src/tensor/lazy.ts";
import { stack } from "../../src/tensor/stack.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { openPasses } from "../../src/train/data/source.ts";

/** Milliseconds after which a turn is due. */
const slice = 10;

/** The clock of this test, later than any real one: work makes it go on, and nothing else does. */
let clock = 1e9;

function work(milliseconds: number): void {
  clock += milliseconds;
}

beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => clock));
afterEach(() => void vi.restoreAllMocks());

/** The longest work between two turns of the event loop while `run` runs. */
async function longestBetweenTurns(run: () => Promise<unknown>): Promise<number> {
  // What earlier runs left behind is not this run's.
  for (let turns = 0; turns < 3; turns++) await new Promise<void>(whenIdle);
  let longest = 0;
  let last = clock;
  let over = false;
  const look = (): void => {
    longest = Math.max(longest, clock - last);
    last = clock;
  };
  const turn = (): void => {
    look();
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  await run();
  over = true;
  look();
  return longest;
}

/** An image that takes `cost` to decode. */
class Slow implements LazyTensor<"float32"> {
  readonly [lazyTensor] = true;
  readonly dtype = "float32";
  readonly cost: number;
  readonly shape: readonly number[] | undefined;
  constructor(cost: number, shape: readonly number[] | undefined) {
    this.cost = cost;
    this.shape = shape;
  }
  async tensor(): Promise<Tensor<"float32">> {
    work(this.cost);
    return tensor([this.cost]);
  }
  into(out: Float32Array): void {
    work(this.cost);
    out[0] = this.cost;
  }
}

/** Batches of images, whose costs are `costs`: one list a batch. */
type Costs = readonly (readonly number[])[];

class Batches extends Sequence<unknown> {
  readonly costs: Costs;
  readonly make: (costs: readonly number[]) => unknown;
  constructor(costs: Costs, make: (costs: readonly number[]) => unknown) {
    super();
    this.costs = costs;
    this.make = make;
  }
  get length(): number {
    return this.costs.length;
  }
  getItem(index: number): unknown {
    return this.make(this.costs[index]!);
  }
}

const samples = (costs: Costs, sample: (cost: number) => unknown) =>
  batches(
    { length: costs.flat().length, getItem: (i: number) => sample(costs.flat()[i]!) as object },
    {
      batchSize: 32,
    },
  );

/** Datasets whose pieces of work are the single costs. */
const datasets: Readonly<Record<string, (costs: Costs) => Sequence<unknown>>> = {
  "batches at once": (costs) =>
    new Batches(
      costs.flat().map((cost) => [cost]),
      ([cost]) => at(cost!),
    ),
  "batches as settled promises": (costs) =>
    new Batches(
      costs.flat().map((cost) => [cost]),
      async ([cost]) => at(cost!),
    ),
  "images stacked": (costs) =>
    new Batches(costs, async (list) => [await stack(list.map((cost) => new Slow(cost, [1])))]),
  "two stacks at a time": (costs) =>
    new Batches(costs, (list) => {
      const images = () => stack(list.map((cost) => new Slow(cost, [1])));
      return Promise.all([images(), images()]);
    }),
  "images of unknown shape": (costs) =>
    new Batches(costs, async (list) => [await stack(list.map((cost) => new Slow(cost, undefined)))]),
  "images left lazy": (costs) => new Batches(costs, (list) => list.map((cost) => new Slow(cost, [1]))),
  "samples at once": (costs) => samples(costs, (cost) => [at(cost)]),
  "samples as settled promises": (costs) => samples(costs, async (cost) => [at(cost)]),
  "samples with images": (costs) => samples(costs, (cost) => [new Slow(cost, [1]), new Slow(cost, [1])]),
  "padded samples": (costs) =>
    batches(
      { length: costs.flat().length, getItem: (i: number) => new Slow(costs.flat()[i]!, undefined) },
      { batchSize: 32, collate: pad() },
    ),
  "a cache": (costs) => cache(samples(costs, (cost) => [at(cost)])),
  "several side by side": (costs) => {
    const source = new Batches(
      costs.flat().map((cost) => [cost]),
      ([cost]) => at(cost!),
    );
    return zip(source, source, source);
  },
};

function at(cost: number): Tensor<"float32"> {
  work(cost);
  return tensor([cost]);
}

/** Ways to read all batches. */
const readers: Readonly<Record<string, (sequence: Sequence<unknown>) => AsyncIterable<unknown>>> = {
  "a loader": (sequence) => new DataLoader(sequence),
  "a loader that is far ahead": (sequence) => new DataLoader(sequence, { maxQueueSize: 1000 }),
  "the sequence itself": (sequence) => sequence,
  "a generator": (sequence) => fromGenerator(() => sequence),
  "Keras' enqueuer": (sequence) => {
    const enqueuer = new GeneratorEnqueuer(() => sequence);
    enqueuer.start();
    return enqueuer.get();
  },
};

async function readAll(iterable: AsyncIterable<unknown>, each: () => void = () => {}): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const batch of iterable) {
    each();
    all.push(batch);
  }
  return all;
}

const someCosts = fc.array(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 40 }), {
  minLength: 1,
  maxLength: 6,
});

describe("the event loop turns while data are loaded in its thread", () => {
  for (const [data, make] of Object.entries(datasets)) {
    for (const [way, open] of Object.entries(readers)) {
      it(`${data}, read by ${way}`, async () => {
        await fc.assert(
          fc.asyncProperty(someCosts, async (costs) => {
            const gap = await longestBetweenTurns(() => readAll(open(make(costs))));
            expect(gap).toBeLessThan(slice + Math.max(...costs.flat()));
          }),
          { numRuns: 15 },
        );
      });
    }
  }

  it("gives each of two loaders its turns", async () => {
    const read: number[] = [];
    const costs: Costs = Array.from({ length: 20 }, () => [20]);
    const run = async (which: number) => {
      for await (const _ of new DataLoader(new Batches(costs, ([cost]) => at(cost!)))) read.push(which);
    };
    const gap = await longestBetweenTurns(() => Promise.all([run(0), run(1)]));
    expect(gap).toBeLessThan(slice + 20);
    // Neither waits for the other's end.
    const firstHalf = read.slice(0, 20);
    for (const which of [0, 1])
      expect(firstHalf.filter((reader) => reader === which).length).toBeGreaterThanOrEqual(8);
  });

  it("turns between batches that lie ready, as the consumer works on them", async () => {
    const loader = new DataLoader(
      new Batches(
        Array.from({ length: 50 }, () => [0]),
        ([cost]) => at(cost!),
      ),
    );
    const gap = await longestBetweenTurns(() => readAll(loader, () => work(5)));
    expect(gap).toBeLessThan(slice + 5 + 5);
  });

  it("turns between batches that an iterable gives to evaluate and predict", async () => {
    const iterable = Array.from({ length: 50 }, (_, i) => [tensor([i])]);
    const pass = openPasses("evaluate", iterable.values(), {
      load: {},
      signal: undefined,
      steps: undefined,
    }).open();
    const gap = await longestBetweenTurns(async () => {
      while (await pass.next(async () => {})) work(5);
    });
    expect(gap).toBeLessThan(slice + 5);
  });

  it("lets an abort in the middle of a batch end the loop", async () => {
    const controller = new AbortController();
    const images = Array.from({ length: 1000 }, () => 5);
    let begun = 0;
    const loader = new DataLoader(
      new Batches([images, images], (list) =>
        stack(
          list.map((cost) => {
            begun++;
            return new Slow(cost, [1]);
          }),
        ),
      ),
      { signal: controller.signal },
    );
    setImmediate(() => setImmediate(() => controller.abort(new Error("enough"))));
    const start = clock;
    await expect(readAll(loader)).rejects.toThrow("enough");
    expect(clock - start).toBeLessThan(100);
    expect(begun).toBe(1000);
  });

  it("gives the same batches in the same order as without a turn", async () => {
    const costs: Costs = [
      [3, 9, 1, 20, 7],
      [8, 8],
      [1, 1, 1, 30],
    ];
    for (const make of Object.values(datasets)) {
      const slow = await readAll(new DataLoader(make(costs)));
      vi.mocked(performance.now).mockReturnValue(1);
      const quick = await readAll(new DataLoader(make(costs)));
      vi.mocked(performance.now).mockImplementation(() => clock);
      expect(slow).toEqual(quick);
    }
  });

  describe("over image files", () => {
    const folder = fs.mkdtempSync(join(tmpdir(), "epochal-turns-"));
    const files = ["a.jpg", "b.png"].map((name) => join(folder, name));
    beforeAll(async () => {
      const image = sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } });
      for (const file of files) await image.clone().toFile(file);
    });
    afterAll(() => fs.rmSync(folder, { recursive: true }));

    for (const [how, make] of [
      ["stacked", (list: string[]) => stack(list.map((file) => resize(imread(file), [4, 4])))],
      ["one by one", async (list: string[]) => stack(await oneByOne(list))],
      [
        "all at once",
        async (list: string[]) => stack(await Promise.all(list.map((f) => imread(f).tensor()))),
      ],
    ] as const) {
      it(how, async () => {
        const open = fs.openSync;
        vi.spyOn(fs, "openSync").mockImplementation((...args) => {
          work(5);
          return open(...args);
        });
        const list = Array.from({ length: 60 }, () => files[0]!);
        const gap = await longestBetweenTurns(() =>
          readAll(new DataLoader(new Batches([[], []], () => make(list) as Promise<unknown>))),
        );
        expect(gap).toBeLessThan(slice + 5);
      });
    }
  });
});

async function oneByOne(files: readonly string[]): Promise<Tensor<"uint8">[]> {
  const pixels: Tensor<"uint8">[] = [];
  for (const file of files) pixels.push(await imread(file).tensor());
  return pixels;
}

describe("yielding", () => {
  it("lets nobody wait for ever, and goes in the order of coming", async () => {
    const order: string[] = [];
    const run = async (name: string, pieces: number) => {
      for (let i = 0; i < pieces; i++) {
        await yieldIfDue();
        order.push(name);
        work(20);
      }
    };
    await Promise.all([run("a", 4), run("b", 4), run("c", 2)]);
    expect(order.slice(-9).join("")).toMatch(/^(bca){2}ba?b?a?b?$|^(abc|bca|cab)/);
    for (const name of ["a", "b", "c"]) expect(order.indexOf(name)).toBeLessThan(4);
  });

  it("keeps to the slice where a loop's pieces are first short and then long, but for a few", async () => {
    const pace = pacer();
    const gap = await longestBetweenTurns(async () => {
      for (let i = 0; i < 1000; i++) {
        const turn = pace();
        if (turn) await turn;
        work(i % 100 < 50 ? 0.001 : 10);
      }
    });
    expect(gap).toBeLessThan(slice + 8 * 10);
  });

  it("is not needed where nothing takes time: what is there at once comes without a promise", async () => {
    await yieldIfDue();
    expect(settleEach(100, (i) => i)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it("begins no more after one threw, waits for those begun, and throws the first", async () => {
    await yieldIfDue();
    const begun: number[] = [];
    let settled = 0;
    const late = async (error?: Error) => {
      await new Promise((resolve) => setImmediate(resolve));
      settled++;
      if (error) throw error;
    };
    const run = settleEach(6, (i) => {
      begun.push(i);
      work(20);
      if (i === 4) throw new Error("fourth");
      return late(i === 2 ? new Error("second") : undefined);
    });
    await expect(run).rejects.toThrow("second");
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(settled).toBe(4);
    await new Promise<void>(whenIdle);
    expect(() =>
      settleEach(2, () => {
        throw new Error("at once");
      }),
    ).toThrow("at once");
  });
});
