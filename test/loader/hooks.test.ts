/** What a loader is asked from inside of what it waits for: hooks, getItem, collate. Nothing hangs, nothing breaks. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { yieldIfDue } from "../../src/core/event-loop.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import type { Context } from "../../src/sequence/context.ts";
import { Sequence } from "../../src/sequence/sequence.ts";

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Where something is asked. */
const places = ["onEpochBegin", "onEpochEnd", "getItem"] as const;
type Place = (typeof places)[number];

/** What is asked there; `late` after an await in that place, `heard` where it is awaited there. */
interface Ask {
  readonly place: Place;
  readonly what: keyof typeof asks;
  readonly late: boolean;
  readonly heard: boolean;
  /** Whether an error of it is the place's own. */
  readonly throws: boolean;
}

/** A loader in use: its one loop, and what was called of its sequence. */
class Scene {
  readonly controller = new AbortController();
  readonly log: ("begun" | "ending")[] = [];
  readonly #asks: readonly Ask[];
  readonly loader: DataLoader<number>;
  readonly iterator: AsyncIterableIterator<number, undefined, undefined> & AsyncDisposable;

  constructor(asks: readonly Ask[], timeout = 40) {
    this.#asks = asks;
    const scene = this;
    class Asking extends Sequence<number> {
      readonly length = 3;
      async getItem(index: number): Promise<number> {
        if (index === 1) await scene.#ask("getItem");
        return index;
      }
      override async onEpochBegin(): Promise<void> {
        await scene.#ask("onEpochBegin");
        scene.log.push("begun");
      }
      override async onEpochEnd(): Promise<void> {
        scene.log.push("ending");
        await scene.#ask("onEpochEnd");
      }
    }
    const { signal } = this.controller;
    this.loader = new DataLoader(new Asking(), { signal, timeout, retries: 0 });
    this.iterator = this.loader[Symbol.asyncIterator]();
  }

  async #ask(place: Place): Promise<void> {
    for (const { what, late, heard, throws } of this.#asks.filter((ask) => ask.place === place)) {
      if (late) await wait(1);
      const asked = asks[what](this);
      if (!heard) asked?.catch(() => {});
      else if (throws) await asked;
      else await asked?.catch(() => {});
    }
  }

  /** Goes through the epoch by its one iterator; what came, or the error. */
  async run(): Promise<unknown> {
    const read: number[] = [];
    try {
      for await (const batch of this.iterator) read.push(batch);
      return read;
    } catch (error) {
      return error;
    }
  }
}

const asks = {
  next: (scene: Scene): Promise<unknown> => scene.iterator.next(),
  return: (scene: Scene): Promise<unknown> | undefined => scene.iterator.return?.(),
  throw: (scene: Scene): Promise<unknown> | undefined => scene.iterator.throw?.(new Error("mine")),
  dispose: (scene: Scene): Promise<unknown> => Promise.resolve(scene.iterator[Symbol.asyncDispose]()),
  close: (scene: Scene): Promise<unknown> => scene.loader.close(),
  abort: async (scene: Scene): Promise<void> => scene.controller.abort(new Error("enough")),
  "second loop": async (scene: Scene): Promise<void> => {
    for await (const _ of scene.loader);
  },
};

function scenes(): fc.Arbitrary<readonly Ask[]> {
  const ask = fc.record({
    place: fc.constantFrom(...places),
    what: fc.constantFrom(...(Object.keys(asks) as Ask["what"][])),
    late: fc.boolean(),
    heard: fc.boolean(),
    throws: fc.boolean(),
  });
  return fc.array(ask, { minLength: 1, maxLength: 3 });
}

it("ends its loop whatever hooks and getItem ask of it, and calls each hook once", async () => {
  const unheard: unknown[] = [];
  const listen = (reason: unknown): void => void unheard.push(reason);
  process.on("unhandledRejection", listen);
  const cases = fc.sample(scenes(), { numRuns: 500, seed: 20 });
  await Promise.all(
    cases.map(async (given) => {
      const scene = new Scene(given);
      const ended = await Promise.race([scene.run(), wait(20_000).then(() => "hangs")]);
      const closed = scene.loader.close().catch(() => "what a hook threw");
      await Promise.race([closed, wait(20_000).then(() => Promise.reject(new Error("close() hangs")))]);
      const count = (call: Scene["log"][number]) => scene.log.filter((other) => other === call).length;
      // Asked while a hook runs, close() does not wait for the epoch of that hook, which ends after it.
      for (let i = 0; i < 200 && count("ending") < count("begun"); i++) await wait(10);
      const calls = { begun: count("begun"), ending: count("ending") };
      const shown = JSON.stringify(given);
      expect([shown, ended]).not.toEqual([shown, "hangs"]);
      const name = ended instanceof Error ? ended.name : "";
      expect(["", "Error", "LoaderError", "BatchError"]).toContain(name);
      expect([shown, calls]).toEqual([shown, { begun: calls.begun, ending: calls.begun }]);
    }),
  );
  await wait(20);
  process.off("unhandledRejection", listen);
  expect(unheard).toEqual([]);
});

/** What the loop gives where one thing is asked, and awaited, at one place. */
async function asked(place: Place, what: Ask["what"], late = false, timeout = 60_000): Promise<unknown> {
  const scene = new Scene([{ place, what, late, heard: true, throws: true }], timeout);
  const ended = await scene.run();
  return ended instanceof Error ? ended.message : ended;
}

