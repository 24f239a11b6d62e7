/** What no delivered batch tells of: hooks, and epochs of which nothing could be had. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { DataLoader, Sequence } from "../../../src/index.ts";

class Numbers extends Sequence<number> {
  readonly length = 4;
  fails = false;
  getItem(index: number): number {
    if (this.fails) throw new Error(`no file ${index}`);
    return index;
  }
}

it.each(["onEpochBegin", "onEpochEnd"] as const)("says that %s is what takes the time", async (hook) => {
  const sequence = new Numbers();
  sequence[hook] = () => pause(20);
  const loader = new DataLoader(sequence);
  for await (const _ of loader.epochs(3));
  expect(loader.explain()).toMatch(/^The hooks are the limit/);
  expect(loader.stats().limit).toBe("hooks");
  await loader.close();
});

it("says that all batches failed, and why, until some are there again", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const sequence = new Numbers();
  const loader = new DataLoader(sequence, { onError: "skip", retries: 0 });
  for await (const _ of loader);
  expect(loader.explain()).not.toMatch(/failed/);
  sequence.fails = true;
  for await (const _ of loader);
  expect(loader.explain()).toMatch(
    /^What fails is the limit: all 4 batches of the last epoch failed .*getItem\(0\) of Numbers\) failed.*Error: no file 0\.$/,
  );
  expect(loader.stats().limit).toBe("failed");
  sequence.fails = false;
  for await (const _ of loader);
  expect(loader.stats().limit).not.toBe("failed");
  await loader.close();
  warned.mockRestore();
});
