import { setTimeout } from "node:timers/promises";
import { DataLoader } from "epochal";
import { describe, expect, it } from "vitest";
import { Crossing } from "../fixtures/sequences.js";

/** Indices of an epoch, and which of its batches came from a worker; `consume` milliseconds pass after each. */
async function epoch(loader: DataLoader<{ index: number; inWorker: boolean }>, consume: number) {
  const indices: number[] = [];
  const fromWorkers: boolean[] = [];
  for await (const { index, inWorker } of loader) {
    indices.push(index);
    fromWorkers.push(inWorker);
    if (consume > 0) await setTimeout(consume);
  }
  return { indices, fromWorkers };
}

describe('workers: "auto"', () => {
  const all = Array.from({ length: 40 }, (_, i) => i);

  it("begins in this thread, takes workers where batches are slow, and loses none on the way", async () => {
    await using loader = new DataLoader(new Crossing(40, 8, 1), { workers: "auto" });
    const first = await epoch(loader, 10);
    const second = await epoch(loader, 10);
    expect([first.indices, second.indices]).toEqual([all, all]);
    expect(first.fromWorkers.slice(0, 4)).toEqual([false, false, false, false]);
    expect(second.fromWorkers).toContain(true);
  });

  it("gives workers up that are waited for longer than they fetch, and loses none on the way", async () => {
    // Crossing takes ten times as long as fetching.
    await using loader = new DataLoader(new Crossing(40, 2, 4e7), { workers: "auto" });
    const first = await epoch(loader, 0);
    expect(first.fromWorkers).toContain(true);
    const second = await epoch(loader, 0);
    const third = await epoch(loader, 0);
    expect([first.indices, second.indices, third.indices]).toEqual([all, all, all]);
    expect(third.fromWorkers).not.toContain(true);
    expect(loader.stats().workers).toBe(0);
  });
});
