import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordTrace, type TraceEvent, type TraceFile } from "../../src/inspect/trace.ts";
import {
  type Audience,
  type LoaderEvent,
  type Observer,
  Observers,
} from "../../src/loader/observe/events.ts";

/** A loader of which only its events are there. */
class Told {
  readonly #audience: Audience = { listeners: [] };
  readonly #observers = new Observers(this.#audience);
  observe(observer: Observer): () => void {
    return this.#observers.add(observer);
  }
  tell(...events: readonly LoaderEvent[]): void {
    for (const event of events) this.#observers.tell(event);
  }
}

/** Batch `index` of epoch 0 as `worker` loads it from `begin` on, and as the consumer gets it. */
function batch(worker: string, index: number, begin: number): LoaderEvent[] {
  const of = { worker, epoch: 0, index };
  return [
    { type: "read", ...of, begin, end: begin + 4 },
    { type: "read", ...of, begin: begin + 2, end: begin + 5 },
    { type: "decoded", ...of, begin: begin + 5, end: begin + 9 },
    { type: "fetched", ...of, begin, end: begin + 10, cpu: 4, waited: 5 },
    { type: "wait", epoch: 0, index, begin: begin + 8, end: begin + 11 },
    {
      type: "delivered",
      ...of,
      time: begin + 11,
      position: index,
      bytes: 12,
      queued: 3,
      batch: new Float32Array(3),
    },
  ];
}

/** Tracks by their names, each with its bars. */
function barsOf({ traceEvents }: TraceFile): Record<string, readonly TraceEvent[]> {
  const names = traceEvents.filter(({ name }) => name === "thread_name");
  return Object.fromEntries(
    names.map(({ tid, args }) => [args.name, traceEvents.filter((it) => it.ph === "X" && it.tid === tid)]),
  );
}

/** What Perfetto's reader of the format asks for, and drops events over. */
function expectReadable({ traceEvents }: TraceFile): void {
  const open = new Map<number, number[]>();
  for (const { ph, name, ts, dur, pid, tid, s } of traceEvents) {
    expect(["X", "i", "C", "M"]).toContain(ph);
    expect(name).not.toBe("");
    expect([pid, tid].every(Number.isInteger)).toBe(true);
    if (ph !== "M") expect(ts).toBeGreaterThanOrEqual(0);
    if (ph === "i") expect(s).toBe("p");
    if (ph !== "X") continue;
    expect(dur).toBeGreaterThanOrEqual(0);
    const [begin, end] = [Math.round(ts! * 1000), Math.round((ts! + dur!) * 1000)];
    const stack = open.get(tid) ?? [];
    open.set(tid, stack);
    while (stack.length > 0 && stack.at(-1)! <= begin) stack.pop();
    expect(end, `${name} at ${ts} on ${tid} crosses the end of what it is in`).toBeLessThanOrEqual(
      stack.at(-1) ?? end,
    );
    stack.push(end);
  }
}

describe("a trace", () => {
  it("has a track a worker and one of the consumer, with batches by epoch and index", async () => {
    const loader = new Told();
    const trace = recordTrace(loader);
    loader.tell(
      { type: "epoch", epoch: 0, steps: 2, time: 0 },
      { type: "starting", worker: "thread 1", time: 1 },
      // Heard of when the loader's thread was free again.
      { type: "ready", worker: "thread 1", begin: 1, end: 13 },
      ...batch("thread 1", 0, 10),
      ...batch("thread 10", 1, 15),
      { type: "retry", epoch: 0, index: 2, time: 27, reason: new Error("gone") },
      { type: "lost", worker: "thread 1", time: 27, reason: new Error("exit code 1"), index: 2 },
      { type: "skipped", epoch: 0, index: 2, time: 28, error: new TypeError("no file") },
      { type: "epochEnd", epoch: 0, complete: true, time: 30 },
    );
    const folder = await mkdtemp(join(tmpdir(), "epochal-trace-"));
    const file = join(folder, "trace.json");
    await trace.write(file);
    const read = JSON.parse(await readFile(file, "utf8")) as TraceFile;
    await rm(folder, { recursive: true });
    expectReadable(read);
    const bars = barsOf(read);
    expect(Object.keys(bars)).toEqual([
      "consumer",
      "thread 1",
      "thread 1, at the same time 1",
      "thread 10",
      "thread 10, at the same time 1",
    ]);
    expect(bars["thread 1"]!.map(({ name }) => name)).toEqual(["start", "fetch", "read", "decode"]);
    expect(bars["thread 1"]![1]).toMatchObject({
      ts: 10_000,
      dur: 10_000,
      args: { epoch: 0, index: 0, "at work, ms": 4, "waiting, ms": 5 },
    });
    // From the delivery until it comes for the next one, and from there to the end of the epoch.
    expect(
      bars.consumer!.map(({ name, ts, dur, args }) => [name, args.index, ts! / 1000, dur! / 1000]),
    ).toEqual([
      ["wait", 0, 18, 3],
      ["consume", 0, 21, 2],
      ["wait", 1, 23, 3],
      ["consume", 1, 26, 4],
    ]);
    const others = read.traceEvents.filter(({ ph }) => ph === "i" || ph === "C");
    expect(others.map(({ name, args }) => [name, args.batches ?? args.text])).toEqual([
      ["epoch", "Epoch 0 begins: 2 batches."],
      ["batches ready", 3],
      ["batches ready", 3],
      ["retry", "Batch 2 is tried again. Error: gone."],
      ["lost", "thread 1 has ended at batch 2. Error: exit code 1."],
      ["skipped", "Batch 2 is left out. TypeError: no file."],
      ["epochEnd", "Epoch 0 is over."],
    ]);
  });

  it("keeps the last of them, and says how many it has left out", () => {
    const loader = new Told();
    const trace = recordTrace(loader, { most: 3 });
    for (let index = 0; index < 4; index++)
      loader.tell({ type: "wait", epoch: 0, index, begin: index, end: index + 1 });
    const { traceEvents, otherData } = trace.toJSON();
    expect(traceEvents.filter(({ ph }) => ph === "X").map(({ args }) => args.index)).toEqual([1, 2, 3]);
    expect([trace.leftOut, otherData.leftOut]).toEqual([1, 1]);
    trace.stop();
    loader.tell({ type: "wait", epoch: 0, index: 4, begin: 4, end: 5 });
    expect(trace.leftOut).toBe(1);
  });

  it("has bars within each other whatever spans there are, and all of them", () => {
    const time = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.double({ min: 0, max: 8, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(time, time), { maxLength: 30 }), (spans) => {
        const loader = new Told();
        const trace = recordTrace(loader);
        for (const [index, [a, b]] of spans.entries())
          loader.tell({
            type: "read",
            worker: "thread 1",
            epoch: 0,
            index,
            begin: Math.min(a, b),
            end: Math.max(a, b),
          });
        const file = trace.toJSON();
        expectReadable(file);
        expect(file.traceEvents.filter(({ ph }) => ph === "X")).toHaveLength(spans.length);
      }),
    );
  });
});
