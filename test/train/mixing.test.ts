/** Mixed batches are what a model trains with: soft labels, weights, and validation data that are not mixed. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, it } from "vitest";
import { evaluate, fit } from "../../src/adapters/tfjs/index.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import { map } from "../../src/sequence/combinators/map.ts";
import { mixup } from "../../src/sequence/combinators/mixup.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { quiet } from "./points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** Points around three corners. */
const corners = {
  length: 60,
  getItem: (i: number) =>
    [tensor([Math.cos(2 * i) + (i % 7) / 20, Math.sin(2 * i)]), tensor(cornerOf(i), "int32")] as const,
};
const cornerOf = (i: number): number => (Math.cos(2 * i) > 0.5 ? 0 : Math.sin(2 * i) > 0 ? 1 : 2);
const train = batches(corners, { batchSize: 12, shuffle: true });
const mixed = mixup(train, { classes: 3, alpha: 0.4 });
const oneHot = mixup(train, { classes: 3, probability: 0 });

function model(): tf.LayersModel {
  const init = tf.initializers.zeros();
  const layer = tf.layers.dense({
    units: 3,
    inputShape: [2],
    activation: "softmax",
    kernelInitializer: init,
  });
  const built = tf.sequential({ layers: [layer] });
  built.compile({ optimizer: tf.train.adam(0.05), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  return built;
}

it("trains with mixed labels, and is validated with those that are not", async () => {
  const trained = model();
  const { history } = await fit(trained, mixed, { ...quiet, epochs: 12, validationData: oneHot });
  expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]! - 0.2);
  expect(history.val_loss!.at(-1)).toBeLessThan(history.loss!.at(-1)!);
  expect((await evaluate(trained, oneHot, quiet)).acc).toBeGreaterThan(0.85);
});

it("has the loss of both rows by their weights", async () => {
  const weighted = map(train, ([x, y]) => [x, y, tensor(Array.from(y.data, (label) => 1 + 2 * label))]);
  const loss = async (options: object) =>
    (await evaluate(model(), mixup(weighted, { classes: 3, ...options }), quiet)).loss!;
  // Every output is 1/3, and each row counts with its weight, in part as itself and for the rest as a partner.
  expect(await loss({ alpha: 1 })).toBeCloseTo(await loss({ probability: 0 }), 5);
});
