import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { channelsFirst } from "../../src/image/channels-first.ts";
import { fromPixels } from "../../src/image/imread.ts";
import { dtypes } from "../../src/tensor/dtype.ts";
import { sizeOf, tensor } from "../../src/tensor/tensor.ts";

describe("channelsFirst", () => {
  it("moves each value to where its channel, row and column are, and copies", () => {
    const axis = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom(...dtypes),
        fc.option(axis),
        axis,
        axis,
        axis,
        (dtype, n, height, width, channels) => {
          const shape = [...(n === null ? [] : [n]), height, width, channels];
          const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => i % 128);
          const x = tensor(dtype === "float16" ? Uint16Array.from(numbers) : numbers, { dtype, shape });
          const before = x.data.slice();
          const y = channelsFirst(x);
          expect(y.shape).toEqual([...(n === null ? [] : [n]), channels, height, width]);
          expect(y.dtype).toBe(dtype);
          for (let i = 0; i < (n ?? 1); i++)
            for (let c = 0; c < channels; c++)
              for (let r = 0; r < height; r++)
                for (let k = 0; k < width; k++)
                  expect(y.data[((i * channels + c) * height + r) * width + k]).toBe(
                    x.data[((i * height + r) * width + k) * channels + c],
                  );
          y.data.reverse();
          expect(x.data).toEqual(before);
        },
      ),
    );
  });

  it("says what it takes", () => {
    expect(() => channelsFirst(tensor([1, 2]))).toThrow(/got \[2\]\. Of images: channelsFirst\(await stack/);
    const image = fromPixels(tensor(new Uint8Array(12), { shape: [2, 2, 3] }));
    expect(() => channelsFirst(image as never)).toThrow(/^channelsFirst takes a tensor of shape .* got an/);
    expect(() => channelsFirst(undefined as never)).toThrow(expect.objectContaining({ name: "ShapeError" }));
  });
});
