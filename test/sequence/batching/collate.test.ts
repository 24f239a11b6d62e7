import { describe, expect, it } from "vitest";
import { collate } from "../../../src/sequence/batching/collate.ts";
import { pad } from "../../../src/sequence/batching/pad.ts";
import type { ArrayOf } from "../../../src/tensor/dtype.ts";
import { type LazyTensor, lazyTensor } from "../../../src/tensor/lazy.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";

/** A lazy image of `values`, written late; `known` says whether its shape is known before. */
function lazy(
  values: number[],
  { known = true, fails = false } = {},
): LazyTensor<"uint8"> & { done: boolean } {
  const run = async () => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (fails) throw new Error("no such file");
    image.done = true;
    return tensor(values, "uint8");
  };
  const image = {
    [lazyTensor]: true as const,
    dtype: "uint8" as const,
    shape: known ? [values.length] : undefined,
    done: false,
    tensor: run,
    into: async (out: ArrayOf<"uint8">) => out.set((await run()).data),
  };
  return image;
}

describe("collate", () => {
  it("makes one buffer of each leaf, whatever the values", () => {
    const sample = (i: number) => ({
      x: tensor([i, i + 1]),
      y: tensor(i, "int32"),
      row: Uint8Array.of(i, 9),
      score: i / 2,
      count: i,
      big: BigInt(i),
      flag: i > 0,
      pair: [i, `name ${i}`] as const,
    });
    expect(collate([sample(0), sample(1)])).toEqual({
      x: tensor([
        [0, 1],
        [1, 2],
      ]),
      y: tensor([0, 1], "int32"),
      row: tensor(Uint8Array.of(0, 9, 1, 9), { shape: [2, 2] }),
      score: tensor([0, 0.5]),
      count: tensor([0, 1]),
      big: tensor([0n, 1n]),
      flag: tensor([false, true]),
      pair: [tensor([0, 1]), ["name 0", "name 1"]],
    });
    expect(collate([1.5, 2])).toEqual(tensor([1.5, 2]));
    expect(collate(["a", "b"])).toEqual(["a", "b"]);
    expect(collate([{ when: new Date(0) }, { when: new Date(1) }])).toEqual({
      when: [new Date(0), new Date(1)],
    });
  });

  it.each([true, false])("runs images into the batch (shape known: %s)", async (known) => {
    const samples = [1, 2].map((i) => [lazy([i, i], { known }), i] as const);
    expect(await collate(samples)).toEqual([
      tensor(Uint8Array.of(1, 1, 2, 2), { shape: [2, 2] }),
      tensor([1, 2]),
    ]);
  });

  it("waits for what is under way before it reports the leaf that failed", async () => {
    const slow = [lazy([1]), lazy([2])];
    const samples = slow.map((image, i) => ({
      image,
      bad: lazy([1], { fails: i === 1 }),
      ragged: tensor([i]),
    }));
    await expect(collate(samples)).rejects.toThrow("no such file");
    expect(slow.every(({ done }) => done)).toBe(true);
    const ragged = [lazy([1]), lazy([2])];
    const failing = async () =>
      collate(ragged.map((image, i) => ({ image, ragged: tensor(Array(i + 1).fill(0)) })));
    await expect(failing()).rejects.toThrow(
      /Leaf `.ragged` of the samples: .*row 1 has \[2\] and row 0 has \[1\]/,
    );
    expect(ragged.every(({ done }) => done)).toBe(true);
  });

  it.each<[unknown[], RegExp]>([
    [[], /at least one sample/],
    [[1, undefined], /Sample 1 of the batch is undefined. Return the sample/],
    [[1, "a"], /sample 1 has "a" and sample 0 has 1/],
    [[{ x: [1, 2] }, { x: [1] }], /at `.x` sample 1 has an array of 1 and sample 0 has an array of 2/],
    [[{ x: 1 }, { x: 1, y: 2 }], /sample 1 has `.y` and sample 0 has not/],
    [[{ x: { y: 1 } }, { x: {} }], /sample 0 has `.x.y` and sample 1 has not/],
    [[[tensor([1])], [tensor([1, 2])]], /Leaf `\[0\]` of the samples: All rows must have one shape/],
    [[tensor([1]), tensor([1], "int32")], /row 1 is int32 and row 0 is float32/],
  ])("names what differs: case %#", (samples, message) => {
    expect(() => collate(samples)).toThrow(message);
  });
});

describe("pad", () => {
  it("pads each axis to the longest of the batch", () => {
    const samples = [
      { ids: Int32Array.of(1, 2, 3), grid: tensor([[1], [2]]), n: 3 },
      { ids: Int32Array.of(4), grid: tensor([[3, 4]]), n: 1 },
    ];
    expect(pad({ value: -1 }).collate(samples)).toEqual({
      ids: tensor(Int32Array.of(1, 2, 3, 4, -1, -1), { shape: [2, 3] }),
      grid: tensor([
        [
          [1, -1],
          [2, -1],
        ],
        [
          [3, 4],
          [-1, -1],
        ],
      ]),
      n: tensor([3, 1]),
    });
  });
  it("lengthens the first axis to a multiple, also where the samples agree", () => {
    const shapeOf = (...lengths: number[]) =>
      (pad({ multipleOf: 4 }).collate(lengths.map((n) => new Float32Array(n))) as Tensor).shape;
    expect([shapeOf(1, 3), shapeOf(5, 2), shapeOf(3, 3), shapeOf(4, 4)]).toEqual([
      [2, 4],
      [2, 8],
      [2, 4],
      [2, 4],
    ]);
  });
  it("pads bigints and scalars", () => {
    expect(pad({ value: 7 }).collate([BigInt64Array.of(1n), BigInt64Array.of()])).toEqual(
      tensor(BigInt64Array.of(1n, 7n), { shape: [2, 1] }),
    );
    expect(pad({ multipleOf: 8 }).collate([tensor(1), tensor(2)])).toEqual(tensor([1, 2]));
  });
  it.each([true, false])("runs images first (shape known: %s)", async (known) => {
    expect(await pad().collate([lazy([1], { known }), lazy([2, 3], { known })])).toEqual(
      tensor(Uint8Array.of(1, 0, 2, 3), { shape: [2, 2] }),
    );
  });
  it("refuses rows of other rank or dtype, and odd options", () => {
    expect(() => pad().collate([tensor([1]), tensor([[1]])])).toThrow(
      /row 1 is float32 \[1, 1\] and row 0 is float32 \[1\]/,
    );
    expect(() => pad({ multipleOf: 0 })).toThrow(/`multipleOf` must be a whole number of at least 1/);
    expect(() => pad({ value: Number.NaN })).toThrow(/`value` must be a finite number/);
    expect(() => pad({ fill: 1 } as never)).toThrow(/pad\(\) has no option `fill`/);
  });
});
