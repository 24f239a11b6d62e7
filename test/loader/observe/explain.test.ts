import { describe, expect, it } from "vitest";
import { explain } from "../../../src/loader/observe/explain.ts";
import type { LoaderStats } from "../../../src/loader/observe/stats.ts";

/** Stats of 100 batches in ten seconds. */
function stats(
  share: number,
  workers: number,
  worker: { fetch: number; read?: number; decode?: number },
): LoaderStats {
  const perWorker = Array.from({ length: Math.max(1, workers) }, (_, i) => ({
    name: `thread ${i + 1}`,
    batches: 50,
    read: 0,
    decode: 0,
    transfer: 0,
    bytesRead: 0,
    ...worker,
  }));
  const wait = { total: share * 10_000, share, p50: 1, p99: 2 };
  const queue = { mean: 1, capacity: 12 };
  return { batches: 100, bytes: 1, elapsed: 10_000, bytesAllocated: 0, wait, queue, workers, perWorker };
}

describe("explain", () => {
  it.each([
    [
      "consumer",
      stats(0.01, 2, { fetch: 2000 }),
      /The consumer is the limit: it waits for data 1\.0 % of the time/,
    ],
    [
      "CPU, inline",
      stats(0.9, 0, { fetch: 9000, decode: 8000 }),
      /The CPU is the limit.*workers: 4 or "auto"/,
    ],
    [
      "CPU, cores free",
      stats(0.9, 2, { fetch: 9500, decode: 8000 }),
      /with 2 of 4 cores used.*84 % of getItem is decoding/,
    ],
    ["CPU, all cores", stats(0.9, 4, { fetch: 9500 }), /with all 4 cores at work; make getItem cheaper/],
    [
      "disk",
      stats(0.9, 2, { fetch: 9500, read: 9000 }),
      /The disk or the network is the limit.*95 % of getItem is reading files/,
    ],
    ["hand-off", stats(0.9, 2, { fetch: 1000 }), /The hand-off is the limit.*busy only 10 %/],
  ])("names the limit: %s", (_, given, sentence) => {
    expect(explain(given, 4)).toMatch(sentence);
  });

  it("tells the start of the workers from a slow hand-off", () => {
    const young = stats(0.9, 2, { fetch: 1000 });
    expect(explain({ ...young, batches: 7, wait: { ...young.wait, p99: 8000 } }, 4)).toMatch(
      /The start is the limit.*one wait of about 8\.0 s.*one loader for all epochs/,
    );
  });

  it("names the order where rows are scattered over blocks and somebody waits for the work", () => {
    const of = (share: number, workers: number, fetch: number) =>
      explain(stats(share, workers, { fetch }), 4, "Rows");
    for (const workers of [0, 2])
      expect(of(0.9, workers, 9500)).toMatch(
        /The order is the limit.*each row of Rows.*BlockSampler.*diskCache/,
      );
    expect(of(0.01, 2, 9500)).toMatch(/The consumer is the limit/);
    expect(of(0.9, 2, 1000)).toMatch(/The hand-off is the limit/);
  });

  it("says nothing before there is something to say", () => {
    expect(explain({ ...stats(0, 0, { fetch: 0 }), batches: 0 }, 4)).toMatch(/Too few batches/);
  });
});
