/** What the inspector's page makes of what it is told, where no browser is needed for it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hintsOf } from "../../src/inspect/page/hints.ts";
import { lanesOf, placeMarks, sumsOf } from "../../src/inspect/page/lanes.ts";
import { mappingsOf, usualMapping } from "../../src/inspect/page/mapping.ts";
import { Model } from "../../src/inspect/page/model.ts";
import {
  type ClassCounts,
  consumerLane,
  lastClass,
  type PageHello,
  type TimelineMark,
  type Update,
} from "../../src/inspect/protocol.ts";
import { type TypedArray, tensor } from "../../src/tensor/index.ts";
import { bars, hello, look, mean, open, std, update } from "./scenes.ts";

describe("the model", () => {
  it("stays as large as it is, however long a page is open", () => {
    const model = new Model();
    model.take(hello());
    for (let step = 0; step < 600; step++) {
      const time = step * 500;
      model.take(
        update({
          time,
          spans: Array.from({ length: 400 }, (_, i) => ({
            lane: "thread 1",
            kind: "fetch",
            begin: time - i,
            end: time - i + 1,
          })),
          marks: Array.from({ length: 9 }, (_, i) => ({ time: time - i, kind: "retry", text: `again ${i}` })),
          queue: Array.from({ length: 250 }, (_, i) => [time - i, i]),
          faults: [{ time, kind: "retry", text: "again", causes: [] }],
          curves: [{ name: "loss", points: Array.from({ length: 5 }, (_, i) => [5 * step + i, step]) }],
        }),
      );
      model.take(look([tensor([step])]));
    }
    expect(model.spans.length).toBeLessThanOrEqual(20_000);
    expect(model.marks.length).toBeLessThanOrEqual(60);
    expect(model.queue.length).toBeLessThanOrEqual(3000);
    expect(model.faults.length).toBe(100);
    expect(model.snapshots.length).toBe(1);
    const loss = model.curves.get("loss")!;
    expect(loss.length).toBeLessThanOrEqual(2000);
    expect([loss[0], loss.at(-1)]).toEqual([
      [0, 0],
      [2999, 599],
    ]);
  });

  it("counts a wait that is not over, as a hang has no other", () => {
    const model = new Model();
    model.take(hello());
    const { stats } = update();
    model.take(update({ time: 1000, stats }));
    model.take(update({ time: 6000, stats, open: [{ lane: consumerLane, kind: "wait", begin: 1000 }] }));
    expect(model.rates).toEqual({ batches: 0, bytes: 0, waiting: 1 });
  });

  it("stays at the end of an epoch until there is something new", () => {
    const model = new Model();
    model.take(hello());
    const over = { epoch: undefined, open: [], spans: [] };
    model.take(update({ time: 1000, spans: [{ lane: consumerLane, kind: "consume", begin: 0, end: 900 }] }));
    model.take(
      update({ ...over, time: 1500, marks: [{ time: 950, kind: "epochEnd", text: "Epoch 0 is over." }] }),
    );
    for (let time = 2000; time < 90_000; time += 500) model.take(update({ ...over, time }));
    expect(model.now).toBe(950);
    expect(model.spans.length).toBe(1);
    model.take(update({ time: 100_000 }));
    expect([model.now, model.spans.length]).toEqual([100_000, 0]);
  });

  it("tells at the end of an epoch how fast it was, for however long that is looked at", () => {
    const model = new Model();
    model.take(hello());
    const { stats } = update();
    const at = (time: number, batches: number, more: Partial<Update>) =>
      update({ time, stats: { ...stats, batches, elapsed: Math.min(time, 1950) }, ...more });
    for (let time = 500; time < 2000; time += 500) model.take(at(time, time / 10, {}));
    const marks: TimelineMark[] = [{ time: 1950, kind: "epochEnd", text: "Epoch 0 is over." }];
    model.take(at(2000, 195, { epoch: undefined, marks }));
    for (let time = 2500; time < 90_000; time += 500) model.take(at(time, 195, { epoch: undefined }));
    expect(model.rates!.batches).toBeCloseTo(100);
  });

  it("has the same loader after a lost connection, and says for how long there was too much to draw", () => {
    const model = new Model();
    const known = hello();
    model.take(known);
    model.take(update({ time: 1000, left: 7 }));
    model.take(update({ time: 1500 }));
    expect(model.crowded).toBe(1000);
    model.take(hello());
    expect(model.hello).toBe(known);
    expect([model.update, model.rates, model.crowded]).toEqual([
      undefined,
      undefined,
      Number.NEGATIVE_INFINITY,
    ]);
    model.take(hello({ seed: 8 }));
    expect(model.hello).not.toBe(known);
  });

  it("refuses what another version tells", () => {
    const model = new Model();
    model.take({ ...hello(), version: 2 } as unknown as PageHello);
    expect(model.link).toMatchObject({ name: "refused", reason: expect.stringContaining("version 2") });
  });
});

describe("the timeline", () => {
  it("has the lanes of workers by their numbers, the consumer's last, and adds up what they did", () => {
    const spans = bars({ fetch: 100, waited: 0.5, wait: 50, consume: 50, from: 50_000 });
    const held = [open("thread 10", "fetch", 3000, 5), open("thread 9", "start", 1000)];
    const lanes = lanesOf(spans, held, { workers: 4, perWorker: [{ name: "thread 3" }] });
    expect(lanes.map(({ name }) => name)).toEqual([
      "thread 1",
      "thread 2",
      "thread 9",
      "thread 10",
      consumerLane,
    ]);
    const sums = lanes.map((lane) => sumsOf(lane, 50_000, 60_000));
    expect(sums[0]).toMatchObject({ fetch: 10_000, waited: 5000 });
    expect(sums[2]).toMatchObject({ start: 1000, fetch: 0 });
    expect(sums[3]).toMatchObject({ fetch: 3000 });
    expect(sums[4]).toMatchObject({ wait: 5000, consume: 5000 });
  });

  it("has lanes of workers that were idle for all of the time, and not of those that were replaced", () => {
    const spans = bars({ fetch: 100, waited: 0.5, wait: 50, consume: 50, from: 50_000 });
    const perWorker = [1, 2, 3, 4, 10].map((i) => ({ name: `thread ${i}` }));
    const names = lanesOf(spans, [], { workers: 3, perWorker }).map(({ name }) => name);
    expect(names).toEqual(["thread 1", "thread 2", "thread 10", consumerLane]);
  });

  it("never puts the text of a mark over another one, or over its tick", () => {
    const marks = fc.array(
      fc.record({ time: fc.integer({ min: 0, max: 10_000 }), text: fc.string({ maxLength: 40 }) }),
    );
    fc.assert(
      fc.property(marks, fc.integer({ min: 300, max: 1400 }), (all, right) => {
        const placed = placeMarks(
          all.map((mark): TimelineMark => ({ ...mark, kind: "retry" })),
          {
            x: (time) => 88 + (time / 10_000) * (right - 88),
            widthOf: (text) => text.length * 6,
            left: 88,
            right,
            rows: 2,
          },
        );
        expect(placed.length).toBe(all.length);
        for (const row of [0, 1]) {
          const shown = placed
            .filter((one) => one.textX !== undefined && one.row === row)
            .map(({ x, textX, mark }) => [Math.min(x, textX!), Math.max(x, textX! + mark.text.length * 6)])
            .sort(([a], [b]) => a! - b!);
          for (let i = 1; i < shown.length; i++) expect(shown[i]![0]).toBeGreaterThan(shown[i - 1]![1]!);
        }
      }),
    );
  });
});

describe("hints", () => {
  /** Pictures of noise with values as `change` makes them of 0 to 255. */
  const noise = <D extends TypedArray>(make: (values: number[]) => D): [unknown, unknown] => {
    const values = Array.from({ length: 4 * 256 * 3 }, (_, i) => (i * 7919) % 256);
    return [tensor(make(values), { shape: [4, 16, 16, 3] }), tensor([0, 1, 2, 3], "int32")];
  };
  const floats = (change: (value: number, channel: number) => number): [unknown, unknown] =>
    noise((values) => Float32Array.from(values, (value, i) => change(value, i % 3)));
  const off = (value: number, channel: number): number => (value / 255 - mean[channel]!) / std[channel]!;

  it.each([
    ["bytes", noise((values) => Uint8Array.from(values)), {}],
    ["0 to 1", floats((value) => value / 255), {}],
    ["0 to 1 with the overshoot of a resizing", floats((value) => (value - 128) / 230 + 0.5), {}],
    ["-1 to 1", floats((value) => value / 127.5 - 1), {}],
    ["mean and std taken off, and given", floats(off), { mean, std }],
    ["dark pictures", floats((value) => value / 255 / 10), {}],
    ["depths in metres", floats((value) => value / 3), {}],
    ["labels of which some are not used: -1", [tensor([-1, -1, 3, 4], "int32")], {}],
  ] as const)("say nothing of what is sound: %s", (_, batch, given) => {
    expect(hintsOf(look(batch), hello(given), undefined)).toEqual([]);
  });

  it("only notes a range that has no name, but for one that is far too wide", () => {
    const severities = (batch: unknown) =>
      hintsOf(look(batch), hello(), undefined).map(({ severity }) => severity);
    expect(severities(floats(off))).toEqual(["note"]);
    expect(
      severities(floats((value, channel) => (off(value, channel) - mean[channel]!) / std[channel]!)),
    ).toEqual(["strange"]);
    const [hint] = hintsOf(look(floats((value) => value * 16)), hello(), undefined);
    expect(hint).toEqual({
      severity: "note",
      text: "[0]: values from 0 to 4,080 are none of 0 to 255, 0 to 1 and −1 to 1.",
    });
  });

  it("say of classes what is impossible, and not all of it", () => {
    const of = (labels: readonly number[]) => hintsOf(look([tensor(labels, "int32")]), hello(), undefined);
    expect(of([0, 1, 2, 10])).toEqual([
      { severity: "wrong", text: expect.stringContaining("class 10 of 10 classes") },
    ]);
    const [all] = of(Array.from({ length: 300 }, (_, i) => i));
    expect(all!.text).toContain("class 10, 11, 12, 13 … of 10 classes");
  });

  it("take no samples for ones of one class that are not counted, or not apart", () => {
    const of = (labels: readonly number[], soFar?: ClassCounts) =>
      hintsOf(look([tensor(labels, "int32")]), hello({ classes: undefined }), soFar);
    expect(of([3, 3, 3])).toHaveLength(1);
    expect(of([3, 3, -1])).toEqual([]);
    expect(of([3])).toEqual([]);
    // Both are counted as the last class there is.
    const { counts } = look([tensor([20_000, 30_000], "int32")]).classes!;
    expect(counts.at(-1)).toBe(2);
    expect(counts).toHaveLength(lastClass + 1);
    const soFar = { path: "[0]", soFar: counts, batches: 9, batchesOfOneClass: 0 };
    expect(of([20_000, 30_000], soFar)).toEqual([]);
  });

  it("name a batch that is its only leaf", () => {
    const [hint] = hintsOf(look(tensor([1, Number.NaN])), hello(), undefined);
    expect(hint!.text).toBe("batch: 1 value is NaN, which makes the loss NaN.");
  });

  it("undo what was divided by alone, and what was taken off values up to 255", () => {
    const [leaf] = look(floats((value) => value / 255)).leaves;
    const white = (mean: number, std: number, value: number): number => {
      const { scale, offset } = mappingsOf(leaf!, hello({ mean: [mean], std: [std] })).find(
        ({ name }) => name === "undone",
      )!;
      return value * scale[0]! + offset[0]!;
    };
    expect(white(0, 255, 1)).toBe(255);
    expect(white(127.5, 127.5, 1)).toBe(255);
    expect(white(0.5, 0.5, 1)).toBe(255);
    expect(white(0.45, 1, 0.55)).toBeCloseTo(255);
  });

  it("leave values as they are unless there is something to undo them by", () => {
    const image = (batch: unknown) => look(batch).leaves[0]!;
    expect(usualMapping(image(floats((value) => value / 255 / 255)), hello())).toBe("unit");
    expect(usualMapping(image(floats(off)), hello())).toBe("signed");
    expect(usualMapping(image(floats(off)), hello({ mean, std }))).toBe("undone");
    expect(usualMapping(image(floats((value) => value)), hello())).toBe("bytes");
  });
});
