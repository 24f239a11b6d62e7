import { defaultDevice, init, numpy as np, tree } from "@jax-js/jax";
import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { convertTensors } from "../../src/adapters/converted.ts";
import { fromJax, toJax } from "../../src/adapters/jax/index.ts";
import { fromOrt, toOrt } from "../../src/adapters/onnx/index.ts";
import { type DType, dtypes } from "../../src/tensor/dtype.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

const data = new Float32Array(2);
const shape = [2];

describe("convertTensors", () => {
  it("changes the tensors of a tree, and nothing else", () => {
    const batch = { x: tensor([1, 2]), rest: ["a", data] } as const;
    expect(convertTensors(batch, ({ shape }) => shape)).toEqual({ x: [2], rest: ["a", data] });
  });

  it.each([
    [
      { data, shape, dtype: "float" },
      /^Leaf `\[0\]` of the batch: A tensor has the dtype "float", but a dtype is one of bool,/,
    ],
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

/** Trees of tensors of `dtypes`, with what stays as it is between them. */
function trees(kinds: readonly DType[]): fc.Arbitrary<unknown> {
  const leaf = fc
    .record({
      dtype: fc.constantFrom(...kinds),
      shape: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    })
    .chain(({ dtype, shape }) => {
      const size = shape.reduce((product, axis) => product * axis, 1);
      return fc.array(fc.integer({ min: 0, max: 1 }), { minLength: size, maxLength: size }).map((numbers) =>
        // 0 and 1 are in every dtype; of float16 these are bits.
        tensor(dtype === "float16" ? Uint16Array.from(numbers) : numbers, { dtype, shape }),
      );
    });
  const other = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant(new Date(0)));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      other,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(fc.string({ maxLength: 3 }), tie("tree"), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  return fc.tuple(leaf, tree);
}

describe("a whole batch", () => {
  beforeAll(async () => {
    await init("wasm", "cpu");
    defaultDevice("wasm");
  });

  it("comes back from onnxruntime as it was, whatever its form and dtypes", () => {
    fc.assert(
      fc.property(trees(dtypes), (batch) => {
        expect(fromOrt(toOrt(ort, batch))).toEqual(batch);
      }),
    );
  });

  it("comes back from jax-js as it was, of the dtypes that it has, and leaves no array", async () => {
    const kinds = ["float32", "int32", "uint32", "bool"] as const;
    await fc.assert(
      fc.asyncProperty(trees(kinds), async (batch) => {
        const arrays = toJax(np, batch);
        expect(await fromJax(arrays)).toEqual(batch);
        const used: number[] = [];
        convertLeaves(arrays, (array) => used.push(array.refCount));
        expect(new Set(used)).toEqual(new Set([0]));
      }),
    );
  });

  it("names the leaf that cannot be converted", async () => {
    const wrong = { x: tensor([1]), y: [tensor([1]), { label: tensor([2 ** 40], "int64") }] };
    expect(() => toJax(np, wrong)).toThrow(
      /^Leaf `y\[1\]\.label` of the batch: .* 1099511627776, which does not fit/,
    );
    expect(() => toJax(np, [tensor([], "float32")])).toThrow(/^Leaf `\[0\]` of the batch: .* empty/);
    expect(() => toOrt(ort, { x: { data, shape: [3], dtype: "float32" } })).toThrow(
      /^Leaf `x` of the batch: /,
    );
    const text = { scores: toOrt(ort, tensor([1])), label: new ort.Tensor("string", ["a"], [1]) };
    expect(() => fromOrt(text)).toThrow(/^Leaf `label` of the batch: .* type string has no numbers/);
    const broken = { shape: [2], dtype: "float32", data: async () => new Float32Array(1) };
    await expect(fromJax({ loss: [broken] })).rejects.toThrow(
      /^Leaf `loss\[0\]` of the batch: .*holds 2 elements/,
    );
  });

  it("is used up by fromJax also where a leaf of it fails, and stays by tree.ref", async () => {
    const broken = { shape: [2], dtype: "float32", data: async () => new Float32Array(1) };
    const array = np.array([1, 2]);
    await expect(fromJax([broken, array])).rejects.toMatchObject({ name: "ShapeError" });
    expect(array.refCount).toBe(0);
    const kept = { w: np.array([1, 2]) };
    expect((await fromJax(tree.ref(kept))).w.data).toEqual(Float32Array.of(1, 2));
    expect(kept.w.refCount).toBe(1);
    tree.dispose(kept);
  });

  it("is of the dtype that was asked for, or refused", async () => {
    const outputs = toOrt(ort, { scores: tensor([0.5]), classes: tensor([1], "int64") });
    expect(fromOrt(outputs.scores, "float32").data[0]).toBe(0.5);
    expect(() => fromOrt(outputs, "float32")).toThrow(
      /^Leaf `classes` of the batch: It is int64, where float32/,
    );
    expect(() => fromOrt(outputs, "float" as never)).toThrow(/`dtype` must be one of/);
    await expect(fromJax(np.array([1]), "int32")).rejects.toThrow(
      /^It is float32, where int32 was asked for\./,
    );
  });

  it("is of types that need no cast", () => {
    type Outputs = { scores: np.Array; files: string[]; parts: [a: np.Array, b: { c: np.Array }] };
    const jax = (outputs: Outputs) => fromJax(outputs, "float32");
    expectTypeOf(jax).returns.resolves.toEqualTypeOf<{
      scores: Tensor<"float32">;
      files: string[];
      parts: [a: Tensor<"float32">, b: { c: Tensor<"float32"> }];
    }>();
    const one = (array: np.Array) => fromJax(array);
    expectTypeOf(one).returns.resolves.toEqualTypeOf<Tensor>();
    const run = (session: ort.InferenceSession, pixels: Tensor<"float32">) =>
      session.run(toOrt(ort, { pixels })).then((results) => fromOrt(results, "float32"));
    expectTypeOf(run).returns.resolves.toEqualTypeOf<{ readonly [name: string]: Tensor<"float32"> }>();
  });
});

function convertLeaves(tree: unknown, visit: (array: np.Array) => void): void {
  if (tree instanceof np.Array) visit(tree);
  else if (typeof tree === "object" && tree !== null)
    for (const child of Object.values(tree)) convertLeaves(child, visit);
}
