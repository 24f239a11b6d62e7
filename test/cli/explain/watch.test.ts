import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { watchLoading } from "../../../src/cli/explain/watch.ts";
import { Sequence, tensor } from "../../../src/index.ts";

/** Batches that take a millisecond, but for one that never comes. */
class Numbers extends Sequence<[ReturnType<typeof tensor>]> {
  readonly length = 50;
  hangsAt = -1;
  async getItem(index: number): Promise<[ReturnType<typeof tensor>]> {
    await (index === this.hangsAt ? new Promise(() => {}) : pause(1));
    return [tensor([index])];
  }
}

const task = { seconds: 0.05, consume: 0, signal: new AbortController().signal };

it("ends after the seconds that it was given, and not sooner than the first batch", async () => {
  const { batches, sentence, recent } = await watchLoading({ ...task, sequence: new Numbers() });
  // In 50 ms there are 50 batches of 1 ms at most, and those that lay ready.
  expect(batches).toBeGreaterThanOrEqual(1);
  expect(batches).toBeLessThanOrEqual(75);
  expect(recent.batches).toBe(batches);
  expect(sentence).not.toBe("");
});

it("ends where a batch never comes", async () => {
  const sequence = new Numbers();
  sequence.hangsAt = 3;
  const { batches } = await watchLoading({ ...task, sequence });
  expect([1, 2, 3]).toContain(batches);
});

it("throws what a batch failed with", async () => {
  const sequence = new Numbers();
  sequence.getItem = () => Promise.reject(new Error("no file"));
  await expect(watchLoading({ ...task, sequence })).rejects.toThrow("no file");
});
