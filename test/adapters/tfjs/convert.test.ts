import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { fromTfjs, toTfjs } from "../../../src/adapters/tfjs/index.ts";
import { dtypes } from "../../../src/tensor/dtype.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe("toTfjs", () => {
  it("converts each tensor of a batch, of every dtype, and leaves all else as it is", async () => {
    for (const dtype of dtypes) {
      const values = dtype === "float16" ? Uint16Array.of(0x3c00, 0) : [1, 0];
      const batch = toTfjs(tf, { x: [tensor(values, { shape: [1, 2], dtype })] as const, file: "a.jpg" });
      const [x] = batch.x;
      const kept = dtype === "bool" || dtype.startsWith("float") ? dtype.replace(/\d+/, "32") : "int32";
      expect([x.dtype, x.shape, [...x.dataSync()], batch.file]).toEqual([kept, [1, 2], [1, 0], "a.jpg"]);
      const back = await fromTfjs(x);
      expect([back.dtype, back.shape, [...back.data]]).toEqual([kept, [1, 2], [1, 0]]);
      x.dispose();
    }
  });

  it("gives tensors that are the caller's, and back copies", async () => {
    const { numTensors } = tf.memory();
    const own = toTfjs(tf, tensor([1, 2]));
    const back = await fromTfjs<"float32">(own);
    back.data.fill(9);
    expect([...own.dataSync()]).toEqual([1, 2]);
    own.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it("refuses what has no counterpart, and another first argument", async () => {
    expect(() => toTfjs(tf, tensor([3e9], "uint32"))).toThrow(/does not fit into int32/);
    expect(() => toTfjs(undefined as never, [])).toThrow(/^toTfjs takes the module of TensorFlow.js first/);
    await expect(fromTfjs(tf.tensor(["a"]))).rejects.toThrow(/dtype string has no counterpart/);
  });
});
