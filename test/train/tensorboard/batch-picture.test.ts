import { describe, expect, it } from "vitest";
import { tensor } from "../../../src/tensor/tensor.ts";
import { drawBatch } from "../../../src/train/tensorboard/batch-picture.ts";

describe("a batch's picture", () => {
  it("has each image in its place, two black pixels apart, and nothing of images beyond their number", () => {
    // Four images of one row of two pixels, of their own number.
    const data = Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => 10 * (1 + Math.floor(i / 6)));
    const { pixels, outside, description } = drawBatch(
      [tensor(data, { shape: [4, 1, 2, 3] }), tensor([1, 2, 3, 4])],
      3,
    )!;
    expect(pixels).toMatchObject({ width: 6, height: 4, channels: 3 });
    const rows = Array.from({ length: 4 }, (_, y) =>
      Array.from({ length: 6 }, (_, x) => pixels.data[(y * 6 + x) * 3]),
    );
    expect(rows).toEqual([
      [10, 10, 0, 0, 20, 20],
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [30, 30, 0, 0, 0, 0],
    ]);
    expect(outside).toBe(0);
    expect(description).toMatch(/^The first 3 images of each epoch's first batch, uint8 \[4, 1, 2, 3\]\./);
  });

  const float16 = { dtype: "float16", data: Uint16Array.of(0, 0x3800, 0x3c00, 0x4000) };
  it.each([
    ["uint8", { dtype: "uint8", data: Uint8Array.of(0, 1, 128, 255) }, undefined, [0, 1, 128, 255], 0],
    ["bool", { dtype: "bool", data: Uint8Array.of(0, 1, 1, 0) }, undefined, [0, 255, 255, 0], 0],
    ["float32", [0, 0.5, 1, 0.2], undefined, [0, 128, 255, 51], 0],
    ["float32 that is not of 0 to 1", [-1, 200, Number.NaN, 1], undefined, [0, 255, 0, 255], 0.75],
    ["float32 of 0 to 255, divided twice", [0, 1 / 255, 0.002, 0], undefined, [0, 1, 1, 0], 0],
    ["float32 of a range that is told", [-1, 0, 1, 2], [-1, 1], [0, 128, 255, 255], 0.25],
    ["a range that is turned round", [0, 1, 0.2, 0], [1, 0], [255, 0, 204, 255], 0],
    ["float16", float16, undefined, [0, 128, 255, 255], 0.25],
    ["int64", { dtype: "int64", data: BigInt64Array.of(-1n, 0n, 7n, 255n) }, undefined, [0, 0, 7, 255], 0.25],
  ] as const)(
    "has the values of %s as they are, by a mapping that is told",
    (_, given, range, drawn, beyond) => {
      const shape = [1, 2, 2, 1];
      const leaf = "data" in given ? { ...given, shape } : tensor(Float32Array.from(given), { shape });
      const { pixels, outside, description } = drawBatch({ image: leaf }, 9, range)!;
      expect([...pixels.data]).toEqual(drawn);
      expect(outside).toBe(beyond);
      const [black, white] = range ?? (/float|bool/.test(leaf.dtype) ? [0, 1] : [0, 255]);
      expect(description).toBe(
        `The first image of each epoch's first batch, ${leaf.dtype} [1, 2, 2, 1]. ${black} is drawn as black, ${white} as white, values outside as the nearer of the two.`,
      );
    },
  );

  it.each([
    ["digits without channels", [2, 28, 28], "float32", true],
    ["a series of channels", [2, 100, 12], "float32", false],
    ["masks of bytes", [2, 100, 12], "uint8", true],
    ["features", [2, 12], "float32", false],
    ["five channels", [2, 12, 12, 5], "float32", false],
    ["no image at all", [0, 12, 12, 3], "float32", false],
  ] as const)("is there of %s or not", (_, shape, dtype, is) => {
    const size = shape.reduce<number>((product, side) => product * side, 1);
    const leaf = tensor(dtype === "uint8" ? new Uint8Array(size) : new Float32Array(size), { shape });
    expect(drawBatch({ deep: [leaf] }, 1) !== undefined).toBe(is);
  });
});
