/** What `fit`, `evaluate` and `predict` say to data, options and models that they cannot use. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fit, predict } from "../../src/adapters/tfjs/index.ts";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import { fromGenerator } from "../../src/sequence/generator.ts";
import { stack } from "../../src/tensor/stack.ts";
import { type Tensor, tensor, zeros } from "../../src/tensor/tensor.ts";
import { EarlyStopping } from "../../src/train/callbacks/early-stopping.ts";
import { linear, one, Points, quiet } from "./points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe("bad input", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const y = tensor([[1], [2]]);
  const fails = async (batch: unknown, message: RegExp, options: object = {}, model = linear()) =>
    expect(fit(model, one(batch) as never, { ...quiet, ...options })).rejects.toThrow(message);

  it("is said in one sentence, with what to do", async () => {
    await fails([x], /batches \[x, y\] or \[x, y, sampleWeight\], but got a tuple of 1, without labels/);
    await fails([x, y, y, y], /a tuple of 4/);
    await fails({ image: x, label: y }, /but got a record of image, label\./);
    await fails(x, /but got one tensor of shape \[2, 2\], without labels/);
    await fails([x, tensor([[1]])], /x has 2 samples, but y has 1\. Return as many rows of each/);
    await fails(
      [tensor([[1], [2]]), y],
      /x is float32 \[2, 1\], but the model's input dense.*_input takes \[any, 2\]/,
    );
    await fails(
      [
        x,
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ],
      /y's .* is float32 \[2, 2\], but meanSquaredError takes the shape of the output, \[any, 1\]/,
    );
    await fails([x, "y"], /y must be a tensor or a typed array, or a tuple or record of them, got "y"/);
    await fails([x, y], /`classWeight` has no weight for class 2, which row 1 of y has; it has 1\./, {
      classWeight: { 1: 1 },
    });
    await fails(
      [x, tensor([[Number.NaN], [1]])],
      /The loss is NaN at step 0 of epoch 0.*The batch itself holds NaN/,
    );
    await fails(
      [x, y],
      /fit has no option `validationSplit`: `split` of epochal\/data cuts any data.*split\(sequence, \{ validation: 0\.1 \}\)/,
      {
        validationSplit: 0.1,
      },
    );
    await fails([x, y], /fit has no option `epoch`\. It has: /, { epoch: 2 });
    await fails([x, y], /fit has no option `steps_per_epoch`\. Its name is `stepsPerEpoch`\./, {
      steps_per_epoch: 2,
    });
    await expect(evaluate(linear(), one([x, y] as const), { returnDict: false } as never)).rejects.toThrow(
      /evaluate has no option `returnDict`\. evaluate gives a record by name.*Object\.values/,
    );
    const logs = await evaluate(linear(), one([x, y] as const), quiet);
    expect(Object.keys(logs)).toEqual(["loss", "mae"]);
    await fails([x, y], /`epochs` must be a whole number of at least 1, got 0/, { epochs: 0 });
  });

  it("is what a step cannot use, or would use wrongly without a word", async () => {
    await fails(
      [[[1, 2]], [[1]]],
      /^x must be a tensor.*got an array of plain numbers\. Make it a tensor: tensor\(values\)/,
    );
    await fails([x, [[1], [2]]], /^y must be a tensor.*plain numbers/);
    await fails(
      [tf.tensor2d([[1, 2]]), y],
      /`\[0\]` is a tensor of TensorFlow\.js \(make one of epochal in its place: tensor\(values\)\)/,
    );
    const none = { data: new Float32Array(0), dtype: "float32" };
    await fails(
      [
        { ...none, shape: [0, 2] },
        { ...none, shape: [0, 1] },
      ],
      /^x is float32 \[0, 2\], a batch without a sample/,
    );
    await fails([Promise.resolve(x), y], /The batch holds a promise\. Put `await` before it/);
    const data = new Float32Array(2);
    await fails(
      [{ data, shape: [1, 2], dtype: "float" }, tensor([[1]])],
      /^x's \w+ has the dtype "float", but a dtype is one of bool, .* Make it with tensor\(values, dtype\)\.$/,
    );
    await fails(
      [x, { data: new Float32Array(3), shape: [2, 1], dtype: "float32" }],
      /^y's \w+ has shape \[2, 1\], which holds 2 elements, but its data holds 3\./,
    );
    await expect(
      evaluate(linear(), [{ data, shape: [1, 2], dtype: "float" }, tensor([[1]])] as never, quiet),
    ).rejects.toThrow(/^x's \w+ has the dtype "float"/);
    const square = tensor([
      [1, 1],
      [2, 2],
    ]);
    await fails(
      [x, y, square],
      /^sampleWeight has shape \[2, 2\], but the losses of this batch have shape \[2\]/,
    );
    // A column is what Keras squeezes.
    const loss = async (weights: Tensor) =>
      (await evaluate(linear(), one([x, y, weights] as const), quiet)).loss;
    expect(await loss(tensor([[1], [3]]))).toBe(await loss(tensor([1, 3])));
    const steps = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3, 1] })] });
    steps.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const series = tensor([
      [[1], [2], [3]],
      [[4], [5], [6]],
    ]);
    const weigh = async (weights: Tensor) =>
      (await evaluate(steps, one([series, series, weights] as const), quiet)).loss;
    const each = await weigh(tensor([1, 3]));
    expect(await weigh(tensor([[1], [3]]))).toBe(each);
    expect(
      await weigh(
        tensor([
          [1, 1, 1],
          [3, 3, 3],
        ]),
      ),
    ).toBe(each);
    await expect(weigh(square)).rejects.toThrow(/losses of this batch have shape \[2, 3\]/);
  });

  it("is an option, a model or data in the wrong place", async () => {
    const data = one([x, y] as const);
    const wrong = (...given: unknown[]) => (fit as (...given: unknown[]) => Promise<unknown>)(...given);
    await expect(wrong(undefined, data)).rejects.toThrow(/model must be a LayersModel.*got undefined/);
    await expect(wrong(data, linear())).rejects.toThrow(
      /model must be a LayersModel.*got an instance of One/,
    );
    const own = tf.tensor2d([[1, 2]]);
    for (const labels of [y, own, tf.tensor1d([1]), [1], new Float32Array(1)])
      for (const run of [fit, evaluate, predict] as unknown as (typeof wrong)[])
        await expect(run(linear(), own, labels)).rejects.toThrow(
          /^\w+ takes its options as an object, but got .* there\. Data are one argument, inputs and labels together/,
        );
    await expect(wrong(linear(), data, null)).rejects.toThrow(/takes its options as an object.*got null/);
    for (const run of [evaluate, predict] as unknown as (typeof wrong)[])
      await expect(run(linear(), data, null)).rejects.toThrow(/takes its options as an object.*got null/);
    await expect(wrong(linear(), data, [x])).rejects.toThrow(
      /takes its options as an object, but got an array of 1 there/,
    );
    for (const classWeight of [new Map([[1, 1]]), "balanced", null, { 1: -1 }, { 1: Number.NaN }, { 1: "2" }])
      await fails([x, y], /`classWeight` must be a record of a weight of at least 0 for each class/, {
        classWeight,
      });
    await fails([x, y], /`resume` must be the path/, { resume: 3 });
    await fails([x, y], /`callbacks\[0\]\.onEpochEnd` must be a function, got 3/, {
      callbacks: { onEpochEnd: 3 },
    });
    for (const callbacks of [[[new EarlyStopping()]], { onEpochEnded: () => {} }, [null]])
      await fails([x, y], /`callbacks\[0\]` must be a Callback or an object with hooks/, { callbacks });
  });

  it("is plain numbers in the place of tensors", async () => {
    const plain = [[1, 2]] as never;
    const message = /got arrays of plain numbers\. Make them tensors: tensor\(x\)/;
    await expect(predict(linear(), plain, quiet)).rejects.toThrow(message);
    await expect(evaluate(linear(), [plain, [1]] as never, quiet)).rejects.toThrow(message);
    const run = fit(linear(), new Points(), { validationData: [plain, [1]] as never, ...quiet });
    await expect(run).rejects.toThrow(message);
  });

  it("is strings in the place of numbers", async () => {
    const samples = {
      length: 4,
      getItem: (i: number) => [zeros([2], "float32"), i % 2 ? "cat" : "dog"] as const,
    };
    for (const batchSize of [1, 4]) {
      const data = batches(samples, { batchSize });
      const message =
        /^y must be a tensor.*an array of strings \("dog", …\).*of a label tensor\(classes\.indexOf\(label\), "int32"\)/;
      await expect(fit(linear(), data as never, quiet)).rejects.toThrow(message);
      await expect(fit(linear(), data as never, { ...quiet, classWeight: { 0: 1 } })).rejects.toThrow(
        message,
      );
    }
    await fails([["a", "b"], y], /^x must be a tensor.*an array of strings \("a", …\)/);
    await fails([x, { label: ["a", "b"] }], /^y has no `\w+`: the record has label/);
    await expect(evaluate(linear(), [x, ["cat", "dog"]] as never, quiet)).rejects.toThrow(
      /^evaluate got arrays of plain strings\..*with numbers in the place of strings/,
    );
  });

  it("is a single sample, or a list of them, in the place of an array of samples", async () => {
    const flat = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [64, 64, 3] })] });
    flat.add(tf.layers.dense({ units: 1 }));
    flat.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const image = zeros([64, 64, 3], "float32");
    const single =
      /^predict got a single sample of shape \[64, 64, 3\], but the model's input \S+ takes \[any, 64, 64, 3\]:.*Stack it: await stack\(\[sample\]\)\.$/;
    await expect(predict(flat, image, quiet)).rejects.toThrow(single);
    await expect(predict(flat, [image], quiet)).rejects.toThrow(single);
    await expect(predict(flat, tf.zeros([64, 64, 3]), quiet)).rejects.toThrow(single);
    await expect(predict(flat, [image, image, image, image] as never, quiet)).rejects.toThrow(
      /^predict got a list of 4 samples of shape \[64, 64, 3\].*Stack them: await stack\(samples\)\.$/,
    );
    const labels = zeros([64, 1], "float32");
    await expect(evaluate(flat, [image, labels], quiet)).rejects.toThrow(
      /^x is float32 \[64, 64, 3\], but the model's input .*It is a single sample; stack it/,
    );
    await expect(
      fit(flat, one([zeros([1, 64, 64, 3], "float32"), zeros([1, 1], "float32")] as const), {
        ...quiet,
        validationData: [image, labels],
      }),
    ).rejects.toThrow(/^x is float32 \[64, 64, 3\]/);
    await expect(predict(flat, zeros([3, 32, 32, 3], "float32"), quiet)).rejects.toThrow(
      /^x is float32 \[3, 32, 32, 3\], but .* takes \[any, 64, 64, 3\], of which the first axis is that of the samples\.$/,
    );
    expect((await predict(flat, await stack([image]), quiet)).shape).toEqual([1, 1]);
    expect((await predict(flat, [await stack([image, image])], quiet)).shape).toEqual([2, 1]);
  });

  it("is data without an end, and no number of steps", async () => {
    class Endless extends Points {
      override get length(): number {
        return Number.POSITIVE_INFINITY;
      }
    }
    const [model, data] = [linear(), new Endless()];
    const stream = fromGenerator<[Tensor<"float32">, Tensor<"float32">]>(
      function* () {
        for (;;) yield [x, y];
      },
      { length: Number.POSITIVE_INFINITY },
    );
    await expect(fit(model, data, quiet)).rejects.toThrow(
      /data of fit have no end.*Say with `stepsPerEpoch`/,
    );
    for (const validationData of [data, stream, new DataLoader(data)])
      await expect(fit(model, new Points(), { validationData, ...quiet })).rejects.toThrow(
        /data of validationData have no end.*`validationSteps`/,
      );
    await expect(evaluate(model, data, quiet)).rejects.toThrow(/data of evaluate have no end.*`steps`/);
    await expect(predict(model, data, quiet)).rejects.toThrow(/data of predict have no end.*`steps`/);
    expect((await predict(model, stream, { steps: 2, ...quiet })).shape).toEqual([4, 1]);
  });

  it("is a model that cannot be trained", async () => {
    const raw = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    await fails([x, y], /is not compiled\. Call model\.compile\(/, {}, raw);
    const unbuilt = tf.sequential();
    await fails(
      [x, y],
      /does not know its input's shape\. Give its first layer an `inputShape`/,
      {},
      unbuilt,
    );
    const frozen = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], trainable: false })],
    });
    frozen.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    await fails([x, y], /has nothing to train/, {}, frozen);
  });

  it("is one-hot where class numbers are taken, and the other way round", async () => {
    const build = (loss: string) => {
      const model = tf.sequential({
        layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: "softmax" })],
      });
      model.compile({ optimizer: "sgd", loss, metrics: ["accuracy"] });
      return model;
    };
    await fails(
      [x, tensor([0, 1], "int32")],
      /For class numbers use the loss sparseCategoricalCrossentropy/,
      {},
      build("categoricalCrossentropy"),
    );
    await fails(
      [
        x,
        tensor([
          [1, 0, 0],
          [0, 1, 0],
        ]),
      ],
      /For one-hot labels use the loss categoricalCrossentropy/,
      {},
      build("sparseCategoricalCrossentropy"),
    );
    for (const labels of [tensor([0, 3], "int32"), tensor([[0], [-1]]), tensor([0, 0.5]), tensor([0n, 9n])])
      await fails(
        [x, labels],
        /holds .* at place 1, but the output has 3 classes, numbered from 0 to 2/,
        {},
        build("sparseCategoricalCrossentropy"),
      );
    for (const labels of [tensor([0, 1], "int32"), tensor([[0], [1]], "uint8"), tensor([0n, 1n])]) {
      const { history } = await fit(build("sparseCategoricalCrossentropy"), one([x, labels] as const), quiet);
      expect(history.loss![0]).toBeGreaterThan(0);
    }
  });
});
