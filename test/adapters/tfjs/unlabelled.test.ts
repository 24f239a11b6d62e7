/** Batches without labels, for models whose losses are the user's own. */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fit, toDataset } from "../../../src/adapters/tfjs/index.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { type Tensor, tensor, zeros } from "../../../src/tensor/tensor.ts";
import { linear, one, Points, quiet } from "../../train/points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** Three inputs through one embedding: the first shall be nearer to the second than to the third. */
function triplets(
  loss: tf.ModelCompileArgs["loss"],
  metrics: tf.ModelCompileArgs["metrics"] = [],
): tf.LayersModel {
  const embed = tf.layers.dense({ units: 3, kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }) });
  const inputs = ["anchor", "positive", "negative"].map((name) => tf.input({ shape: [2], name }));
  const embedded = inputs.map((input) => embed.apply(input) as tf.SymbolicTensor);
  const model = tf.model({ inputs, outputs: tf.layers.concatenate().apply(embedded) as tf.SymbolicTensor });
  model.compile({ optimizer: tf.train.adam(0.01), loss, metrics });
  return model;
}

const tripletLoss = (_: tf.Tensor, embedded: tf.Tensor): tf.Tensor => {
  const [anchor, positive, negative] = tf.split(embedded, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const distance = (other: tf.Tensor) => tf.sum(tf.square(tf.sub(anchor, other)), -1);
  return tf.relu(tf.add(tf.sub(distance(positive), distance(negative)), 0.5));
};

const three = (x: Tensor<"float32">) => [x, x, tensor([...x.data].reverse(), { shape: x.shape })] as const;
const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

describe("batches without labels", () => {
  it("train, validate and evaluate as with labels that the loss does not look at", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 14 }), fc.boolean(), async (count, byName) => {
        const data = new Points(count);
        const inputs = ([x]: readonly [Tensor<"float32">, unknown]) => {
          const [anchor, positive, negative] = three(x);
          return byName ? { anchor, positive, negative } : ([anchor, positive, negative] as const);
        };
        const bare = map(data, (batch) => [inputs(batch)] as const);
        const dummy = map(data, (batch) => [inputs(batch), zeros([batch[0].shape[0]!, 9])] as const);
        const [model, other] = [triplets(tripletLoss), triplets(tripletLoss)];
        const before = tf.memory().numTensors;
        const options = { epochs: 2, ...quiet };
        const { history } = await fit(model, bare, { ...options, validationData: bare });
        expect(history).toEqual((await fit(other, dummy, { ...options, validationData: dummy })).history);
        expect(Object.keys(history)).toEqual(["loss", "val_loss"]);
        expect(weightsOf(model)).toEqual(weightsOf(other));
        const rest = tf.memory().numTensors;
        expect(await evaluate(model, bare, quiet)).toEqual(await evaluate(other, dummy, quiet));
        expect(tf.memory().numTensors).toBe(rest);
        // What Adam keeps of both models, twice each weight, and its counters.
        expect(rest - before).toBeLessThanOrEqual(16);
        tf.dispose([...model.weights, ...other.weights].map((weight) => weight.read()));
      }),
      { numRuns: 10 },
    );
  });

  it("may be one tensor, arrays in memory, and weighted", async () => {
    const own = () =>
      linear({ loss: (_: tf.Tensor, y: tf.Tensor) => tf.mean(tf.square(y), -1), metrics: [] });
    const x = map(new Points(), ([points]) => points);
    const expected = await fit(
      own(),
      map(x, (points) => [points] as const),
      quiet,
    );
    expect((await fit(own(), x, quiet)).history).toEqual(expected.history);
    const rows = tensor(Array.from({ length: 10 }, (_, row) => [Math.sin(row), Math.cos(row * 2)]));
    for (const arrays of [rows, [rows], tf.tensor2d([...rows.data], [10, 2])] as const) {
      const options = { batchSize: 4, shuffle: false, ...quiet };
      expect((await fit(own(), arrays as [Tensor], options)).history).toEqual(expected.history);
    }
    const [weighed, bare] = await Promise.all([
      evaluate(own(), one([rows, undefined, tensor(Array(10).fill(3))] as const) as never, quiet),
      evaluate(own(), rows, quiet),
    ]);
    expect(weighed.loss).toBeCloseTo(3 * bare.loss!, 5);
  });

  it("need no loss of an output where a layer has one of its own", async () => {
    const layer = tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: "ones", useBias: false });
    const addLoss = () => layer.addLoss(() => tf.sum(tf.square(layer.getWeights()[0]!)) as tf.Scalar);
    const model = tf.sequential({ layers: [layer] });
    addLoss();
    model.compile({ optimizer: tf.train.sgd(0.25), loss: {} });
    const x = map(new Points(), ([points]) => points);
    // w ← w - 0.25 · 2w at each of three steps.
    const { history } = await fit(model, x, quiet);
    expect(history.loss![0]).toBeCloseTo((4 * 2 + 4 * 0.5 + 2 * 0.125) / 10, 6);
    expect(weightsOf(model)).toEqual([[0.125, 0.125]]);
  });

  it("are refused where something needs labels, in words", async () => {
    const x = zeros([2, 2]);
    const own = (_: tf.Tensor, y: tf.Tensor) => tf.square(y);
    const fails = async (data: unknown, model: tf.LayersModel, message: RegExp, options = {}) =>
      expect(fit(model, data as never, { ...quiet, ...options })).rejects.toThrow(message);
    for (const data of [one([x]), one(x), [x], x])
      await fails(
        data,
        linear(),
        /, without labels, and the loss of dense_\w+, meanSquaredError, needs them\. Return \[x, y\] from getItem\. Only a loss of your own/,
      );
    const input = tf.input({ shape: [2] });
    const outputs = ["a", "b"].map(
      (name) => tf.layers.dense({ units: 1, name }).apply(input) as tf.SymbolicTensor,
    );
    const two = tf.model({ inputs: input, outputs });
    two.compile({ optimizer: "sgd", loss: [own, "meanAbsoluteError"] as never });
    await fails(one([x]), two, /the loss of b, meanAbsoluteError, needs them/);
    await fails(
      one([x]),
      linear({ loss: (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.sub(yTrue, yPred) }),
      /^The loss of dense_\w+ failed on a batch without labels, for which yTrue is undefined\./,
    );
    await fails(
      one([x]),
      linear({ loss: own, metrics: ["mae"] }),
      /^The metric mae failed on a batch without labels/,
    );
    await fails(one([x]), linear({ loss: own, metrics: [] }), /without labels, and `classWeight` weighs/, {
      classWeight: { 0: 1 },
    });
    const passes = await toDataset(one([x])).iterator();
    await expect(passes.next()).rejects.toThrow(/without labels, and TensorFlow\.js' fitDataset needs them/);
  });
});
