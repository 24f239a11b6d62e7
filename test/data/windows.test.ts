import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { windows } from "../../src/data/windows.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { fetch, fetchAll } from "../sequence/probe.ts";

const steps = (length: number, features: number) =>
  tensor(
    Int32Array.from({ length: length * features }, (_, i) => i),
    { shape: [length, features] },
  );

describe("windows", () => {
  it("are what Keras' timeseries_dataset_from_array makes", async () => {
    // keras.utils.timeseries_dataset_from_array(range(10), range(10)[4:], 3, sampling_rate=2, sequence_stride=2, batch_size=1)
    const series = tensor(Int32Array.from({ length: 10 }, (_, i) => i));
    const all = await fetchAll(windows(series, { length: 3, rate: 2, stride: 2, target: { ahead: 0 } }));
    expect(all.map(([x, y]) => [...x.data, "→", ...y.data])).toEqual([
      [0, 2, 4, "→", 4],
      [2, 4, 6, "→", 6],
      [4, 6, 8, "→", 8],
    ]);
    expect(all[0]![1].shape).toEqual([]);
  });

  it("are the steps that they should be, as many as fit", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          total: fc.integer({ min: 1, max: 60 }),
          features: fc.integer({ min: 1, max: 3 }),
          length: fc.integer({ min: 1, max: 6 }),
          stride: fc.integer({ min: 1, max: 5 }),
          rate: fc.integer({ min: 1, max: 4 }),
          ahead: fc.integer({ min: 0, max: 5 }),
          targetLength: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
        }),
        async ({ total, features, length, stride, rate, ahead, targetLength }) => {
          const series = steps(total, features);
          const end = (start: number) =>
            Math.max(
              start + (length - 1) * rate,
              start + (length - 1) * rate + ahead + (targetLength ?? 1) - 1,
            );
          const starts = Array.from({ length: total }, (_, i) => i * stride).filter(
            (start) => end(start) < total,
          );
          const make = () =>
            windows(series, {
              length,
              stride,
              rate,
              target: { ahead, ...(targetLength === undefined ? {} : { length: targetLength }) },
            });
          if (starts.length === 0) return void expect(make).toThrow(/A window takes/);
          const all = await fetchAll(make());
          const rowsOf = (from: number, count: number, step: number) =>
            Array.from({ length: count }, (_, i) =>
              Array.from({ length: features }, (_, k) => (from + i * step) * features + k),
            ).flat();
          expect(all.map(([x, y]) => [[...x.data], [...y.data], x.shape, y.shape])).toEqual(
            starts.map((start) => [
              rowsOf(start, length, rate),
              rowsOf(start + (length - 1) * rate + ahead, targetLength ?? 1, 1),
              [length, features],
              targetLength === undefined ? [features] : [targetLength, features],
            ]),
          );
        },
      ),
    );
  });

  it("takes the target from another series, and gives windows alone without one", async () => {
    const y = tensor(Float32Array.from({ length: 5 }, (_, i) => i / 2));
    const [, second] = await fetchAll(windows(steps(5, 2), { length: 2, target: { series: y } }));
    expect(second).toEqual([
      { data: Int32Array.of(2, 3, 4, 5), shape: [2, 2], dtype: "int32" },
      { data: Float32Array.of(1.5), shape: [], dtype: "float32" },
    ]);
    expect(await fetch(windows(y, { length: 2 }), 3)).toEqual({
      data: Float32Array.of(1.5, 2),
      shape: [2],
      dtype: "float32",
    });
  });

  it("gives memory of its own: a window that is changed changes no other", async () => {
    const sequence = windows(steps(4, 1), { length: 2 });
    const first = await fetch(sequence, 0);
    first.data.fill(9);
    expect((await fetch(sequence, 1)).data).toEqual(Int32Array.of(1, 2));
    expect(first.data.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("refuses what is no series, and targets of another length", () => {
    expect(() => windows(tensor(new Float32Array(1), { shape: [] }), { length: 1 })).toThrow(
      /shape \[steps, …\]/,
    );
    expect(() => windows(steps(3, 1), { length: 1, target: { series: steps(4, 1) } })).toThrow(
      /as many steps/,
    );
    expect(() => windows(steps(3, 1), { length: 0 })).toThrow(/length/);
  });
});
