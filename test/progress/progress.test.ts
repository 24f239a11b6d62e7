import { describe, expect, it } from "vitest";
import { DataLoader } from "../../src/loader/data-loader.ts";
import type { DataLoaderOptions } from "../../src/loader/options.ts";
import { progress } from "../../src/progress/progress.ts";
import { Sequence } from "../../src/sequence/sequence.ts";

/** A terminal that writes into an array, under a clock that is set by hand. */
function recorder() {
  const written: string[] = [];
  const clock = { time: 0 };
  return {
    written,
    clock,
    terminal: { stream: { write: (t: string) => written.push(t) }, env: {}, now: () => clock.time },
  };
}

describe("progress", () => {
  it("hands on every element and tells count, rate, metrics and the share of waiting", async () => {
    const { written, clock, terminal } = recorder();
    const source = {
      length: 4,
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 4; i++) {
          clock.time += 10; // waiting for data
          yield i;
        }
      },
    };
    const bar = progress(source, { label: "train" }, terminal);
    const seen: number[] = [];
    for await (const i of bar) {
      seen.push(i);
      clock.time += 30; // the user's step
      bar.set({ loss: 1 / (i + 1) });
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(written).toEqual(["train 4/4 - 0s 40ms/step - loss: 0.2500 - wait: 25%\n"]);
  });

  it("closes the source and its line when the loop is left", async () => {
    const { written, terminal } = recorder();
    let closed = 0;
    const source = {
      *[Symbol.iterator]() {
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          closed++;
        }
      },
    };
    for await (const i of progress(source, {}, terminal)) if (i === 2) break;
    expect(closed).toBe(1);
    expect(written).toEqual(["2/? - 0s 0s/step - wait: 0%\n"]);
  });

  it("lets the source's error through, and does not close what has failed", async () => {
    const { written, terminal } = recorder();
    let closed = 0;
    const failing: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error("disk gone")),
        return: async () => {
          closed++;
          return { done: true, value: undefined };
        },
      }),
    };
    await expect(async () => {
      for await (const _ of progress(failing, {}, terminal));
    }).rejects.toThrow("disk gone");
    expect([closed, written.length]).toEqual([0, 1]);
  });

  it("takes arrays, and can be looped over again", async () => {
    const { written, terminal } = recorder();
    const bar = progress([1, 2], { unit: "file" }, terminal);
    for await (const _ of bar) bar.set({ loss: 1 });
    for await (const _ of bar);
    expect(written).toEqual([
      "2/2 - 0s 0s/file - loss: 1.0000 - wait: 0%\n",
      "2/2 - 0s 0s/file - wait: 0%\n",
    ]);
  });
});

it.each([10, null, undefined, {}])("progress refuses %o", (source) => {
  expect(() => progress(source as never)).toThrow(
    /progress takes a loader or anything else that is iterable, got /,
  );
  expect(() => progress([], { desc: "a" } as never)).toThrow(/progress has no option `desc`/);
});

describe("progress over a loader", () => {
  class Numbers extends Sequence<number> {
    length = 8;
    getItem(index: number): number {
      return index;
    }
  }

  /** The last line of each of two epochs, without its times. */
  async function lines(options: DataLoaderOptions, data: Sequence<number> = new Numbers()) {
    const { written, terminal } = recorder();
    await using loader = new DataLoader(data, options);
    for (let epoch = 0; epoch < 2; epoch++) for await (const _ of progress(loader, {}, terminal));
    return written.map((line) => line.split(" - ")[0]);
  }

  const from = (position: number) => {
    const state = new DataLoader(new Numbers()).state();
    return { state: { ...state, position } };
  };

  it("counts what this epoch delivers here: a rank's part, the rest of a resumed epoch", async () => {
    expect(await lines({})).toEqual(["8/8", "8/8"]);
    for (const [rank, part] of [3, 3, 2].entries())
      expect(await lines({ shard: { rank, worldSize: 3 } })).toEqual([`${part}/${part}`, `${part}/${part}`]);
    expect(await lines({ shard: { rank: 0, worldSize: 3, ragged: "drop" } })).toEqual(["2/2", "2/2"]);
    expect(await lines(from(5))).toEqual(["3/3", "8/8"]);
    expect(await lines({ ...from(3), shard: { rank: 1, worldSize: 2 } })).toEqual(["2/2", "4/4"]);
  });

  it("follows a length that hooks change, and one that was left early", async () => {
    class Growing extends Numbers {
      override onEpochBegin(epoch: number): void {
        this.length = 2 + epoch;
      }
      override onEpochEnd(): void {
        this.length = 100;
      }
    }
    expect(await lines({}, new Growing())).toEqual(["2/2", "3/3"]);
    const { written, terminal } = recorder();
    await using loader = new DataLoader(new Numbers(), from(5));
    for await (const _ of progress(loader, {}, terminal)) break;
    expect(written[0]).toMatch(/^0\/3 /);
  });
});
