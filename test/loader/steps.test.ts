import { describe, expect, it, vi } from "vitest";
import { helpFor } from "../../src/core/errors.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { repeat } from "../../src/sequence/combinators/repeat.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { Points } from "../train/points.ts";

describe("length and steps", () => {
  const data = new Points(32); // 8 batches

  it("count what is delivered here: of a whole epoch, and of the one that runs or comes next", async () => {
    const state = { ...new DataLoader(data).state(), position: 5 };
    for (const [options, length, steps] of [
      [{}, 8, 8],
      [{ shard: { rank: 1, worldSize: 3 } }, 3, 3],
      [{ shard: { rank: 2, worldSize: 3 } }, 2, 2],
      [{ shard: { rank: 9, worldSize: 12 } }, 0, 0],
      [{ shard: { rank: 0, worldSize: 3, ragged: "drop" } as const }, 2, 2],
      [{ state }, 8, 3],
      [{ state, shard: { rank: 1, worldSize: 2 } }, 4, 1],
    ] as const) {
      await using loader = new DataLoader(data, options);
      expect([loader.length, loader.steps]).toEqual([length, steps]);
      let delivered = 0;
      for await (const _ of loader) {
        delivered++;
        expect([loader.length, loader.steps]).toEqual([length, steps]);
      }
      expect(delivered).toBe(steps);
      expect([loader.length, loader.steps]).toEqual([length, length]);
      expect(data.length).toBe(8);
    }
  });

  it("have no end where the sequence has none, and start anew where an epoch is named", () => {
    const endless = new DataLoader(repeat(data));
    expect([endless.length, endless.steps]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    const loader = new DataLoader(data, { state: { ...new DataLoader(data).state(), position: 5 } });
    loader.setEpoch(3);
    expect(loader.steps).toBe(8);
  });
});

it("a state between two epochs says the length that the program has given the sequence meanwhile", async () => {
  class Growing extends Sequence<number> {
    length = 3;
    getItem(index: number): number {
      return index;
    }
  }
  const data = new Growing();
  await using loader = new DataLoader(data);
  for await (const _ of loader);
  data.length = 5;
  await using resumed = new DataLoader(data, { state: loader.state() });
  const indices: number[] = [];
  for await (const index of resumed) indices.push(index);
  expect(indices).toEqual([0, 1, 2, 3, 4]);
});

it("says once that a rank has no share, and not that one was used up before a resume", async () => {
  const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  try {
    const data = new Points(32);
    const shard = { rank: 8, worldSize: 12 };
    await using loader = new DataLoader(data, { shard });
    for (let epoch = 0; epoch < 3; epoch++) for await (const _ of loader);
    expect(emitted.mock.calls).toEqual([
      [
        expect.stringMatching(/^Rank 8 of 12 has no share of the 8 batches of Points.*Use fewer ranks/),
        {
          type: "EpochalWarning",
          code: "EPOCHAL_EMPTY_SHARE",
          detail: `See ${helpFor("EPOCHAL_EMPTY_SHARE")}`,
        },
      ],
    ]);
    emitted.mockClear();
    const state = { ...new DataLoader(data).state(), position: 7 };
    await using resumed = new DataLoader(data, { state, shard: { rank: 1, worldSize: 2 } });
    for await (const _ of resumed);
    expect(emitted.mock.calls).toEqual([]);
  } finally {
    emitted.mockRestore();
  }
});
