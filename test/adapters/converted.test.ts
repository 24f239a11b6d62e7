import { describe, expect, it } from "vitest";
import { convertTensors } from "../../src/adapters/converted.ts";
import { fromJax, toJax } from "../../src/adapters/jax/index.ts";
import { fromOrt, toOrt } from "../../src/adapters/onnx/index.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const data = new Float32Array(2);
const shape = [2];

describe("convertTensors", () => {
  it("changes the tensors of a tree, and nothing else", () => {
    const batch = { x: tensor([1, 2]), rest: ["a", data] } as const;
    expect(convertTensors(batch, ({ shape }) => shape)).toEqual({ x: [2], rest: ["a", data] });
  });

  it.each([
    [{ data, shape, dtype: "float" }, /^A tensor has the dtype "float", but a dtype is one of bool,/],
    [{ data, shape: [3], dtype: "float32" }, /which holds 3 elements, but its data holds 2\. Make it with/],
    [
      { data: data.subarray(2), shape, dtype: "float32" },
      /its data holds 0\. Use a batch before it is released/,
    ],
  ])("refuses %j", (broken, message) => {
    const convert = () => convertTensors([broken], (whole) => whole);
    expect(convert).toThrow(expect.objectContaining({ name: "ShapeError" }));
    expect(convert).toThrow(message);
  });
});

it.each([
  () => toJax(undefined as never, [tensor([1])]),
  () => toOrt({ default: {} } as never, [tensor([1])]),
])("says which module it takes: %o", (convert) => {
  expect(convert).toThrow(/takes .* first, .* got .*\. Import it: import /);
});

it("refuses a framework's values that do not fit their shape or dtype", async () => {
  expect(() => fromOrt({ type: "float32", data, dims: [3] })).toThrow(
    /onnxruntime has shape \[3\], which holds 3/,
  );
  expect(() => fromOrt({ type: "int32", data, dims: [2] })).toThrow(
    /values in a Float32Array, but .* a Int32Array/,
  );
  const array = { shape: [1], dtype: "float32", data: async () => data };
  await expect(fromJax(array)).rejects.toThrow(/A tensor of jax-js has shape \[1\]/);
  expect(fromOrt({ type: "float32", data, dims: [2, 1] })).toEqual({ data, shape: [2, 1], dtype: "float32" });
});