describe.each([false, true])("what a hook asks, and awaits (late: %s)", (late) => {
  it.each(["close", "return", "dispose"] as const)("%s() in onEpochEnd makes no difference", async (what) => {
    expect(await asked("onEpochEnd", what, late)).toEqual([0, 1, 2]);
  });

  it("next() in onEpochEnd has no more batch", async () => {
    expect(await asked("onEpochEnd", "next", late)).toEqual([0, 1, 2]);
  });

  it("return() in onEpochBegin leaves the epoch after the hook", async () => {
    expect(await asked("onEpochBegin", "return", late)).toEqual([]);
  });

  it("close() and an abort in onEpochBegin end the loop after the hook, with the reason", async () => {
    expect(await asked("onEpochBegin", "close", late)).toMatch(/closed while it was iterated/);
    expect(await asked("onEpochBegin", "abort", late)).toBe("enough");
  });

  it("next() in onEpochBegin is an error, as it would wait for itself", async () => {
    expect(await asked("onEpochBegin", "next", late)).toMatch(/^next\(\) was called by a hook/);
  });

  it("a second loop in a hook is refused", async () => {
    for (const place of ["onEpochBegin", "onEpochEnd"] as const)
      expect(await asked(place, "second loop", late)).toMatch(/Epoch 0 of this loader is still running/);
  });
});

it("next() of a synchronous getItem is an error, as it would wait for itself", async () => {
  let iterator: AsyncIterator<number> | undefined;
  class Own extends Sequence<number> {
    readonly length = 3;
    getItem(index: number): number {
      if (index === 1) iterator!.next().catch(() => {});
      return index;
    }
  }
  const loader = new DataLoader(new Own(), { maxQueueSize: 1 });
  iterator = loader[Symbol.asyncIterator]();
  const read: unknown[] = [];
  // No turn of the event loop is due in the loop, in which the loader would work ahead of it.
  await yieldIfDue();
  const now = performance.now();
  const clock = vi.spyOn(performance, "now").mockReturnValue(now);
  await expect(
    (async () => {
      for (let step = await iterator.next(); !step.done; step = await iterator.next()) read.push(step.value);
    })(),
  ).rejects.toThrow(/next\(\) was called by a hook or by getItem/);
  clock.mockRestore();
  expect(read).toEqual([0]);
});

it("answers a loop whose onEpochBegin never ends, once its loader is closed", async () => {
  class Stuck extends Sequence<number> {
    readonly length = 3;
    getItem(index: number): number {
      return index;
    }
    override onEpochBegin(): Promise<void> {
      return new Promise(() => {});
    }
  }
  const loader = new DataLoader(new Stuck());
  const told = expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(/closed while/);
  await loader.close();
  await told;
});

it("calls onEpochEnd once where an aborted getItem closes the loader", async () => {
  let ends = 0;
  class Fetching extends Sequence<number> {
    readonly length = 5;
    getItem(index: number, { signal }: Context): number | Promise<number> {
      if (index === 0) return index;
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          void loader.close();
          reject(signal.reason);
        });
      });
    }
    override onEpochEnd(): void {
      ends++;
    }
  }
  const loader = new DataLoader(new Fetching());
  const iterator = loader[Symbol.asyncIterator]();
  await iterator.next();
  const pending = iterator.next().catch(() => {});
  await wait(5);
  await iterator.return?.();
  await pending;
  await loader.close();
  expect(ends).toBe(1);
});

it.each([true, false])(
  "calls a dataset's onEpochEnd that closes the loader once (hasHooks: %s)",
  async (hasHooks) => {
    let ends = 0;
    const samples = {
      length: 3,
      hasHooks,
      getItem: (index: number): number => index,
      async onEpochEnd(): Promise<void> {
        if (++ends > 5) throw new Error("again and again");
        await loader.close();
      },
    };
    let loader: DataLoader<unknown> = new DataLoader(samples, { batchSize: 1 });
    let read = 0;
    for await (const _ of loader) read++;
    expect([read, ends]).toEqual([3, 1]);
    loader = new DataLoader(samples, { batchSize: 1 });
    const iterator = loader[Symbol.asyncIterator]();
    await iterator.next();
    await loader.close();
    expect(ends).toBe(2);
  },
);

it("a slow onEpochBegin keeps the epoch of a consumer that asks twice", async () => {
  class Slow extends Sequence<number> {
    readonly length = 3;
    getItem(index: number): number {
      return index;
    }
    override onEpochBegin(): Promise<void> {
      return wait(60);
    }
  }
  const iterator = new DataLoader(new Slow(), { timeout: 10 })[Symbol.asyncIterator]();
  const steps = await Promise.all([iterator.next(), iterator.next()]);
  expect(steps.map(({ value }) => value)).toEqual([0, 1]);
  await iterator.return?.();
});

it.each(["close", "return"] as const)(
  "%s() and then next() in onEpochBegin are answered at once",
  async (end) => {
    const log: string[] = [];
    class Asking extends Sequence<number> {
      readonly length = 3;
      getItem(index: number): number {
        return index;
      }
      override async onEpochBegin(): Promise<void> {
        await null;
        const early = end === "return" ? iterator.next() : undefined;
        await (end === "close" ? loader.close() : iterator.return?.());
        await (early ?? iterator.next()).catch(() => {});
        log.push("begun");
      }
      override onEpochEnd(): void {
        log.push("ended");
      }
    }
    const loader = new DataLoader(new Asking());
    const iterator = loader[Symbol.asyncIterator]();
    await iterator.next().catch(() => {});
    expect(log).toEqual(["begun", "ended"]);
  },
);
