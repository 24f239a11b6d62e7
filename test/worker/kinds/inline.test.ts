import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { whenIdle } from "../../../src/core/event-loop.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { inlineWorkers } from "../../../src/worker/kinds/inline.ts";

class Squares extends Sequence<number> {
  readonly length = 10;
  getItem(index: number): number {
    return index * index;
  }
}

function start(): { worker: ReturnType<ReturnType<typeof inlineWorkers>>; said: string[] } {
  const said: string[] = [];
  const worker = inlineWorkers(new Squares(), 0)(1, {
    onReady: () => said.push("ready"),
    onBroken: () => said.push("broken"),
    onBatch: (id, batch) => said.push(`${id}: ${batch}`),
    onError: (id) => said.push(`${id}: error`),
    onExit: () => said.push("exit"),
  });
  return { worker, said };
}

describe("the inline worker", () => {
  // No turn of the event loop is due where no time goes by.
  beforeEach(() => void vi.spyOn(performance, "now").mockReturnValue(0));
  afterEach(() => void vi.restoreAllMocks());

  it("works at once while somebody waits, and only then", () => {
    const { worker, said } = start();
    worker.send({ id: 0, epoch: 0, index: 3 });
    expect(said).toEqual([]);
    worker.ref();
    worker.send({ id: 1, epoch: 0, index: 4 });
    expect(said).toEqual(["0: 9", "1: 16"]);
  });

  it("lets the event loop turn before the next batch where that is due, though somebody waits", async () => {
    let clock = 1e9;
    vi.mocked(performance.now).mockImplementation(() => clock);
    await new Promise<void>(whenIdle);
    const { worker, said } = start();
    await Promise.resolve();
    worker.ref();
    worker.send({ id: 0, epoch: 0, index: 3 });
    clock += 1000;
    worker.send({ id: 1, epoch: 0, index: 4 });
    expect(said).toEqual(["ready", "0: 9"]);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(said).toEqual(["ready", "0: 9", "1: 16"]);
  });

  it("answers what is cancelled at once, so that nobody waits for an event loop that sleeps", () => {
    const { worker, said } = start();
    for (let id = 0; id < 3; id++) worker.send({ id, epoch: 0, index: id });
    worker.cancel(1);
    expect(said).toEqual(["0: error", "1: error"]);
    worker.ref();
    expect(said).toEqual(["0: error", "1: error", "2: 4"]);
  });

  it("hands out no buffer that the sequence keeps, though a hook gave it others before the worker started", () => {
    class Whole extends Sequence<Float32Array> {
      readonly length = 1;
      rows: Float32Array = new Float32Array(4);
      getItem(): Float32Array {
        return this.rows;
      }
    }
    const sequence = new Whole();
    const start = inlineWorkers(sequence, 0);
    sequence.rows = new Float32Array(8);
    const batches: unknown[] = [];
    const ignore = (): void => {};
    const events = { onReady: ignore, onBroken: ignore, onError: ignore, onExit: ignore };
    const worker = start(1, { ...events, onBatch: (_, batch) => batches.push(batch) });
    worker.ref();
    worker.send({ id: 0, epoch: 0, index: 0 });
    expect(batches).toEqual([new Float32Array(8)]);
    expect(batches[0]).not.toBe(sequence.rows);
  });
});
