/** TensorFlow.js' own datasets as data to validate, evaluate and predict with. */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fit, predict, toDataset } from "../../../src/adapters/tfjs/index.ts";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { linear, Points, quiet } from "../../train/points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const xs = (count: number) => Array.from({ length: count }, (_, i) => [Math.sin(i), Math.cos(i * 2)]);

/** What Points has, as tfjs-data would have it. */
const dataset = (count = 10, batchSize = 4) =>
  tf.data
    .zip({ xs: tf.data.array(xs(count)), ys: tf.data.array(xs(count).map(([a, b]) => [2 * a! - b! + 0.5])) })
    .batch(batchSize);

describe("a dataset of TensorFlow.js", () => {
  it("validates as its own evaluateDataset, for any number of rows and steps, and leaves no tensor", async () => {
    const model = linear();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (count, size) => {
          const batches = Math.ceil(count / size);
          for (const steps of [undefined, batches]) {
            const before = tf.memory().numTensors;
            const { loss } = await evaluate(model, dataset(count, size), { steps, ...quiet });
            expect(tf.memory().numTensors).toBe(before);
            const theirs = (await model.evaluateDataset(dataset(count, size) as never, {})) as tf.Scalar[];
            expect(loss).toBeCloseTo(theirs[0]!.dataSync()[0]!, 5);
            tf.dispose(theirs);
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it("is run through anew after each epoch, and left early with validationSteps", async () => {
    const options = { epochs: 2, validationData: dataset(), ...quiet };
    const { history } = await fit(linear(), new Points(), options);
    const same = await fit(linear(), new Points(), { ...options, validationData: new Points() });
    expect(history.val_loss).toHaveLength(2);
    for (const [i, loss] of history.val_loss!.entries())
      expect(loss).toBeCloseTo(same.history.val_loss![i]!, 5);
    const one = await fit(linear(), new Points(), { ...options, validationSteps: 1 });
    expect(one.history.val_loss).toHaveLength(2);
    expect(one.history.val_loss).not.toEqual(history.val_loss);
  });

  it("may hold pairs, weights, records of inputs, and be ours", async () => {
    const { loss } = await evaluate(linear(), new Points(), quiet);
    const pairs = dataset().map((element) => {
      const { xs, ys } = element as { xs: tf.Tensor; ys: tf.Tensor };
      return [xs, ys];
    });
    expect((await evaluate(linear(), pairs, quiet)).loss).toBeCloseTo(loss!, 5);
    const model = linear();
    const named = dataset().map((element) => {
      const { xs, ys } = element as { xs: tf.Tensor; ys: tf.Tensor };
      return { xs: { [model.inputNames[0]!]: xs }, ys: [ys] };
    });
    expect((await evaluate(model, named, quiet)).loss).toBeCloseTo(loss!, 5);
    const weighted = dataset().map((element) => {
      const { xs, ys } = element as { xs: tf.Tensor; ys: tf.Tensor };
      return [xs, ys, tf.zeros([xs.shape[0]!])];
    });
    expect((await evaluate(linear(), weighted, quiet)).loss).toBe(0);
    await using loader = new DataLoader(new Points());
    expect((await evaluate(linear(), toDataset(loader), quiet)).loss).toBeCloseTo(loss!, 5);
  });

  it("gives predictions in its order", async () => {
    const { shape, data } = await predict(linear(), dataset(), quiet);
    expect(shape).toEqual([10, 1]);
    expect(data).toEqual((await predict(linear(), new Points(), quiet)).data);
    const alone = tf.data.array(xs(10)).batch(3);
    expect((await predict(linear(), alone, quiet)).data).toEqual(data);
  });

  it("says what is wrong with its elements, and disposes them all the same", async () => {
    const before = tf.memory().numTensors;
    const model = linear();
    const mine = tf.memory().numTensors - before;
    const unnamed = tf.data.array(xs(4)).batch(2);
    await expect(evaluate(model, unnamed, quiet)).rejects.toThrow(
      /take batches \[x, y\].*but got one tensor of shape \[2, 2\]/,
    );
    const single = tf.data.zip({ xs: tf.data.array(xs(4)), ys: tf.data.array([1, 2, 3, 4]) });
    await expect(evaluate(model, single, quiet)).rejects.toThrow(/\.batch\(/);
    expect(tf.memory().numTensors - before).toBe(mine);
  });

  it("is not what fit trains on", async () => {
    await expect(fit(linear(), dataset() as never, quiet)).rejects.toThrow(
      /fit trains on a Sequence, a DataLoader or a stream.*got a TensorFlow\.js dataset.*validationData.*model\.fitDataset\(dataset/,
    );
  });
});

describe("tensors of TensorFlow.js", () => {
  it("are cut into batches as ours are, and stay the caller's", async () => {
    const model = linear();
    const x = tf.tensor2d(xs(10));
    const y = tf.tensor2d(xs(10).map(([a, b]) => [2 * a! - b! + 0.5]));
    const { loss } = await evaluate(model, new Points(), quiet);
    const before = tf.memory().numTensors;
    for (const batchSize of [1, 4, 32])
      expect((await evaluate(model, [x, y], { batchSize, ...quiet })).loss).toBeCloseTo(loss!, 5);
    const { history } = await fit(model, new Points(), { validationData: [x, y], ...quiet });
    expect(history.val_loss).toHaveLength(1);
    expect((await predict(model, x, quiet)).shape).toEqual([10, 1]);
    expect(tf.memory().numTensors).toBe(before);
    expect([x.isDisposed, y.isDisposed]).toEqual([false, false]);
  });
});
