/** Every way to leave a loader ends it, once, and leaves nothing behind. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DataLoader, type DataLoaderOptions, isEpochalError, Sequence } from "epochal";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Faulty, Numbers, Scaled } from "../fixtures/sequences.js";
import { countLeft, expectNothingLeft, type Left, warnings } from "../left.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;
const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Collects garbage until `done`, as finalizers run when they like. */
async function collect(done: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !done(); i++) {
    gc();
    await wait(20);
  }
}

const kinds = {
  inline: { workers: 0 },
  thread: { workers: 2 },
  process: { workers: 2, useMultiprocessing: true },
} as const satisfies Record<string, DataLoaderOptions>;

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("a loader with %s workers", (kind) => {
  const options: DataLoaderOptions = kinds[kind];
  let before: Left;
  beforeEach(async () => {
    before = await countLeft();
  });
  afterEach(() => expectNothingLeft(before));

  it("ends with `close()`, which may be called twice and while it is iterated", async () => {
    const loader = new DataLoader(new Numbers(10), options);
    const iterator = loader[Symbol.asyncIterator]();
    await iterator.next();
    await Promise.all([loader.close(), loader.close()]);
    await loader.close();
    await expect(iterator.next()).rejects.toMatchObject({ name: "LoaderError" });
    await expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(/The loader is closed/);
  });

  it("tells whoever waits that it was closed", async () => {
    const loader = new DataLoader(new Faulty(3, { 0: "never" }), options);
    const waiting = loader[Symbol.asyncIterator]().next();
    const told = expect(waiting).rejects.toThrow(/closed while it was iterated/);
    await wait(50);
    await loader.close();
    await told;
  });

  it("ends with `await using`", async () => {
    let kept: DataLoader<unknown>;
    {
      await using loader = new DataLoader(new Numbers(4), options);
      kept = loader as DataLoader<unknown>;
      for await (const _ of loader) break;
    }
    await expect(kept[Symbol.asyncIterator]().next()).rejects.toThrow(/closed/);
  });

  it.each([new Error("enough"), "text", 0, null, undefined])(
    "rejects with the reason of an abort: %s",
    async (reason) => {
      const controller = new AbortController();
      const loader = new DataLoader(new Faulty(5, { 1: "never" }), { ...options, signal: controller.signal });
      const iterator = loader[Symbol.asyncIterator]();
      await iterator.next();
      const waiting = iterator.next().then(
        () => "a batch",
        (error: unknown) => ({ error }),
      );
      controller.abort(reason);
      expect(await waiting).toEqual({ error: controller.signal.reason });
      await expect(
        loader[Symbol.asyncIterator]()
          .next()
          .catch((error: unknown) => [error]),
      ).resolves.toEqual([controller.signal.reason]);
      await loader.close();
    },
  );

  it("is aborted before it begins", async () => {
    const loader = new DataLoader(new Numbers(3), { ...options, signal: AbortSignal.abort("no") });
    await expect(
      loader[Symbol.asyncIterator]()
        .next()
        .catch((error: unknown) => error),
    ).resolves.toBe("no");
  });

  it("calls onEpochEnd once when it is left by break, return, throw or close", async () => {
    const sequence = new Scaled(5);
    const loader = new DataLoader(sequence, options);
    for await (const _ of loader) break;
    const iterator = loader[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    await iterator.return?.();
    await expect(
      (async () => {
        for await (const _ of loader) throw new Error("mine");
      })(),
    ).rejects.toThrow("mine");
    await loader[Symbol.asyncIterator]().next();
    await loader.close();
    expect(sequence.log).toEqual([0, 1, 2, 3].flatMap((epoch) => [`begin ${epoch}`, `end ${epoch}`]));
  });

  it("hears out a hook that is running when it is closed", async () => {
    const log: string[] = [];
    class Hooked extends Scaled {
      override async onEpochBegin(): Promise<void> {
        await wait(50);
        log.push("begun");
      }
      override onEpochEnd(): void {
        log.push("ended");
      }
    }
    const loader = new DataLoader(new Hooked(3), { workers: 0 });
    const told = expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(/closed/);
    await loader.close();
    await told;
    expect(log).toEqual(["begun", "ended"]);
  });

  it("does not wait for the hook that awaits close() or return()", async () => {
    const sequence = new Scaled(4);
    const loader = new DataLoader(sequence, options);
    const iterator = loader[Symbol.asyncIterator]();
    const hook = vi.spyOn(Scaled.prototype, "onEpochEnd").mockImplementation(async () => {
      await iterator.return?.();
      await wait(5);
      await loader.close();
      await iterator[Symbol.asyncDispose]();
      sequence.log.push("closed");
    });
    const read: number[] = [];
    for await (const batch of iterator) read.push(batch);
    hook.mockRestore();
    expect(read).toEqual([0, 1, 2, 3]);
    expect(sequence.log).toEqual(["begin 0", "closed"]);
    await expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(/The loader is closed/);
  });

  it("answers overlapping calls of next() in order", async () => {
    await using loader = new DataLoader(new Numbers(4), options);
    const iterator = loader[Symbol.asyncIterator]();
    const all = await Promise.all(Array.from({ length: 6 }, () => iterator.next()));
    expect(all.map(({ value, done }) => (done ? "done" : value?.index))).toEqual([
      0,
      1,
      2,
      3,
      "done",
      "done",
    ]);
  });

  it("refuses a second loop at once, and goes on with the first", async () => {
    await using loader = new DataLoader(new Numbers(4), options);
    const first = loader[Symbol.asyncIterator]();
    await first.next();
    const error = await loader[Symbol.asyncIterator]()
      .next()
      .catch((thrown: unknown) => thrown);
    expect(isEpochalError(error, "LoaderError") && error.message).toMatch(
      /Epoch 0 of this loader is still running/,
    );
    expect((await first.next()).value).toMatchObject({ index: 1 });
    await first.return?.();
  });

  it("shares a sequence with another loader", async () => {
    const sequence = new Numbers(6);
    await using one = new DataLoader(sequence, options);
    await using other = new DataLoader(sequence, options);
    const read = async (loader: typeof one): Promise<number[]> => {
      const indices: number[] = [];
      for await (const { index } of loader) indices.push(index);
      return indices;
    };
    expect(await Promise.all([read(one), read(other)])).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
  });

  it("ends the epoch of an iterator that nobody holds any more", async () => {
    const sequence = new Scaled(50);
    const loader = new DataLoader(sequence, options);
    await (async () => {
      const iterator = loader[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.next();
    })();
    await collect(() => sequence.log.length > 1);
    expect(sequence.log).toEqual(["begin 0", "end 0"]);
    for await (const _ of loader) break;
    await loader.close();
  });

  it("ends its workers when nobody holds it any more", async () => {
    let running = true;
    const registry = new FinalizationRegistry(() => {
      running = false;
    });
    await (async () => {
      const loader = new DataLoader(new Numbers(5), options);
      registry.register(loader, 0);
      for await (const _ of loader) break;
    })();
    await collect(() => !running);
    expect(running).toBe(false);
  });
});

describe("hooks", () => {
  it("that throw reach the consumer: before the epoch, after it, and on the way out", async () => {
    class Throws extends Sequence<number> {
      readonly length = 2;
      when = "";
      getItem(index: number): number {
        return index;
      }
      override onEpochBegin(): void {
        if (this.when === "begin") throw new Error("begin failed");
      }
      override async onEpochEnd(): Promise<void> {
        if (this.when === "end") throw new Error("end failed");
      }
    }
    const sequence = new Throws();
    const loader = new DataLoader(sequence);
    const read = async (leave: boolean): Promise<void> => {
      for await (const _ of loader) if (leave) break;
    };
    sequence.when = "begin";
    await expect(read(false)).rejects.toThrow("begin failed");
    expect(loader.epoch).toBe(0);
    sequence.when = "end";
    await expect(read(false)).rejects.toThrow("end failed");
    await expect(read(true)).rejects.toThrow("end failed");
    sequence.when = "";
    await read(false);
    expect(loader.epoch).toBe(3);
  });

  it("that throw during an abort raise no unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", listen);
    class Throws extends Scaled {
      override onEpochEnd(): void {
        throw new Error("end failed");
      }
    }
    const controller = new AbortController();
    const iterator = new DataLoader(new Throws(5), { signal: controller.signal })[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort("stop");
    await wait(50);
    await expect(iterator.next()).rejects.toThrow("end failed");
    process.off("unhandledRejection", listen);
    expect(unhandled).toEqual([]);
  });
});

it("an epoch dropped together with its loader ends once nobody is fetching", async () => {
  const log: string[] = [];
  class Slow extends Sequence<number> {
    readonly length = 50;
    fetching = 0;
    async getItem(index: number): Promise<number> {
      this.fetching++;
      await wait(20);
      this.fetching--;
      return index;
    }
    override onEpochEnd(epoch: number): void {
      log.push(`end ${epoch}, ${this.fetching} fetching`);
    }
  }
  const collected: string[] = [];
  const registry = new FinalizationRegistry((what: string) => collected.push(what));
  const begin = async (): Promise<void> => {
    const loader = new DataLoader(new Slow());
    // Whoever observes it refers to it.
    loader.observe(() => void loader.epoch);
    await loader[Symbol.asyncIterator]().next();
    registry.register(loader, "loader");
  };
  await begin();
  await collect(() => log.length > 0 && collected.length > 0);
  expect(log).toEqual(["end 0, 0 fetching"]);
  expect(collected).toEqual(["loader"]);
});

it("says once that it waits, for which batch, and what is being done", async () => {
  const heard = warnings("EPOCHAL_STALL");
  const loader = new DataLoader(new Faulty(4, { 2: "never" }), { workers: 1, timeout: 7500, retries: 0 });
  await expect(
    (async () => {
      for await (const _ of loader);
    })(),
  ).rejects.toMatchObject({ name: "BatchError", index: 2 });
  await loader.close();
  const said = await heard();
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /batch 2 of epoch 0 \(getItem\(2\) of Faulty\): thread 1 has been in getItem\(2\) for/,
  );
});

it("60 loaders made, iterated, some with a killed worker, and closed leave everything as it was", async () => {
  const before = await countLeft();
  // Each way of it once, as they repeat after 60 rounds: what is left is counted to the last thread and file.
  for (let round = 0; round < 60; round++) {
    // Processes cost a third of a second each: every tenth round.
    const processes = round % 10 === 0;
    const fault = round % 4 === 0 ? { 1: processes ? "kill" : "exit" } : {};
    const loader = new DataLoader(new Faulty(3, fault), {
      workers: 1,
      useMultiprocessing: processes,
      retries: 0,
    });
    try {
      for await (const _ of loader) if (round % 3 === 0) break;
    } catch (error) {
      if (!isEpochalError(error, "BatchError")) throw error;
    }
    await loader.close();
  }
  await expectNothingLeft(before);
});
