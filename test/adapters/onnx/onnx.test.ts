import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeModel } from "../../../examples/onnx/model.ts";
import { fromOrt, toOrt } from "../../../src/adapters/onnx/index.ts";
import { DataLoader, release, Sequence, type Tensor, tensor } from "../../../src/index.ts";
import { dtypes } from "../../../src/tensor/dtype.ts";

/** y = x · w with w of shape [4, 2]: rows are summed in two halves. */
const weights = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1);
let session: ort.InferenceSession;

beforeAll(async () => {
  const model = encodeModel({
    inputs: [{ name: "x", shape: ["batch", 4] }],
    outputs: [{ name: "y", shape: ["batch", 2] }],
    nodes: [{ op: "MatMul", inputs: ["x", "w"], outputs: ["y"] }],
    weights: { w: { data: weights, shape: [4, 2] } },
  });
  session = await ort.InferenceSession.create(model);
});

async function sums(x: ort.Tensor): Promise<number[]> {
  const { y } = await session.run({ x });
  return [...fromOrt<"float32">(y!).data];
}

describe("toOrt", () => {
  it("keeps every dtype, shape and name", () => {
    for (const dtype of dtypes) {
      const values = dtype === "float16" ? Uint16Array.of(1, 0) : [1, 0];
      const { x, file } = toOrt(ort, { x: tensor(values, { shape: [1, 2], dtype }), file: "a.jpg" });
      expect([x.type, x.dims, file]).toEqual([dtype, [1, 2], "a.jpg"]);
      const back = fromOrt(x);
      expect([back.dtype, back.shape, [...back.data].map(Number)]).toEqual([dtype, [1, 2], [1, 0]]);
    }
  });

  it("runs", async () => {
    expect(await sums(toOrt(ort, tensor([[1, 2, 3, 4]])))).toEqual([3, 7]);
  });

  it("copies views of shared memory, which onnxruntime-node refuses", async () => {
    const data = new Float32Array(new SharedArrayBuffer(16));
    data.set([1, 2, 3, 4]);
    expect(await sums(toOrt(ort, tensor(data, { shape: [1, 4] })))).toEqual([3, 7]);
  });

  it("uses the batch's memory until run() has resolved, and not after", async () => {
    const x = tensor([[1, 2, 3, 4]]);
    const late = toOrt(ort, x);
    x.data.fill(1);
    // Overwritten before: run sees it.
    expect(await sums(late)).toEqual([2, 2]);
    const { y } = await session.run({ x: toOrt(ort, x) });
    x.data.fill(9);
    // Overwritten afterwards: the result stays.
    expect([...fromOrt<"float32">(y!).data]).toEqual([2, 2]);
  });

  it("gives right results where each batch is released after its run", async () => {
    const rows = 2000; // large enough to be used again
    class Counting extends Sequence<{ x: Tensor<"float32"> }> {
      readonly length = 6;
      getItem(index: number) {
        return { x: tensor(new Float32Array(rows * 4).fill(index), { shape: [rows, 4] }) };
      }
    }
    const outputs: Tensor<"float32">[] = [];
    for await (const batch of new DataLoader(new Counting())) {
      const { y } = await session.run(toOrt(ort, batch));
      release(batch);
      outputs.push(fromOrt<"float32">(y!));
    }
    expect(outputs.map(({ data, shape }) => [shape, new Set(data)])).toEqual(
      Array.from({ length: 6 }, (_, index) => [[rows, 2], new Set([2 * index])]),
    );
  });

  it("says that strings have no numbers", () => {
    const text = () => fromOrt(new ort.Tensor("string", ["a"], [1]));
    expect(text).toThrow(/type string has no numbers/);
    expect(text).toThrow(expect.objectContaining({ name: "ShapeError" }));
  });

  it("says that halves of a byte have no dtype", () => {
    const halves = () => fromOrt(new ort.Tensor("uint4", Uint8Array.of(0x21), [2]));
    expect(halves).toThrow(/dtype uint4 has no counterpart/);
  });

  it.each([undefined, null, tensor([1]), {}])("says that %o is no tensor of its", (other) => {
    const back = () => fromOrt(other as never);
    expect(back).toThrow(/^fromOrt takes a tensor of onnxruntime, or .*, got /);
    expect(back).toThrow(expect.objectContaining({ name: "OptionError" }));
  });

  it("reads float16 of a runtime that has a Float16Array as bits, as of one that has none", () => {
    const bits = Uint16Array.of(0x3c00, 0xc100);
    class Float16Array extends Uint16Array {}
    const { data } = fromOrt({ type: "float16", data: new Float16Array(bits), dims: [2] });
    expect(data).toEqual(bits);
    expect(data.constructor).toBe(Uint16Array);
  });
});
