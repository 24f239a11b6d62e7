import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noCounters } from "../../../src/core/counters.ts";
import { type Evidence, judge, type Limit } from "../../../src/loader/observe/judge.ts";
import type { Recent } from "../../../src/loader/observe/recent.ts";

/** What a batch cost, in milliseconds; all of `fetch` that is not said to be anything else is work. */
interface Cost {
  readonly fetch?: number;
  readonly asleep?: number;
  readonly starved?: number;
  readonly read?: number;
  readonly decode?: number;
  readonly wait?: number;
  readonly consume?: number;
  readonly start?: number;
  readonly failed?: number;
  readonly hooks?: number;
}

function batch(index: number, cost: Cost): Recent {
  const { fetch = 10, asleep = 0, starved = 0, read = 0, decode = 0 } = cost;
  const { wait = 0, consume = 0, start = 0, failed = 0, hooks = 0 } = cost;
  const cpuMs = fetch - asleep - starved;
  const counters = { ...noCounters(), fetchMs: fetch, cpuMs, waitMs: asleep, readMs: read, decodeMs: decode };
  return { epoch: 0, index, wait, start, failed, first: index < 2, consume, hooks, counters };
}

/** Batches that cost what `cost` says, by two workers on two cores. */
function evidence(cost: Cost | ((index: number) => Cost), more: Partial<Evidence> = {}): Evidence {
  return {
    batches: Array.from({ length: 40 }, (_, i) => batch(i, typeof cost === "function" ? cost(i) : cost)),
    workers: 2,
    cores: 2,
    lacksMemory: false,
    consuming: 0,
    waiting: 0,
    holder: undefined,
    load: undefined,
    starved: undefined,
    scattered: undefined,
    hooks: 0,
    lost: undefined,
    ...more,
  };
}

const busy = { wait: 4.5, consume: 0.5 };
const holder = { worker: "thread 2", doing: "fetching", epoch: 0, index: 7, since: 0, age: 5000 } as const;

/** Simulated pipelines, each with one limit. */
const pipelines: readonly (readonly [Limit["name"], Evidence])[] = [
  ["consumer", evidence({ fetch: 2, consume: 20 })],
  ["nothing", evidence({ fetch: 8, consume: 5 })],
  ["cpu", evidence(busy)],
  // A start is no time in which a worker could be at work.
  ["cpu", evidence((i) => (i === 0 ? { wait: 150, start: 145 } : busy))],
  ["cpu", evidence({ ...busy, read: 1, decode: 8 })],
  ["cpu", evidence({ ...busy, asleep: 9 }, { load: 0.9 })],
  ["cpu", evidence({ fetch: 9, wait: 9, consume: 1 }, { workers: 0 })],
  ["waiting", evidence({ ...busy, asleep: 9 })],
  ["disk", evidence({ ...busy, asleep: 8, read: 9 })],
  ["starved", evidence({ ...busy, starved: 5 })],
  ["starved", evidence({ fetch: 5, wait: 9, consume: 1 }, { starved: 0.4 })],
  ["slow", evidence((i) => (i % 8 === 5 ? { fetch: 400, wait: 360 } : { wait: 2, consume: 1 }))],
  ["start", evidence((i) => (i === 0 ? { wait: 900, start: 850 } : { wait: 3, consume: 7 }))],
  ["failed", evidence((i) => (i % 8 === 5 ? { wait: 400, failed: 390 } : { wait: 2, consume: 1 }))],
  ["hang", evidence(busy, { waiting: 5000, holder })],
  ["order", evidence(busy, { scattered: "Rows" })],
  ["memory", evidence({ wait: 9, consume: 1 }, { lacksMemory: true })],
  // What an epoch costs beside its batches is that of its hooks.
  ["hooks", evidence((i) => (i % 8 === 0 ? { wait: 4, hooks: 90 } : { wait: 4, consume: 4 }))],
  ["hooks", evidence({ fetch: 2, consume: 2, hooks: 3 })],
  ["consumer", evidence({ fetch: 2, consume: 20, hooks: 5 })],
  ["failed", evidence(busy, { batches: [], lost: { count: 9, ended: false, message: "no file" } })],
  ["failed", evidence(busy, { lost: { count: 9, ended: true, message: "no file" } })],
  ["cpu", evidence(busy, { lost: { count: 1, ended: false, message: "no file" } })],
  ["handOff", evidence({ fetch: 1, wait: 9, consume: 1 })],
];

describe("judge", () => {
  it("names the same limit whatever a batch takes, but for what a hang and a slow one take at least", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...pipelines),
        fc.double({ min: 1, max: 1000, noNaN: true }),
        ([name, given], factor) => {
          expect(judge(slower(given, factor)).name).toBe(name);
        },
      ),
    );
  });

  it("names the same limit of more of the same", () => {
    fc.assert(
      fc.property(fc.constantFrom(...pipelines), fc.integer({ min: 1, max: 20 }), ([name, given], times) => {
        const batches = Array.from({ length: times }, () => given.batches).flat();
        expect(judge({ ...given, batches }).name).toBe(name);
      }),
    );
  });

  it("wants as many workers as keep up with the consumer, where they wait, and no more than are sensible", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.9, noNaN: true }), (share) => {
        const [wait, consume] = [10 * (1 - share), 10 * share];
        const limit = judge(evidence({ fetch: 20, asleep: 19.9, wait, consume }));
        expect(limit).toMatchObject({ name: "waiting", wanted: Math.min(32, Math.ceil(20 / consume)) });
      }),
    );
  });
});

/** All times, each multiplied by `factor`. */
function slower(given: Evidence, factor: number): Evidence {
  const batches = given.batches.map((each) => {
    const { fetchMs, cpuMs, waitMs, readMs, decodeMs } = each.counters;
    const times = { fetchMs, cpuMs, waitMs, readMs, decodeMs };
    for (const key of Object.keys(times) as (keyof typeof times)[]) times[key] *= factor;
    const { wait, consume, start, failed, hooks } = each;
    return {
      ...each,
      wait: wait * factor,
      consume: consume * factor,
      start: start * factor,
      failed: failed * factor,
      hooks: hooks * factor,
      counters: { ...each.counters, ...times },
    };
  });
  return { ...given, batches, waiting: given.waiting * factor };
}
