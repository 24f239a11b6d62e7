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

  it("is trained on as its own fitDataset, and as the sequence that it was made of, both ways", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        async (count, epochs, forgets) => {
          const models = Array.from({ length: 4 }, () => linear());
          const [ours, theirs, back, sequence] = models as [tf.LayersModel, ...tf.LayersModel[]];
          const before = tf.memory().numTensors;
          const { history } = await fit(ours, forgets ? unknown(count) : dataset(count), {
            epochs,
            ...quiet,
          });
          const own = await theirs!.fitDataset(dataset(count), { epochs, verbose: 0 });
          // Without `await`: it is a dataset at once.
          await using loader = new DataLoader(new Points(count));
          const given = await back!.fitDataset(toDataset(loader), { epochs, verbose: 0 });
          const expected = await fit(sequence!, new Points(count), { epochs, ...quiet });
          expect(tf.memory().numTensors).toBe(before);
          expect(history.loss).toHaveLength(epochs);
          expect(history).toEqual(expected.history);
          for (const [epoch, loss] of history.loss!.entries()) {
            expect(own.history.loss![epoch]).toBeCloseTo(loss, 5);
            expect(given.history.loss![epoch]).toBeCloseTo(loss, 5);
          }
          const learnt = models.map((model) => [...model.getWeights()[0]!.dataSync()]);
          for (const weights of learnt.slice(1))
            for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(learnt[0]![i]!, 5);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("is trained on to the steps that are asked for, where it has no end", async () => {
    const { history } = await fit(linear(), dataset().repeat(), { epochs: 2, stepsPerEpoch: 3, ...quiet });
    expect(history).toEqual((await fit(linear(), new Points(), { epochs: 2, ...quiet })).history);
    await expect(fit(linear(), dataset().repeat(-1), quiet)).rejects.toThrow(
      /never ends: say with `stepsPerEpoch`/,
    );
  });

  it("takes no option of a loader, and samples in no batches are refused", async () => {
    await expect(fit(linear(), dataset(), { workers: 2, ...quiet })).rejects.toThrow(
      /`workers` is for a Sequence\. A stream has no index/,
    );
    const single = tf.data.zip({ xs: tf.data.array(xs(4)), ys: tf.data.array([1, 2, 3, 4]) });
    await expect(fit(linear(), single, quiet)).rejects.toThrow(/\.batch\(/);
  });
});

/** A dataset that does not know its size. */
const unknown = (count: number) =>
  tf.data
    .generator(function* () {
      for (const [a, b] of xs(count)) yield { xs: [a!, b!], ys: [2 * a! - b! + 0.5] };
    } as never)
    .batch(4);

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
