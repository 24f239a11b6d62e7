import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { consume, endSoon } from "../../src/cli/consume.ts";
import { DataLoader, Sequence } from "../../src/index.ts";

/** Five batches that take a millisecond, but for one that never comes, or one that fails. */
class Numbers extends Sequence<number> {
  readonly length = 5;
  readonly hangsAt: number;
  readonly failsAt: number;
  ended = 0;
  constructor({ hangsAt = -1, failsAt = -1 } = {}) {
    super();
    this.hangsAt = hangsAt;
    this.failsAt = failsAt;
  }
  async getItem(index: number): Promise<number> {
    await (index === this.hangsAt ? new Promise(() => {}) : pause(1));
    if (index === this.failsAt) throw new Error("no file");
    return index;
  }
  override onEpochEnd(): void {
    this.ended++;
  }
}

const endless = Number.POSITIVE_INFINITY;
const run = async (sequence: Numbers, task: Partial<Parameters<typeof consume>[1]>) => {
  const loader = new DataLoader(sequence);
  let seen = 0;
  const onBatch = (count: number): number => (seen = count);
  try {
    await consume(loader, { epochs: 2, seconds: endless, work: 0, onBatch, ...task });
    return { seen, loader };
  } finally {
    await endSoon(loader);
  }
};

it("takes all batches of all epochs, to their end", async () => {
  const sequence = new Numbers();
  const { seen, loader } = await run(sequence, {});
  expect([seen, sequence.ended, loader.report().last?.complete]).toEqual([10, 2, true]);
});

it("takes as many as are asked for, and no more", async () => {
  expect((await run(new Numbers(), { most: 3 })).seen).toBe(3);
});

it("ends when time is up: from the first batch on, which may take longer", async () => {
  const { seen } = await run(new Numbers(), { epochs: 10_000, seconds: 0.05, work: 5 });
  // A batch is worked on for 5 ms.
  expect(seen).toBeGreaterThanOrEqual(1);
  expect(seen).toBeLessThanOrEqual(11);
});

it("ends when time is up where a batch never comes, and the loader is left behind", async () => {
  expect((await run(new Numbers({ hangsAt: 3 }), { seconds: 0.05 })).seen).toBeLessThanOrEqual(3);
});

it("throws what a batch failed with", async () => {
  await expect(run(new Numbers({ failsAt: 3 }), { seconds: 5 })).rejects.toThrow("no file");
});
