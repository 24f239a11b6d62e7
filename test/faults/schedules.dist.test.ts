/**
 * Random schedules over real workers: 57 of them (`npm run test:deep`: 172; the soak goes on for hours), each delivering the bytes of the fault-free run or a typed error,
 * and nothing left behind. `EPOCHAL_SEED=<seed>` runs one again.
 */
import type { Sequence } from "epochal";
import { assertExactlyOnce, type WorkerKind } from "epochal/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawSchedule } from "../../src/testing/schedule.ts";
import { deep } from "../deep.ts";
import { Careless } from "../fixtures/faults.js";
import { Numbers } from "../fixtures/sequences.js";
import { countLeft, expectNothingLeft, type Left } from "../left.ts";

const start = Number(process.env.EPOCHAL_SEED ?? Date.now());
const rejections: unknown[] = [];
const listen = (reason: unknown): void => void rejections.push(reason);

describe(`random schedules from seed ${start}`, () => {
  let before: Left;
  beforeAll(async () => {
    process.on("unhandledRejection", listen);
    before = await countLeft();
  });
  afterAll(() => void process.off("unhandledRejection", listen));

  const plan: readonly (readonly [kind: WorkerKind, schedules: number, lengths: readonly number[]])[] = [
    ["inline", deep ? 60 : 20, [1, 2, 7, 30, 200]],
    ["thread", deep ? 80 : 25, [1, 3, 17, 60, 200]],
    ["process", deep ? 32 : 12, [1, 2, 13, 200]],
  ];
  // Side by side for each length: most of the time is spent waiting for workers that hang.
  const lanes: Readonly<Record<WorkerKind, number>> = { inline: 12, thread: 3, process: 2 };
  it.each(plan)("of %s workers: %i, over %j batches", async (kind, schedules, lengths) => {
    const outcomes = await Promise.allSettled(
      lengths.map((length) => {
        const seed = start + length * 1000;
        console.log(`schedules of ${kind} workers, length ${length}: EPOCHAL_SEED=${seed}`);
        const sequence = new Numbers(length, 300) as unknown as Sequence<unknown>;
        const share = schedules / lengths.length;
        return assertExactlyOnce(sequence, {
          schedules: share,
          seed,
          kinds: [kind],
          concurrency: lanes[kind],
        });
      }),
    );
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    await expectNothingLeft(before);
    expect(rejections).toEqual([]);
  });
});

describe("a schedule", () => {
  it("is the same for the same seed, on every machine", () => {
    expect(
      drawSchedule({ seed: 1, length: 20, kinds: ["inline", "thread", "process"] }),
    ).toMatchInlineSnapshot(`
      {
        "epochs": 3,
        "faults": [],
        "kind": "inline",
        "maxQueueSize": 3,
        "pauses": Map {
          58 => 25,
          10 => 0,
        },
        "retries": 1,
        "seed": 1,
        "shuffle": true,
        "stopAfter": [
          Infinity,
          Infinity,
          Infinity,
        ],
        "workers": 0,
      }
    `);
    expect(drawSchedule({ seed: 5, length: 20, kinds: ["thread"] })).toEqual(
      drawSchedule({ seed: 5, length: 20, kinds: ["thread"] }),
    );
  });
});

describe("the assertions themselves", () => {
  it("find a sequence whose batches depend on chance", async () => {
    const sequence = new Careless(6) as unknown as Sequence<unknown>;
    await expect(assertExactlyOnce(sequence, { schedules: 3, kinds: ["inline"], seed: 3 })).rejects.toThrow(
      /another batch was delivered[\s\S]*EPOCHAL_SEED=/,
    );
  });
});
