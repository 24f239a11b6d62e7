import { describe, expect, it } from "vitest";
import { progress } from "../../../src/train/progress/progress.ts";

/** Options that write into an array, under a clock that is set by hand. */
function recorder() {
  const written: string[] = [];
  const clock = { time: 0 };
  return {
    written,
    clock,
    options: { stream: { write: (t: string) => written.push(t) }, env: {}, now: () => clock.time },
  };
}

describe("progress", () => {
  it("hands on every element and tells count, rate, metrics and the share of waiting", async () => {
    const { written, clock, options } = recorder();
    const source = {
      length: 4,
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 4; i++) {
          clock.time += 10; // waiting for data
          yield i;
        }
      },
    };
    const bar = progress(source, { ...options, label: "train" });
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
    const { written, options } = recorder();
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
    for await (const i of progress(source, options)) if (i === 2) break;
    expect(closed).toBe(1);
    expect(written).toEqual(["2/? - 0s 0s/step - wait: 0%\n"]);
  });

  it("lets the source's error through, and does not close what has failed", async () => {
    const { written, options } = recorder();
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
      for await (const _ of progress(failing, options));
    }).rejects.toThrow("disk gone");
    expect([closed, written.length]).toEqual([0, 1]);
  });

  it("takes arrays, and can be looped over again", async () => {
    const { written, options } = recorder();
    const bar = progress([1, 2], { ...options, unit: "file" });
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
