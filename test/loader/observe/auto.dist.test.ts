import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import { DataLoader } from "epochal";
import { describe, expect, it } from "vitest";
import { Crossing } from "../../fixtures/sequences.js";
import { countLeft, expectNothingLeft } from "../../left.ts";
import { Pipeline } from "./pipelines-sequences.js";

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

  it("stays in this thread from the epoch on in which the sequence cannot be sent any more", async () => {
    const sequence = new Crossing(40, 8, 1);
    await using loader = new DataLoader(sequence, { workers: "auto" });
    await epoch(loader, 10);
    // As a getItem does that opens a file on first use.
    Object.assign(sequence, { file: new WeakRef(sequence) });
    for (let count = 0; count < 3; count++) {
      const { indices, fromWorkers } = await epoch(loader, 10);
      expect(indices).toEqual(all);
      expect(fromWorkers).not.toContain(true);
    }
  });

  it("stays in this thread where the first batches made the sequence one that cannot be sent", async () => {
    class Opening extends Crossing {
      override getItem(index: number) {
        Object.assign(this, { file: new WeakRef(this) });
        return super.getItem(index);
      }
    }
    await using loader = new DataLoader(new Opening(40, 8, 1), { workers: "auto" });
    for (let count = 0; count < 2; count++) {
      const { indices, fromWorkers } = await epoch(loader, 10);
      expect(indices).toEqual(all);
      expect(fromWorkers).not.toContain(true);
    }
    expect(loader.stats().workers).toBe(0);
  });

  it("hands workers that start within an epoch the sequence as this thread has it then", async () => {
    const sequence = new Crossing(40, 8, 1);
    await using loader = new DataLoader(sequence, { workers: "auto" });
    const texts: string[] = [];
    const fromWorkers: boolean[] = [];
    for await (const { text, inWorker } of loader) {
      // Until here this thread fetched, which sees what the loop changes.
      if (texts.length === 0) Object.assign(sequence, { size: 2 });
      texts.push(text);
      fromWorkers.push(inWorker);
      await setTimeout(10);
    }
    expect(fromWorkers).toContain(true);
    expect(new Set(texts.filter((_, i) => fromWorkers[i]))).toEqual(new Set(["xx"]));
  });

  it("gives workers up that are waited for longer than they fetch, and loses none on the way", async () => {
    const before = await countLeft();
    // Crossing takes ten times as long as fetching.
    await using loader = new DataLoader(new Crossing(40, 2, 4e7), { workers: "auto" });
    const first = await epoch(loader, 0);
    expect(first.indices).toEqual(all);
    expect(first.fromWorkers).toContain(true);
    // They are put to the test more than once, and at last ended.
    let last = first;
    while (last.fromWorkers.includes(true) || (await countLeft()).threads > before.threads) {
      last = await epoch(loader, 0);
      expect(last.indices).toEqual(all);
    }
    expect(loader.stats().workers).toBe(0);
  });

  it("takes more workers than there are cores where getItem waits", async () => {
    const cores = availableParallelism();
    await using loader = new DataLoader(new Pipeline({ doing: "wait", milliseconds: 20 }), {
      workers: "auto",
    });
    let next = 0;
    for await (const { index } of loader) {
      expect(index).toBe(next++);
      if (loader.stats().workers > cores) break;
      // A tenth of it are enough.
      expect(next).toBeLessThan(5000);
    }
    expect(loader.stats().workers).toBeLessThanOrEqual(32);
  });

  it.each([
    { useMultiprocessing: false, size: 4e7 },
    { useMultiprocessing: true, size: 1e7 },
  ])("leaves no worker behind when left while some are at hand: %o", async ({ useMultiprocessing, size }) => {
    const before = await countLeft();
    {
      await using loader = new DataLoader(new Crossing(2000, 2, size), {
        workers: "auto",
        useMultiprocessing,
      });
      let most = 0;
      let next = 0;
      for await (const { index } of loader) {
        expect(index).toBe(next++);
        const { workers } = loader.stats();
        most = Math.max(most, workers);
        // The workers are on trial: this thread fetches, and they wait.
        if (workers < most) break;
      }
      expect(next).toBeLessThan(2000);
      expect(loader.report()).toMatchObject({ workersLost: 0, retries: 0, last: { delivered: next } });
    }
    await expectNothingLeft(before);
  });
});
