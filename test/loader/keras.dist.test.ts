/**
 * The reference tests of Keras' Sequence and PyDataset, restated for this loader and run on real threads and
 * processes (Keras' own run their "process" tests on threads), and one test for each defect of its enqueuers.
 * The loop stands for `fit`: what a step does with a batch does not matter here.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataLoader, type DataLoaderOptions, Sequence } from "epochal";
import { afterAll, describe, expect, it } from "vitest";
import { Counted, Logged, Slow } from "../fixtures/faults.js";
import { Faulty, Numbers, Scaled } from "../fixtures/sequences.js";

const folder = mkdtempSync(join(tmpdir(), "epochal-keras-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const file = (): string => join(folder, `${files++}`);

const kinds = {
  inline: { workers: 0 },
  threads: { workers: 3 },
  processes: { workers: 3, useMultiprocessing: true },
} as const satisfies Record<string, DataLoaderOptions>;
type Kind = keyof typeof kinds;

const upTo = (count: number, factor: number = 1): number[] =>
  Array.from({ length: count }, (_, i) => i * factor);

/** All batches of the next epoch. */
async function epoch<B>(loader: AsyncIterable<B>): Promise<B[]> {
  const batches: B[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

/** `steps` steps over an endless stream of epochs, as `fit` with stepsPerEpoch makes them. */
async function take<B>(iterator: AsyncIterator<B>, steps: number): Promise<B[]> {
  const batches: B[] = [];
  while (batches.length < steps) {
    const { done, value } = await iterator.next();
    if (done) break;
    batches.push(value);
  }
  return batches;
}

describe.each(Object.keys(kinds) as Kind[])("Keras' cases with %s", (kind) => {
  const options: DataLoaderOptions = { ...kinds[kind], maxQueueSize: 10 };

  it("an ordered enqueuer gives 0 to 99 in order", async () => {
    await using loader = new DataLoader(new Scaled(100), options);
    expect(await epoch(loader)).toEqual(upTo(100));
  });

  it("a faulty sequence raises its own IndexError-like error, at its place", async () => {
    await using loader = new DataLoader(new Faulty(100, { 2: "error" }), options);
    const seen: number[] = [];
    const failing = async (): Promise<void> => {
      for await (const { index } of loader) seen.push(index);
    };
    await expect(failing()).rejects.toMatchObject({ name: "BatchError", cause: { message: "boom" } });
    expect(seen).toEqual([0, 1]);
  });

  it("what onEpochEnd changes is in the second hundred: 5 · i, in order", async () => {
    await using loader = new DataLoader(new Scaled(100), options);
    expect(await epoch(loader)).toEqual(upTo(100));
    expect(await epoch(loader)).toEqual(upTo(100, 5));
  });

  it("two loaders with different values stay apart, and each sees its own hook", async () => {
    const [one, other] = [new Scaled(10), new Scaled(10)];
    other.state = 7;
    await using first = new DataLoader(one, options);
    await using second = new DataLoader(other, options);
    const both = (): Promise<number[][]> => Promise.all([epoch(first), epoch(second)]);
    expect(await both()).toEqual([upTo(10), upTo(10, 7)]);
    expect(await both()).toEqual([upTo(10, 5), upTo(10, 35)]);
  });

  it("a basic flow keeps shapes and dtypes, and shuffles to a permutation that is not the identity", async () => {
    await using plain = new DataLoader(new Numbers(30), options);
    const batches = await epoch(plain);
    for (const { x } of batches) expect([x.shape, x.dtype]).toEqual([[8], "float32"]);
    await using shuffled = new DataLoader(new Numbers(30), { ...options, shuffle: true, seed: 3 });
    const order = (await epoch(shuffled)).map(({ index }) => index);
    expect(order).not.toEqual(upTo(30));
    expect(order.toSorted((a, b) => a - b)).toEqual(upTo(30));
    expect((await epoch(shuffled)).map(({ index }) => index)).not.toEqual(order);
  });

  it("an endless sequence goes on until it is left", async () => {
    await using loader = new DataLoader(new Numbers(Number.POSITIVE_INFINITY), options);
    const iterator = loader[Symbol.asyncIterator]();
    expect((await take(iterator, 25)).map(({ index }) => index)).toEqual(upTo(25));
    await iterator.return?.();
  });

  it("records pass through, and batches may differ in shape, the last being smaller", async () => {
    await using loader = new DataLoader(new Slow(4, 0), options);
    const batches = await epoch(loader);
    expect(batches.map(({ x }) => x.shape[0])).toEqual([4, 3, 2, 1]);
    expect(Object.keys(batches[0]!)).toEqual(["index", "x"]);
  });

  it("shards give each index once, in the same order for the same epoch and another for the next", async () => {
    const ranks = [0, 1, 2];
    const shards = ranks.map(
      (rank) =>
        new DataLoader(new Numbers(10), {
          ...options,
          workers: Math.min(1, options.workers as number),
          shuffle: true,
          shard: { rank, worldSize: 3 },
        }),
    );
    const all = async (): Promise<number[][]> =>
      Promise.all(shards.map(async (shard) => (await epoch(shard)).map(({ index }) => index)));
    const first = await all();
    expect(first.map(({ length }) => length)).toEqual([4, 3, 3]);
    expect(first.flat().toSorted((a, b) => a - b)).toEqual(upTo(10));
    expect(await all()).not.toEqual(first);
    await Promise.all(shards.map((shard) => shard.close()));
  });

  it("hooks strictly alternate over five epochs, on the caller's instance", async () => {
    const sequence = new Scaled(3);
    await using loader = new DataLoader(sequence, options);
    for (let i = 0; i < 5; i++) await epoch(loader);
    expect(sequence.log).toEqual(upTo(5).flatMap((i) => [`begin ${i}`, `end ${i}`]));
  });
});

describe("speed", () => {
  it("four threads fetch side by side what waits", async () => {
    const path = file();
    await using loader = new DataLoader(new Slow(8, 150, path), { workers: 4 });
    await epoch(loader);
    // Not a clock but a count: that several were in getItem at the same time.
    let now = 0;
    let most = 0;
    for (const line of readFileSync(path, "utf8").trim().split("\n")) {
      now += line === "in" ? 1 : -1;
      most = Math.max(most, now);
    }
    expect(most).toBeGreaterThan(1);
  });
});

describe.each(["threads", "processes"] as const)("Keras' defects are not ours, with %s", (kind) => {
  const options: DataLoaderOptions = { ...kinds[kind], maxQueueSize: 4 };

  it("the tail is not lost where a pass is shorter than the length", async () => {
    await using loader = new DataLoader(new Numbers(10), options);
    const stream = loader.epochs(2);
    const passes = [];
    for (let i = 0; i < 10; i++) passes.push((await take(stream, 2)).map(({ index }) => index));
    expect(passes.flat()).toEqual([...upTo(10), ...upTo(10)]);
    await stream.return();
  });

  it("no batch of an earlier epoch leaks into a later one", async () => {
    const sequence = new Scaled(10);
    await using loader = new DataLoader(sequence, options);
    for await (const batch of loader) if (batch === 1) break;
    // Batches 2 to 7 were fetched ahead under state 1; none of them may be seen now.
    expect(await epoch(loader)).toEqual(upTo(10, 5));
    expect(await epoch(loader)).toEqual(upTo(10, 25));
  });

  it("validation starts anew each time", async () => {
    await using validation = new DataLoader(new Numbers(10), options);
    for (let round = 0; round < 4; round++) {
      const seen: number[] = [];
      for await (const { index } of validation) {
        seen.push(index);
        if (seen.length === 3) break;
      }
      expect(seen).toEqual([0, 1, 2]);
    }
  });

  it("a batch that is None is one clear error, not a wait for ever", async () => {
    await using loader = new DataLoader(new Faulty(5, { 2: "null batch" }), options);
    await expect(epoch(loader)).rejects.toThrow(/returned null instead of a batch/);
  });

  it("a loader can be used again after an exception", async () => {
    await using loader = new DataLoader(new Counted(5, { 2: "error" }, 1, file()), options);
    await expect(epoch(loader)).rejects.toThrow(/boom/);
    expect(await epoch(loader)).toHaveLength(5);
  });

  it("onEpochEnd is called once, after the last batch was consumed, by nobody but the loader", async () => {
    const sequence = new Scaled(6);
    await using loader = new DataLoader(sequence, options);
    for await (const _ of loader) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(sequence.log).toEqual(["begin 0"]);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sequence.log).toEqual(["begin 0", "end 0"]);
  });

  it("no batch is fetched for a look at it, nor ahead of the next epoch", async () => {
    const path = file();
    await using loader = new DataLoader(new Logged(6, path), options);
    expect(loader.length).toBe(6);
    await epoch(loader);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readFileSync(path, "utf8").trim().split("\n").toSorted()).toEqual(upTo(6).map((i) => `0:${i}`));
  });

  it("random numbers differ between workers, batches and epochs", async () => {
    await using loader = new DataLoader(new Numbers(12), options);
    const drawn = [...(await epoch(loader)), ...(await epoch(loader))].map(({ x }) => x.data[0]);
    expect(new Set(drawn).size).toBe(24);
  });

  it("an exception in a hook reaches the consumer", async () => {
    class Hooked extends Sequence<number> {
      length = 2;
      getItem(index: number): number {
        return index;
      }
      override onEpochEnd(): void {
        throw new Error("the hook failed");
      }
    }
    await using loader = new DataLoader(new Hooked(), { workers: 0 });
    await expect(epoch(loader)).rejects.toThrow("the hook failed");
  });

  it("a killed worker is replaced, and its batch fetched again", async () => {
    const fault = kind === "processes" ? "kill" : "exit";
    await using loader = new DataLoader(new Counted(12, { 5: fault }, 1, file()), options);
    expect((await epoch(loader)).map(({ index }) => index)).toEqual(upTo(12));
    expect(loader.report().workersLost).toBe(1);
  });

  it("at most maxQueueSize + workers batches are started ahead of the consumer", async () => {
    const path = file();
    await using loader = new DataLoader(new Logged(60, path), options);
    let consumed = 0;
    for await (const _ of loader) {
      consumed++;
      if (consumed % 10 === 1) await new Promise((resolve) => setTimeout(resolve, 60));
      const started = readFileSync(path, "utf8").trim().split("\n").length;
      expect(started - consumed).toBeLessThanOrEqual(4 + 3);
    }
    expect(consumed).toBe(60);
  });

  it("a change of length by a hook holds from the next epoch on", async () => {
    class Growing extends Scaled {
      static override readonly module = new URL("../fixtures/sequences.js", import.meta.url).href;
      static override readonly id = "Scaled";
      override onEpochEnd(): void {
        this.length += 2;
      }
    }
    Object.defineProperty(Growing, "name", { value: "Scaled" });
    await using loader = new DataLoader(new Growing(3), options);
    expect(
      [await epoch(loader), await epoch(loader), await epoch(loader)].map(({ length }) => length),
    ).toEqual([3, 5, 7]);
  });
});
