import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluate, fit, predict, toDataset } from "../../../src/adapters/tfjs/index.ts";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { linear, Points, quiet } from "../../train/points.ts";

describe("fit", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu");
  });

  it("returns a history and learns", async () => {
    const { history, epoch, params } = await fit(linear(), new Points(), {
      epochs: 30,
      validationData: new Points(),
      ...quiet,
    });
    expect(Object.keys(history)).toEqual(["loss", "mae", "val_loss", "val_mae"]);
    expect(epoch).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(history.loss![29]).toBeLessThan(history.loss![0]! / 10);
    expect(params).toMatchObject({ epochs: 30, steps: 3, verbose: 0 });
  });

  it("trains as TensorFlow.js' own fit does, and its epoch's loss is the mean over samples", async () => {
    const ours = linear();
    const theirs = linear();
    const { history } = await fit(ours, new Points(), { epochs: 3, ...quiet });
    const all = await new Points().at(0);
    const rest = [await new Points().at(1), await new Points().at(2)];
    const [x, y] = [0, 1].map((part) =>
      tf.concat(
        [all, ...rest].map((batch) =>
          tf.tensor2d(batch[part as 0].data, [...batch[part as 0].shape] as [number, number]),
        ),
      ),
    );
    const own = await theirs.fit(x!, y!, { epochs: 3, batchSize: 4, shuffle: false });
    for (const [i, loss] of own.history.loss!.entries())
      expect(history.loss![i]).toBeCloseTo(loss as number, 5);
    expect(ours.getWeights()[0]!.dataSync()).toEqual(theirs.getWeights()[0]!.dataSync());
    const logs = await evaluate(ours, new Points(), quiet);
    const [loss] = theirs.evaluate(x!, y!) as tf.Scalar[];
    expect(logs.loss).toBeCloseTo(loss!.dataSync()[0]!, 5);
  });

  it("keeps the number of tensors flat", async () => {
    const the = linear({ optimizer: tf.train.adam(0.01) });
    await fit(the, new Points(), { epochs: 1, validationData: new Points(), ...quiet });
    const before = tf.memory().numTensors;
    await fit(the, new Points(), { epochs: 3, validationData: new Points(), ...quiet });
    await evaluate(the, new Points(), quiet);
    await predict(the, new Points(), quiet);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("predicts in index order", async () => {
    const the = linear();
    const { data, shape } = await predict(the, new Points(), quiet);
    expect(shape).toEqual([10, 1]);
    const x = tf.tensor2d(Array.from({ length: 10 }, (_, i) => [Math.sin(i), Math.cos(i * 2)]));
    expect([...data]).toEqual([...(the.predict(x) as tf.Tensor).dataSync()]);
  });

  it("feeds TensorFlow.js' own fitDataset", async () => {
    await using loader = new DataLoader(new Points());
    const the = linear();
    const { history } = await the.fitDataset(toDataset(loader), { epochs: 3, verbose: 0 });
    expect(history.loss).toHaveLength(3);
    expect(loader.report()).toMatchObject({ epochs: 3, delivered: 9 });
  });

  it("tells fitDataset how many batches this rank has", async () => {
    await using loader = new DataLoader(new Points(), { shard: { rank: 1, worldSize: 2 } });
    const dataset = toDataset(loader);
    expect(dataset.size).toBe(1);
    const { history } = await linear().fitDataset(dataset, { epochs: 2, verbose: 0 });
    expect(history.loss).toHaveLength(2);
    expect(loader.report()).toMatchObject({ epochs: 2, delivered: 2 });
  });
});
