import { describe, expect, it } from "vitest";
import { type Counters, noteImage } from "../../src/core/counters.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { Server } from "../../src/worker/server.ts";

/** Batches that come when the test says so. */
class Slow extends Sequence<Float32Array> {
  readonly length = 10;
  readonly waiting: ((batch: Float32Array) => void)[] = [];
  getItem(): Promise<Float32Array> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

function start(): { server: Server; sequence: Slow; said: string[]; costs: Counters[] } {
  const said: string[] = [];
  const costs: Counters[] = [];
  const server = new Server({
    onBatch(id, _batch, counters) {
      said.push(`batch ${id}`);
      costs.push(counters);
    },
    onError: (id, error) => said.push(`error ${id}: ${(error as Error).message}`),
  });
  const sequence = new Slow();
  server.open(sequence, 0);
  return { server, sequence, said, costs };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the server", () => {
  it("fetches one batch after the other, and opens a sequence between those it was asked for between", async () => {
    const { server, sequence, said } = start();
    const other = new Slow();
    server.fetch({ id: 0, epoch: 0, index: 0 });
    server.load(async () => {
      await turn();
      server.open(other, 0);
      said.push("opened");
    });
    server.fetch({ id: 1, epoch: 0, index: 1 });
    await turn();
    expect([sequence.waiting.length, other.waiting.length]).toEqual([1, 0]);
    sequence.waiting[0]!(new Float32Array(1));
    await turn();
    await turn();
    expect([sequence.waiting.length, other.waiting.length]).toEqual([1, 1]);
    other.waiting[0]!(new Float32Array(1));
    await turn();
    expect(said).toEqual(["batch 0", "opened", "batch 1"]);
  });

  it("answers ten thousand requests that nobody waits for, without a stack of them", async () => {
    const { server, sequence, said } = start();
    for (let id = 0; id <= 10_000; id++) server.fetch({ id, epoch: 0, index: 0 });
    server.cancel(10_000);
    sequence.waiting[0]!(new Float32Array(1));
    await turn();
    expect(said).toHaveLength(10_001);
    expect(said.slice(0, 2)).toEqual(["batch 0", "error 1: Nobody waits for this batch any more."]);
  });

  it("answers nothing once it is closed, and takes no costs from others that fetch in the same thread", async () => {
    const closed = start();
    const other = start();
    closed.server.fetch({ id: 0, epoch: 0, index: 0 });
    other.server.fetch({ id: 0, epoch: 0, index: 0 });
    closed.server.close();
    closed.sequence.waiting[0]!(new Float32Array(1));
    await turn();
    const batch = new Float32Array(1);
    noteImage(batch.buffer, { started: 0, loaded: 0, bytes: 7 });
    other.sequence.waiting[0]!(batch);
    await turn();
    expect([closed.said, other.said]).toEqual([[], ["batch 0"]]);
    expect(other.costs).toMatchObject([{ images: 1, bytes: 7 }]);
  });
});
