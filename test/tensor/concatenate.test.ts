import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatenate } from "../../src/tensor/concatenate.ts";
import { lazyTensor } from "../../src/tensor/lazy.ts";
import { sizeOf, type Tensor, tensor, zeros } from "../../src/tensor/tensor.ts";

/** The element at `index`. */
function at({ data, shape }: Tensor, index: readonly number[]): unknown {
  return data[index.reduce((place, i, axis) => place * shape[axis]! + i, 0)];
}

/** All indices of a shape. */
function* indices(shape: readonly number[]): Generator<number[]> {
  const [size, ...rest] = shape;
  if (size === undefined) yield [];
  else for (let i = 0; i < size; i++) for (const inner of indices(rest)) yield [i, ...inner];
}

describe("concatenate", () => {
  it("joins rows", () => {
    expect(
      concatenate([
        tensor([[1, 2]]),
        tensor([
          [3, 4],
          [5, 6],
        ]),
      ]),
    ).toEqual(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    );
  });

  it("joins along any axis, each element where it belongs", () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 });
    const widths = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, widths, fc.nat(), fc.boolean(), (shape, sizes, which, fromTheEnd) => {
        const axis = which % shape.length;
        let next = 0;
        const parts = sizes.map((size) => {
          const own = shape.with(axis, size);
          return tensor(
            Int32Array.from({ length: sizeOf(own) }, () => next++),
            { shape: own },
          );
        });
        const joined = concatenate(parts, { axis: fromTheEnd ? axis - shape.length : axis });
        expect(joined.dtype).toBe("int32");
        expect(joined.shape).toEqual(
          shape.with(
            axis,
            sizes.reduce((a, b) => a + b),
          ),
        );
        let offset = 0;
        for (const part of parts) {
          for (const index of indices(part.shape)) {
            expect(at(joined, index.with(axis, index[axis]! + offset))).toBe(at(part, index));
          }
          offset += part.shape[axis]!;
        }
      }),
    );
  });

  it("joins numbers of 64 bits", () => {
    expect(concatenate([tensor([1n]), tensor([2n, 3n])])).toEqual(tensor([1n, 2n, 3n]));
  });

  const t = tensor([1, 2]);
  const image = { [lazyTensor]: true, shape: undefined, dtype: "uint8" };
  it.each<[string, () => unknown, RegExp]>([
    [
      "tensors one by one",
      () => concatenate(t as never, t as never),
      /concatenate\(\[a, b\]\), got an object/,
    ],
    ["no tensor", () => concatenate([]), /needs at least one tensor/],
    ["a hole", () => concatenate(Object.assign([t], { 2: t }) as never), /got undefined at place 1/],
    ["an image", () => concatenate([image] as never), /Await its tensor\(\) first/],
    ["a scalar", () => concatenate([tensor(1)]), /use stack\(\)/],
    ["another shape", () => concatenate([zeros([2, 3]), zeros([2, 4])]), /at place 1 has \[2, 4\]/],
    ["another number of axes", () => concatenate([zeros([2, 3]), zeros([2])]), /at place 1 has \[2\]/],
    ["another dtype", () => concatenate<"int32" | "float32">([t, tensor([1], "int32")]), /place 1 is int32/],
    [
      "an axis that is not there",
      () => concatenate([t], { axis: 1 }),
      /`axis` must be a whole number from 0 to 0/,
    ],
    ["an axis before the first", () => concatenate([t], { axis: -2 }), /`axis` must be/],
    ["an unknown option", () => concatenate([t], { dim: 0 } as never), /no option `dim`/],
  ])("refuses %s", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ name: expect.stringMatching(/^(Option|Shape)Error$/) }));
  });
});
