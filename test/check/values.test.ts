import { expect, it } from "vitest";
import { leavesOf } from "../../src/check/leaves.ts";
import { classesIn, summarize } from "../../src/check/values.ts";
import { tensor, zeros } from "../../src/tensor/tensor.ts";

const only = (batch: unknown) => leavesOf(batch)[0]!;

it("gives extremes and moments of finite values, and counts the others", () => {
  const values = [3, Number.NaN, 5, Number.POSITIVE_INFINITY, 1, 3];
  const summary = summarize(only(tensor(values)))!;
  expect(summary).toMatchObject({ count: 6, sampled: 6, min: 1, max: 5, mean: 3, nan: 1, infinite: 1 });
  expect(summary.std).toBeCloseTo(Math.sqrt(2), 12);
  expect(summary.histogram[0]!.reduce((a, b) => a + b)).toBe(4);
  expect([summary.histogram[0]![0], summary.histogram[0]!.at(-1)]).toEqual([1, 1]);
  expect(summarize(only(tensor([Number.NaN])))).toMatchObject({ nan: 1, min: 0, max: 0, histogram: [] });
});

it("is not led astray by a channel without a finite value", () => {
  const image = zeros([1, 8, 8, 3]);
  for (let i = 0; i < image.data.length; i++) image.data[i] = i % 3 === 0 ? Number.NaN : i % 3;
  expect(summarize(only(image))).toMatchObject({ min: 1, max: 2, mean: 1.5, nan: 64 });
});

it("keeps the digits of values far from 0", () => {
  const { std, mean } = summarize(only(tensor([1e9 + 1, 1e9 + 2, 1e9 + 3], "float64")))!;
  expect(mean).toBe(1e9 + 2);
  expect(std).toBeCloseTo(Math.sqrt(2 / 3), 9);
});

it("reads float16, int64 and lists of numbers", () => {
  const half = tensor(new Uint16Array([0x3c00, 0xc000, 0x3555]), { dtype: "float16", shape: [3] });
  expect(summarize(only(half))).toMatchObject({ min: -2, max: 1 });
  expect(summarize(only(tensor([2n, -7n])))).toMatchObject({ min: -7, max: 2 });
  expect(summarize(only([1.5, 2.5]))).toMatchObject({ min: 1.5, max: 2.5 });
  expect(summarize(only(["a", "b"]))).toBeUndefined();
  expect(summarize(only(tensor([])))).toBeUndefined();
});

it("looks at values of an image channel by channel, all channels of a pixel, in all rows and columns", () => {
  const [n, height, width] = [4, 64, 64];
  const image = zeros([n, height, width, 3], "uint8");
  for (let i = 0; i < image.data.length; i++)
    image.data[i] = i % 3 === 0 ? Math.floor(i / 3) % width : i % 3 === 1 ? 100 : 200;
  const summary = summarize(only(image), { most: 4096 })!;
  expect(summary.sampled).toBeLessThanOrEqual(4096);
  expect(summary.sampled).toBeGreaterThan(3500);
  expect(summary.channels.map(({ min, max }) => [min, max])).toEqual([
    [0, width - 1],
    [100, 100],
    [200, 200],
  ]);
  expect(summary.channels[0]!.mean).toBeGreaterThan(28);
  expect(summary.channels[0]!.mean).toBeLessThan(35);
  expect(summary.mean).toBeCloseTo(summary.channels.reduce((sum, { mean }) => sum + mean, 0) / 3, 9);
  expect(summary.histogram.map((counts) => counts.filter((count) => count > 0).length)).toEqual([11, 1, 1]);
});

it("gives the class of each sample", () => {
  expect(classesIn(only(tensor([2, 0, 1])))).toEqual([2, 0, 1]);
  expect(classesIn(only(tensor([5n, 1n])))).toEqual([5, 1]);
  expect(
    classesIn(
      only(
        tensor([
          [0, 0, 1],
          [1, 0, 0],
        ]),
      ),
    ),
  ).toEqual([2, 0]);
  expect(classesIn(only(tensor([0.5, 1])))).toEqual([]);
});
