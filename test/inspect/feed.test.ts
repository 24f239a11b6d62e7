/** What the page is told of events: bounded, whatever happens, and no lane emptier than it was. */
import { describe, expect, it } from "vitest";
import { EventFeed, feedStart } from "../../src/inspect/feed.ts";
import type { TimelineSpan } from "../../src/inspect/protocol.ts";
import { drawable } from "../../src/inspect/spans.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { one } from "../train/points.ts";

const feedOf = () => new EventFeed(new DataLoader(one(tensor([1]))));

/** The event that a batch of these labels was handed over. */
const delivered = (index: number, labels: readonly number[] = [0, 1]) =>
  ({
    type: "delivered",
    worker: "thread 1",
    time: index,
    epoch: 0,
    index,
    position: index,
    bytes: 0,
    queued: index % 3,
    batch: { image: tensor([0]), label: tensor(labels, "int32") },
  }) as const;

describe("a feed", () => {
  it("gives each reader what is new to it, and says how much one that is slow has missed", () => {
    const feed = feedOf();
    for (let index = 0; index < 10; index++) feed.tell(delivered(index));
    const first = feed.position;
    expect(feed.read(feedStart).spans).toHaveLength(9);
    expect(feed.read(first)).toMatchObject({ spans: [], queue: [], left: 0 });
    for (let index = 10; index < 30_000; index++) feed.tell(delivered(index));
    const { spans, queue, left } = feed.read(first);
    expect(spans.length).toBeLessThanOrEqual(1000);
    expect(queue.length).toBeLessThanOrEqual(250);
    expect(queue.at(-1)).toEqual([29_999, 29_999 % 3]);
    expect(spans.length + left).toBe(29_999 - 9);
  });

  it("thins curves rather than forget how they began", () => {
    const feed = feedOf();
    for (let step = 0; step < 10_000; step++) feed.plot("loss", step, 1 / (step + 1));
    const [curve] = feed.read(feedStart).curves;
    expect(curve!.points.length).toBeLessThanOrEqual(1025);
    expect(curve!.points[0]).toEqual([0, 1]);
    expect(curve!.points.at(-1)![0]).toBeGreaterThan(9900);
    // That it is none is what the loss is looked at for.
    for (let step = 10_001; step < 10_100; step++) feed.plot("loss", step, Number.NaN);
    expect(feed.read(feedStart).curves[0]!.points.at(-1)![1]).toBeNull();
    const { position } = feed;
    feed.plot("val_loss", 0, 2);
    expect(feed.read(position).curves).toEqual([{ name: "val_loss", points: [[0, 2]] }]);
  });

  it("counts classes, and batches that hold one only", () => {
    const feed = feedOf();
    feed.tell(delivered(1, [2, 2, 2]));
    feed.tell(delivered(2, [0, 2, -1]));
    expect(feed.read(feedStart).classes).toEqual({
      path: "label",
      soFar: [1, 0, 4],
      batches: 2,
      batchesOfOneClass: 1,
    });
    // A batch of one holds one class, whatever the order.
    feed.tell(delivered(3, [1]));
    expect(feed.read(feedStart).classes).toMatchObject({ batches: 3, batchesOfOneClass: 1 });
  });

  it("spends no more than a five-hundredth of the time on that", () => {
    const feed = feedOf();
    const labels = Array.from({ length: 20_000 }, (_, i) => i % 10);
    // Thirty batches a millisecond.
    for (let i = 0; i < 200; i++) feed.tell({ ...delivered(0, labels), time: i / 30 });
    expect(feed.read(feedStart).classes!.batches).toBeLessThan(20);
  });

  it("says what is not over: what a worker is at, and what the consumer waits for", async () => {
    let release = (): void => {};
    const late = new Promise<void>((resolve) => {
      release = resolve;
    });
    class Late extends Sequence<number> {
      readonly length = 1;
      async getItem(index: number): Promise<number> {
        await late;
        return index;
      }
    }
    await using loader = new DataLoader(new Late());
    const feed = new EventFeed(loader);
    const next = loader[Symbol.asyncIterator]().next();
    while (feed.read(feedStart).open.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(feed.read(feedStart).open).toMatchObject([
      { lane: "inline worker", kind: "fetch", epoch: 0, index: 0 },
      { lane: "consumer", kind: "wait", epoch: 0, index: 0 },
    ]);
    release();
    await next;
    expect(feed.read(feedStart).open).toEqual([]);
  });

  it("says what caused a fault", () => {
    const feed = feedOf();
    const reason = new Error("exit code 1", { cause: new Error("out of memory") });
    feed.tell({ type: "lost", worker: "thread 1", time: 5, reason, index: 3 });
    expect(feed.read(feedStart).faults).toMatchObject([
      { kind: "lost", text: expect.stringContaining("exit code 1"), causes: ["Error: out of memory"] },
    ]);
  });
});

describe("spans that are too many to be drawn", () => {
  const lane = (name: string, length: number, every: number): TimelineSpan[] =>
    Array.from({ length: 5000 }, (_, i) => ({
      lane: name,
      kind: "fetch",
      begin: i * every,
      end: i * every + length,
      index: i,
      cpu: length / 2,
      waited: 0,
    }));
  const covered = (spans: readonly TimelineSpan[], name: string): number =>
    spans.filter((span) => span.lane === name).reduce((sum, { begin, end }) => sum + end - begin, 0);

  it("become fewer, and cover as much of each lane", () => {
    const spans = [...lane("a", 0.1, 0.4), ...lane("b", 0.3, 0.4)].sort((x, y) => x.end - y.end);
    const { spans: drawn, left } = drawable(spans, 500);
    expect(drawn.length).toBeLessThanOrEqual(500);
    expect(left).toBe(10_000 - drawn.length);
    expect(covered(drawn, "a")).toBeCloseTo(500);
    expect(covered(drawn, "b")).toBeCloseTo(1500);
    expect(drawn.reduce((sum, { cpu = 0 }) => sum + cpu, 0)).toBeCloseTo(1000);
    expect(drawn.every(({ begin, end }) => begin >= 0 && end <= 2010)).toBe(true);
  });

  it("stay as they are where they are long, or few", () => {
    const few = lane("a", 0.1, 1).slice(0, 500);
    expect(drawable(few, 500)).toEqual({ spans: few, left: 0 });
    const slow: TimelineSpan = { lane: "a", kind: "fetch", begin: 1, end: 900, index: 7 };
    expect(drawable([slow, ...lane("b", 0.1, 0.4)], 500).spans).toContainEqual(slow);
  });
});
