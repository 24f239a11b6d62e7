/** What is shown of a batch: its real values, thinned so that looking takes no time. */
import { expect, it } from "vitest";
import type { SampleView } from "../../src/inspect/protocol.ts";
import { Looks, lookAt } from "../../src/inspect/snapshot.ts";
import { type DType, dtypes, type TypedArray, viewOf } from "../../src/tensor/dtype.ts";
import { empty, type Tensor, tensor } from "../../src/tensor/tensor.ts";

const at = { epoch: 1, index: 2 };

/** Pictures whose values say where they stand. */
function pictures(shape: readonly [number, number, number, number], dtype: DType): Tensor {
  const images = empty(shape, dtype);
  const big = dtype === "int64" || dtype === "uint64";
  for (let i = 0; i < images.data.length; i++) images.data[i] = (big ? BigInt(i % 97) : i % 97) as never;
  return images;
}

function pixelsOf(view: SampleView): { readonly values: TypedArray; readonly step: number } {
  if (view.kind !== "pixels") throw new Error("no picture");
  const bytes = new Uint8Array(Buffer.from(view.data, "base64"));
  return { values: viewOf(view.dtype as DType, bytes.buffer), step: view.step };
}

it("pictures have the values of every so many-th row and column, in every dtype", () => {
  for (const dtype of dtypes.filter((name) => name !== "bool")) {
    const images = pictures([3, 20, 130, 3], dtype);
    const { leaves } = lookAt([images, tensor([1, 2, 3], "int32")], at);
    const { values, step } = pixelsOf(leaves[0]!.samples[2]!);
    expect(step, dtype).toBe(2);
    const expected = [];
    for (let row = 0; row < 20; row += 2)
      for (let column = 0; column < 130; column += 2)
        for (let channel = 0; channel < 3; channel++)
          expected.push(images.data[((2 * 20 + row) * 130 + column) * 3 + channel]);
    expect([...values], dtype).toEqual(expected);
  }
});

it("a batch has all that it is made of, under the paths of its leaves", () => {
  const batch = {
    image: pictures([3, 16, 16, 3], "uint8"),
    label: tensor([1, 1, 0], "int32"),
    text: ["a", "b".repeat(1000), "c"],
    weight: tensor([0.5, Number.NaN, 2]),
    steps: tensor(new Float32Array(3 * 10_000), { shape: [3, 10_000] }),
    many: tensor(
      Float32Array.from({ length: 300 }, (_, i) => (i % 100 === 7 ? 1 : 0)),
      { shape: [3, 100] },
    ),
  };
  const { samples, leaves, classes, ...rest } = lookAt(batch, at);
  expect({ samples, classes, ...rest }).toEqual({
    type: "batch",
    ...at,
    samples: 3,
    classes: { path: "label", counts: [1, 2] },
  });
  const views = Object.fromEntries(leaves.map(({ path, samples: [, second] }) => [path, second!]));
  expect(views).toMatchObject({
    image: { kind: "pixels", height: 16, width: 16, channels: 3, step: 1, dtype: "uint8" },
    label: { kind: "numbers", values: [1], count: 1, channels: 1 },
    text: { kind: "text", text: `${"b".repeat(400)}…` },
    weight: { kind: "numbers", values: [null] },
    steps: { kind: "numbers", count: 10_000 },
    // The number of the class, as a row is long.
    many: { kind: "numbers", values: [7], count: 100 },
  });
  expect((views.steps as { values: readonly number[] }).values).toHaveLength(256);
  expect(leaves.find(({ path }) => path === "weight")!.values).toMatchObject({ nan: 1, max: 2 });
  expect(JSON.parse(JSON.stringify(leaves))).toEqual(leaves);
});

it("of many boxes the first are shown: those that fill up are the last", () => {
  const boxes = Float32Array.from({ length: 64 * 100 * 4 }, (_, i) => i % 400);
  const { leaves } = lookAt([pictures([64, 16, 16, 3], "uint8"), tensor(boxes, { shape: [64, 100, 4] })], at);
  const [, view] = leaves[1]!.samples as readonly Extract<SampleView, { kind: "numbers" }>[];
  expect(view!.values).toEqual(Array.from({ length: view!.values.length }, (_, i) => i));
  expect([view!.values.length % 4, view!.count]).toEqual([0, 400]);
});

it("batches of nothing, of one sample, of one number and of texts alone have a look", () => {
  expect(lookAt([], at)).toMatchObject({ samples: 1, leaves: [], classes: undefined });
  expect(lookAt([empty([0, 32, 32, 3], "uint8"), []], at)).toMatchObject({
    samples: 0,
    leaves: [{ role: "image", samples: [], values: undefined }],
  });
  expect(lookAt(pictures([1, 16, 16, 3], "uint8"), at)).toMatchObject({
    samples: 1,
    leaves: [{ path: "", samples: [{ kind: "pixels" }] }],
  });
  expect(lookAt({ a: { b: 0.5, c: null } }, at)).toMatchObject({
    leaves: [
      { path: "a.b", samples: [{ values: [0.5] }] },
      { path: "a.c", samples: [{ kind: "text", text: "null" }] },
    ],
  });
  expect(lookAt(["cat", ""], at).leaves[0]!.samples).toEqual([
    { kind: "text", text: "cat" },
    { kind: "text", text: "" },
  ]);
});

it("looks that take long are followed by such that do less, and by one as thorough once that was an accident", () => {
  const looks = new Looks();
  const busy = (milliseconds: number): void => {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
  };
  const efforts: number[] = [];
  const look = (milliseconds: (pixels: number) => number) =>
    looks.take(({ pixels, values }) => {
      efforts.push(pixels);
      busy(milliseconds(pixels));
      const { leaves } = lookAt([pictures([8, 64, 64, 3], "float32")], at, { pixels, values });
      expect(leaves[0]!.samples.length).toBeGreaterThan(0);
      expect(leaves[0]!.values!.sampled).toBeLessThanOrEqual(values);
    });
  for (let i = 0; i < 8; i++) look((pixels) => pixels / 4000);
  // What takes 1 ms for 4000 values has a look of 2.5 ms settle at 10,000.
  expect(efforts.at(-1)).toBeLessThan(20_000);
  const before = efforts.at(-1)!;
  look(() => 50);
  look(() => 1);
  expect(efforts.at(-1)).toBeGreaterThan(before / 2);
  for (let i = 0; i < 6; i++) look(() => 50);
  expect(efforts.at(-1)).toBe(12_000);
});
