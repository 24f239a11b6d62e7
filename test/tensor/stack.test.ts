import { describe, expect, it } from "vitest";
import { isEpochalError } from "../../src/core/errors.ts";
import type { LazyTensor } from "../../src/tensor/lazy.ts";
import { lazyTensor } from "../../src/tensor/lazy.ts";
import { stack } from "../../src/tensor/stack.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** A lazy tensor of shape [size] filled with `value`, sync or async. */
function lazy(value: number, size: number, { late = false, known = true } = {}): LazyTensor<"float32"> {
  return {
    [lazyTensor]: true,
    dtype: "float32",
    shape: known ? [size] : undefined,
    tensor: async () => tensor(Array<number>(size).fill(value)),
    into(out) {
      if (!late) return void out.fill(value);
      return Promise.resolve().then(() => void out.fill(value));
    },
  };
}

describe("stack", () => {
  it("adds a first axis", () => {
    const result = stack([tensor([1, 2]), tensor([3, 4])]);
    expect(result).toEqual({ data: new Float32Array([1, 2, 3, 4]), shape: [2, 2], dtype: "float32" });
  });

  it.each([{ late: false }, { late: true }, { known: false }])(
    "runs lazy rows into one buffer: %o",
    async (how) => {
      const result = await stack([lazy(1, 3, how), lazy(2, 3, how), tensor([5, 6, 7])]);
      expect(result.shape).toEqual([3, 3]);
      expect([...result.data]).toEqual([1, 1, 1, 2, 2, 2, 5, 6, 7]);
    },
  );

  it("names the first row of another shape, or another dtype", () => {
    const rows = [tensor([1, 2]), tensor([1, 2]), tensor([1, 2, 3])];
    expect(() => stack(rows)).toThrow(/row 2 has \[3\] and row 0 has \[2\]/);
    const mixed = [tensor([1, 2]), tensor([1, 2], "int32")];
    expect(() => stack(mixed as never)).toThrow(/row 1 is int32 and row 0 is float32/);
  });

  it.each([{ known: true }, { known: false }])(
    "waits for the rows under way before it reports the one that failed: %o",
    async (how) => {
      let finished = false;
      const slow: LazyTensor<"float32"> = {
        ...lazy(1, 2, how),
        into: async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          finished = true;
        },
        async tensor() {
          await this.into(new Float32Array(2));
          return tensor([1, 1]);
        },
      };
      const broken: LazyTensor<"float32"> = {
        ...lazy(1, 2, how),
        into() {
          throw new Error("broken");
        },
        tensor: () => Promise.reject(new Error("broken")),
      };
      await expect(stack([slow, broken])).rejects.toThrow("broken");
      expect(finished).toBe(true);
    },
  );

  it("refuses no rows", () => {
    expect(() => stack([])).toThrow(/at least one row/);
  });
});

describe("tensor", () => {
  it("wraps a typed array without a copy", () => {
    const data = new Uint8Array(6);
    expect(tensor(data, { shape: [2, 3] }).data).toBe(data);
  });
  it("converts where another dtype is asked for", () => {
    expect(tensor(new Uint8Array([1, 2]), "float32").data).toEqual(new Float32Array([1, 2]));
    expect(tensor([1, 2], "int64").data).toEqual(new BigInt64Array([1n, 2n]));
    expect(tensor([true, false]).dtype).toBe("bool");
    expect(tensor(Int16Array.of(-2, 0), "bool").data).toEqual(Uint8Array.of(1, 0));
  });
  it("takes raw bits for float16, and does not take numbers for them", () => {
    const bits = Uint16Array.of(0x3c00);
    expect(tensor(bits, "float16").data).toBe(bits);
    for (const numbers of [[1], Float32Array.of(1)])
      expect(() => tensor(numbers, "float16")).toThrow(/give a Uint16Array of the raw bits, or use float32/);
  });
  it("refuses ragged rows by row", () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(/row 1 has \[1\] and row 0 has \[2\]/);
  });
  it("refuses data that does not fill the shape", () => {
    try {
      tensor(new Float32Array(5), { shape: [2, 3] });
      expect.unreachable();
    } catch (error) {
      expect(isEpochalError(error, "ShapeError")).toBe(true);
      expect(String(error)).toMatch(/\[2, 3\] holds 6 elements, but 5 were given/);
    }
  });
});
