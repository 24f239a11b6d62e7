/** Class weights mean something only where each sample has one class, and are refused elsewhere. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { fit } from "../../src/adapters/tfjs/index.ts";
import { type Tensor, tensor, zeros } from "../../src/tensor/tensor.ts";
import type { ClassWeight } from "../../src/train/options.ts";
import { one, quiet } from "./points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

type Loss = tf.ModelCompileArgs["loss"];

/** A model whose outputs have this shape and are all alike: 0.5, or 1/3 each of three. */
function model(shape: readonly number[], loss: Loss): tf.LayersModel {
  const units = shape.at(-1)!;
  const activation = units > 1 ? "softmax" : "sigmoid";
  const layers: tf.layers.Layer[] =
    shape.length === 1
      ? [tf.layers.dense({ units, inputShape: [2], activation, kernelInitializer: "zeros" })]
      : [
          tf.layers.repeatVector({ n: shape[0]!, inputShape: [2] }),
          tf.layers.dense({ units, activation, kernelInitializer: "zeros" }),
        ];
  const built = tf.sequential({ layers });
  built.compile({ optimizer: tf.train.sgd(0), loss });
  return built;
}

const all: ClassWeight = { 0: 1, 1: 2, 2: 3 };
const run = async (of: tf.LayersModel, y: unknown, sampleWeight?: unknown, classWeight = all) => {
  const rows = (y as Tensor).shape?.[0] ?? (y as Int32Array).length;
  const batch = [zeros([rows, 2], "float32"), y, ...(sampleWeight === undefined ? [] : [sampleWeight])];
  return (await fit(of, one(batch) as never, { ...quiet, classWeight })).history.loss![0];
};
const sparse = "sparseCategoricalCrossentropy";

