/** The sentences: each limit by what was measured, and what is advised with which number. */
import { describe, expect, it } from "vitest";
import { noCounters } from "../../../src/core/counters.ts";
import { explain } from "../../../src/loader/observe/explain.ts";
import { type Evidence, judge } from "../../../src/loader/observe/judge.ts";
import type { Recent } from "../../../src/loader/observe/recent.ts";

const settings = { auto: false, maxQueueSize: 10, timeout: 120_000, memory: Number.POSITIVE_INFINITY };

interface Batch {
  readonly wait?: number;
  readonly start?: number;
  readonly failed?: number;
  readonly first?: boolean;
  readonly hooks?: number;
  readonly consume?: number;
  readonly fetch?: number;
  readonly cpu?: number;
  readonly asleep?: number;
  readonly read?: number;
  readonly decode?: number;
}

const batch = (
  {
    wait = 0,
    start = 0,
    failed = 0,
    first = false,
    hooks = 0,
    consume = 1,
    fetch = 0,
    asleep = 0,
    cpu = fetch - asleep,
    read = 0,
    decode = 0,
  }: Batch,
  index: number,
): Recent => {
  const counters = {
    ...noCounters(),
    fetchMs: fetch,
    cpuMs: cpu,
    waitMs: asleep,
    readMs: read,
    decodeMs: decode,
  };
  return { epoch: 0, index, wait, start, failed, first, consume, hooks, counters };
};

/** The sentence on a hundred batches, with `some` of them in place of others, on four cores. */
function sentence(
  each: Batch,
  { auto = false, ...rest }: Partial<Evidence> & { readonly auto?: boolean } = {},
  some: Readonly<Record<number, Batch>> = {},
): string {
  const batches = Array.from({ length: 100 }, (_, i) => batch(some[i] ?? each, i));
  const evidence: Evidence = {
    batches,
    workers: 2,
    cores: 4,
    lacksMemory: false,
    consuming: 0,
    waiting: 0,
    holder: undefined,
    load: undefined,
    starved: undefined,
    scattered: undefined,
    hooks: 0,
    lost: undefined,
    ...rest,
  };
  return explain(judge(evidence), evidence, { ...settings, auto });
}

/** What the consumer of a batch waits for, nine milliseconds of ten, where two workers are at work all the time. */
const waits = { wait: 9, consume: 1, fetch: 19 };

