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
    expect(() => toTfjs(tf, tensor([3e9], "uint32"))).toThrow(
      /A tensor holds 3000000000, which does not fit/,
    );
    expect(() => toTfjs(undefined as never, [])).toThrow(/^toTfjs takes the module of TensorFlow.js first/);
    const text = tf.tensor(["a"]);
    await expect(fromTfjs(text)).rejects.toThrow(/dtype string has no counterpart/);
    text.dispose();
  });

  it.each([undefined, null, tensor([1]), Promise.resolve(), []])(
    "says that %o is no tensor",
    async (other) => {
      const back = fromTfjs(other as never);
      await expect(back).rejects.toThrow(
        /^fromTfjs takes one tensor of TensorFlow.js, got .*Of several: await/,
      );
      await expect(back).rejects.toMatchObject({ name: "OptionError" });
    },
  );

  it("leaves no tensor where one of a batch fails, wherever it stands", () => {
    const bad = [
      tensor([3e9], "uint32"),
      { data: new Float32Array(2), shape: [3], dtype: "float32" as const },
      { data: new Float32Array(2), shape: [2], dtype: "float" as "float32" },
    ];
    const before = tf.memory();
    for (const wrong of bad) {
      for (const batch of [
        [tensor([1]), wrong],
        { x: [tensor([1]), tensor([2])], y: wrong },
        { x: wrong, y: tensor([1]) },
        [[tensor([1])], [[tensor([true]), wrong]], tensor([1])],
      ])
        expect(() => toTfjs(tf, batch)).toThrow(expect.objectContaining({ name: "ShapeError" }));
    }
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });
});