describe("class weights", () => {
  const third = Math.log(3);

  it("are those of class numbers, one-hot rows, 0 and 1, in tensors and typed arrays", async () => {
    const labels = tensor([0, 2, 1, 2], "int32");
    const weighted = (third * (1 + 3 + 2 + 3)) / 4;
    expect(await run(model([3], sparse), labels)).toBeCloseTo(weighted, 5);
    expect(await run(model([3], sparse), tensor([[0], [2], [1], [2]]))).toBeCloseTo(weighted, 5);
    expect(await run(model([3], sparse), Int32Array.of(0, 2, 1, 2))).toBeCloseTo(weighted, 5);
    expect(await run(model([3], sparse), tensor([0n, 2n, 1n, 2n]))).toBeCloseTo(weighted, 5);
    const rows = tensor([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(await run(model([3], "categoricalCrossentropy"), rows)).toBeCloseTo(weighted, 5);
    const half = (Math.log(2) * (1 + 2)) / 2;
    for (const y of [tensor([0, 1]), tensor([[0], [1]]), tensor([[false], [true]])])
      expect(await run(model([1], "binaryCrossentropy"), y)).toBeCloseTo(half, 5);
    const own: Loss = (y: tf.Tensor, p: tf.Tensor) => tf.metrics.categoricalCrossentropy(y, p);
    expect(await run(model([3], own), rows)).toBeCloseTo(weighted, 5);
  });

  it("multiply with the samples' own, whatever these are in", async () => {
    const labels = tensor([0, 2], "int32");
    const weighted = (third * (1 * 0.5 + 3 * 2)) / 2;
    for (const weights of [
      tensor([0.5, 2]),
      tensor([[0.5], [2]]),
      Float32Array.of(0.5, 2),
      tensor([0.5, 2], "float64"),
    ])
      expect(await run(model([3], sparse), labels, weights)).toBeCloseTo(weighted, 5);
    const many = tensor([
      [1, 1],
      [1, 1],
    ]); // prettier-ignore
    await expect(run(model([3], sparse), labels, many)).rejects.toThrow(
      /sampleWeight has 4 numbers for 2 samples.*one weight for each sample, \[2\]/,
    );
  });
});

describe("class weights are refused", () => {
  const refused = (of: tf.LayersModel, y: unknown, message: RegExp, classWeight?: ClassWeight) =>
    expect(run(of, y, undefined, classWeight)).rejects.toThrow(message);

  it("where a sample has several labels: steps of a series, pixels", async () => {
    const steps = tensor(
      [
        [0, 1, 2, 1],
        [2, 1, 0, 0],
      ],
      "int32",
    ); // prettier-ignore
    const message =
      /`classWeight` needs one class for each sample.*y has shape \[2, 4\].*several labels for each\. Return sample weights as third/;
    await refused(model([4, 3], sparse), steps, message);
    const rows = tensor([
      [[1], [0], [1], [1]],
      [[0], [0], [1], [1]],
    ]); // prettier-ignore
    await refused(model([4, 1], "binaryCrossentropy"), rows, /y has shape \[2, 4, 1\]/);
    await refused(model([4, 3], sparse), zeros([2, 4, 1], "int32"), /y has shape \[2, 4, 1\]/);
    await refused(model([1, 3], sparse), tensor([[0], [1]], "int32"), /several labels for each/);
    await refused(model([4, 3], "categoricalCrossentropy"), zeros([2, 4, 3], "float32"), /several labels/);
    // Under a loss of the user's own, what y is like decides.
    await refused(
      model([3], (y: tf.Tensor) => tf.mean(y)),
      zeros([2, 5], "int32"),
      /several labels for each/,
    );
  });

  it("where a row is not one-hot, which is named", async () => {
    const rows = (...values: number[][]): Tensor => tensor(values);
    for (const loss of [
      "binaryCrossentropy",
      "categoricalCrossentropy",
      "meanSquaredError",
      "meanAbsoluteError",
    ]) {
      const of = model([3], loss);
      await refused(
        of,
        rows([1, 0, 0], [1, 1, 0]),
        /row 1 of y is \[1, 1, 0\], which is not one-hot\. Return sample/,
      );
      await refused(of, rows([0, 0, 0], [1, 0, 0]), /row 0 of y is \[0, 0, 0\]/);
      await refused(of, rows([1, 0, 0], [0.25, 0.5, 0.25]), /row 1 of y is \[0.25, 0.5, 0.25\]/);
      await refused(of, rows([1, 0, 0], [0, 2, 0]), /row 1 of y is \[0, 2, 0\]/);
    }
    await refused(
      model([20], "binaryCrossentropy"),
      zeros([2, 20], "float32"),
      /\[0, 0, 0, 0, 0, 0, 0, 0, …\]/,
    );
  });

  it("where a label is no class, or has no weight", async () => {
    const of = model([1], "meanSquaredError");
    await refused(of, tensor([[1], [2.5]]), /row 1 of y holds 2\.5, which is no class number/);
    await refused(model([1], "binaryCrossentropy"), tensor([0, 0.3]), /row 1 of y holds 0\.3/);
    await refused(of, tensor([[1], [7]]), /no weight for class 7, which row 1 of y has; it has 0, 1, 2\./);
    await refused(model([3], sparse), tensor([0, 2]), /no weight for class 2/, { 0: 1, 1: 2 });
    // What the loss says of labels that do not fit it comes first.
    await refused(model([3], sparse), tensor([[0, 1]]), /takes class numbers of shape \[any\]/);
    await refused(model([3], sparse), tensor([0, 3]), /holds 3 at place 1, but the output has 3 classes/);
  });

  it("where a model has several outputs", async () => {
    const input = tf.input({ shape: [2] });
    const head = () => tf.layers.dense({ units: 3 }).apply(input) as tf.SymbolicTensor;
    const two = tf.model({ inputs: input, outputs: [head(), head()] });
    two.compile({ optimizer: "sgd", loss: sparse });
    const y = tensor([0, 1], "int32");
    await expect(
      fit(two, one([zeros([2, 2], "float32"), [y, y]] as const), { ...quiet, classWeight: all }),
    ).rejects.toThrow(/`classWeight` is for models of one output, but \S+ has 2\. Return sample weights/);
  });
});