describe("explain", () => {
  it.each<[string, string, RegExp]>([
    [
      "a slow consumer",
      sentence({ wait: 0.1, consume: 9.9, fetch: 4 }),
      /^The consumer is the limit: it waits for data 1\.0 % of the time.*2 workers are busy 20 % of it; more workers would change nothing\.$/,
    ],
    [
      "nothing",
      sentence({ wait: 0.1, consume: 9.9, fetch: 18 }),
      /^Nothing is wrong: the consumer waits for data 1\.0 % of the time, and its workers are busy 90 %/,
    ],
    [
      "decoding inline",
      sentence({ ...waits, fetch: 9, decode: 8 }, { workers: 0 }),
      /^The CPU is the limit.*in its own thread, and 89 % of getItem is decoding.*use workers: 4 or "auto"\.$/,
    ],
    [
      "batches too quick for a worker",
      sentence({ wait: 0.02, consume: 0.001, fetch: 0.02 }, { workers: 0 }),
      /^The CPU is the limit.*0\.020 ms a batch: too little for workers.*make larger batches, or getItem cheaper\.$/,
    ],
    [
      "decoding inline, under auto",
      sentence({ ...waits, fetch: 9, decode: 8 }, { workers: 0, auto: true }),
      /^The CPU is the limit.*; workers: "auto" has come to 0 so far; ask again after more batches, or give it workers: 4\.$/,
    ],
    [
      "what fails",
      sentence({ ...waits, failed: 8 }),
      /^What fails is the limit: the consumer waits for data 90 % of the time, 89 % of that for tries of getItem that failed; report\(\) counts them/,
    ],
    [
      "decoding, cores free",
      sentence({ ...waits, decode: 16 }),
      /with 2 of 4 cores used, and 84 % of getItem is decoding.*use workers: 4 or "auto"\.$/,
    ],
    [
      "own code, all cores",
      sentence({ ...waits, fetch: 39 }, { workers: 4 }),
      /with all 4 cores at work, and 100 % of getItem is your own code; make it cheaper/,
    ],
    [
      "reading that works",
      sentence({ ...waits, read: 18 }),
      /^The CPU is the limit.*95 % of getItem is reading files/,
    ],
    [
      "a disk",
      sentence({ ...waits, read: 18, asleep: 17 }),
      /^The disk or the network is the limit.*95 % of getItem is reading files; use workers: 19 \(now 2, of 4 cores\), to read ahead/,
    ],
    [
      "a network",
      sentence({ ...waits, asleep: 18 }),
      /^Waiting inside getItem is the limit.*95 % of getItem is no work but waiting.*use workers: 19 \(now 2, of 4 cores\), which may be more than cores/,
    ],
    [
      "a network, enough workers",
      sentence({ ...waits, fetch: 320, asleep: 300 }, { workers: 32 }),
      /32 workers do not hide it, or await several things at once/,
    ],
    [
      "threads of a package",
      sentence({ ...waits, asleep: 18 }, { load: 0.97 }),
      /^The CPU is the limit.*all 4 cores are at work, though 95 % of getItem is waiting for threads of its own/,
    ],
    [
      "other programs",
      sentence({ ...waits, cpu: 8 }),
      /^Other work on this machine is the limit.*58 % of getItem it could work and has no core/,
    ],
    [
      "no other programs where this one has all the cores",
      sentence({ ...waits, fetch: 39, cpu: 16 }, { load: 0.97, workers: 4 }),
      /^The CPU is the limit/,
    ],
    [
      "other programs, which keep this one from taking what is there",
      sentence({ wait: 9, consume: 1, fetch: 9 }, { starved: 0.4 }),
      /^Other work on this machine is the limit.*40 % of the time the loader's own thread could hand batches over/,
    ],
    [
      "more workers than cores",
      sentence({ ...waits, fetch: 79, cpu: 30 }, { workers: 8 }),
      /^There are more workers than cores.*use workers: 4 \(now 8\)/,
    ],
    [
      "an order",
      sentence(waits, { scattered: "Rows" }),
      /^The order is the limit.*each row of Rows.*BlockSampler.*diskCache/,
    ],
    ["an order, inline", sentence(waits, { scattered: "Rows", workers: 0 }), /^The order is the limit/],
    [
      "an order that nobody waits for",
      sentence({ consume: 10, fetch: 19 }, { scattered: "Rows" }),
      /^Nothing is wrong/,
    ],
    [
      "memory",
      sentence({ wait: 9, consume: 1, fetch: 2 }, { lacksMemory: true }),
      /^The memory budget is the limit/,
    ],
    [
      "a hand-off",
      sentence({ wait: 9, consume: 1, fetch: 2 }),
      /^The hand-off is the limit.*busy only 10 % of it.*maxQueueSize \(now 10\)/,
    ],
    [
      "a start",
      sentence({ wait: 1, consume: 5, fetch: 4 }, {}, { 0: { wait: 3000, start: 2500, fetch: 5 } }),
      /^The start is the limit: the consumer waited 2\.5 s for workers that were starting/,
    ],
    [
      "a cold first batch",
      sentence({ consume: 5, fetch: 4 }, {}, { 0: { wait: 300, fetch: 300, first: true } }),
      /^The start is the limit/,
    ],
    [
      "a few slow batches",
      sentence(
        { consume: 10, fetch: 20 },
        {},
        { 8: { wait: 1900, fetch: 2000 }, 16: { wait: 1000, fetch: 1900 } },
      ),
      /^A few slow batches are the limit: 2 of the last 100.*index 8 takes 2\.0 s, the median is 20 ms \(100 times\), as 16 does; see what is in them\.$/,
    ],
    [
      "slow batches that a queue hides",
      sentence({ consume: 10, fetch: 15 }, {}, { 8: { wait: 200, fetch: 300 } }),
      /maxQueueSize: 30 \(now 10\)\.$/,
    ],
    [
      "hooks",
      sentence({ wait: 1, consume: 1, hooks: 8 }, { hooks: 200 }),
      /^The hooks are the limit: onEpochBegin and onEpochEnd take 83 % of the time, in which nothing is loaded; do less in them, or make epochs longer\.$/,
    ],
    [
      "an epoch of which nothing could be had",
      sentence({}, { lost: { count: 12, ended: true, message: "Batch 0 (getItem(0)) failed: no file." } }),
      /^What fails is the limit: all 12 batches of the last epoch failed and were left out, the first of them so: Batch 0 \(getItem\(0\)\) failed: no file\.$/,
    ],
    [
      "an epoch of which nothing could be had so far",
      sentence({}, { batches: [], lost: { count: 1, ended: false, message: "No file." } }),
      /^What fails is the limit: no batch could be had so far, 1 failed and was left out, the first of them so: No file\.$/,
    ],
  ])("names %s", (_, said, expected) => {
    expect(said).toMatch(expected);
  });

  const holder = { worker: "thread 1", doing: "fetching", epoch: 0, index: 7, since: 0, age: 3100 } as const;

  it("names a batch that may never come, also the first", () => {
    const of = sentence({ consume: 5, fetch: 20 }, { waiting: 3000, holder });
    expect(of).toMatch(
      /^One batch may never come: thread 1 has been in getItem\(7\) for 3\.1 s, the median is 20 ms; .*`timeout` \(now 120\.0 s\)/,
    );
    expect(sentence({}, { batches: [], waiting: 3000, holder })).toMatch(/for 3\.1 s, no batch has come yet/);
    // Slow batches are slow, and a worker that starts does not hang.
    expect(sentence({ wait: 800, consume: 5, fetch: 900 }, { waiting: 3000, holder })).not.toMatch(
      /never come/,
    );
    expect(sentence({}, { batches: [], waiting: 3000, holder: { ...holder, doing: "starting" } })).toMatch(
      /^Too few/,
    );
  });

  it("counts a wait, and work of the consumer, that is not over", () => {
    expect(sentence({ wait: 9, consume: 1, fetch: 19 }, { consuming: 60_000 })).toMatch(
      /^The consumer is the limit/,
    );
    expect(sentence({ consume: 1, fetch: 0.1 }, { waiting: 1000 })).toMatch(/^The hand-off is the limit/);
  });

  it("says nothing before there is something to say", () => {
    expect(sentence({}, { batches: [] })).toMatch(/Too few batches/);
  });
});
