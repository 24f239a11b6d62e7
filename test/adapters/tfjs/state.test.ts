/** What of a model's state lies in TensorFlow.js' memory: none is left there, whatever fails. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, it } from "vitest";
import { TfjsModel } from "../../../src/adapters/tfjs/model.ts";
import { linear, Points } from "../../train/points.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

it("a state goes out and back in, and one with a broken tensor is refused, without a tensor left", async () => {
  const model = new TfjsModel(tf, linear({ optimizer: tf.train.adam(0.1) }));
  await model.trainOnBatch(await new Points().at(0));
  const state = await model.getState();
  await model.setState(state);
  const before = tf.memory().numTensors;
  await model.setState(state);
  expect(await model.getState()).toEqual(state);
  expect(tf.memory().numTensors).toBe(before);
  const slots = Object.keys(state.optimizer).filter((name) => name.startsWith("slot/"));
  expect(slots.length).toBeGreaterThan(2);
  for (const name of slots) {
    const broken = { ...state.optimizer[name]!, shape: [99] };
    await expect(
      model.setState({ ...state, optimizer: { ...state.optimizer, [name]: broken } }),
    ).rejects.toThrow(/has shape \[99\], which holds 99 elements/);
    expect(tf.memory().numTensors).toBe(before);
  }
  expect(await model.getState()).toEqual(state);
});

/** Optimizers by what they gather, each under a name of its own. */
const optimizers = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.1),
  adam: () => tf.train.adam(0.1),
  rmsprop: () => tf.train.rmsprop(0.1, 0.9, 0.5),
  centered: () => tf.train.rmsprop(0.1, 0.9, 0.5, 1e-7, true),
};

const weightsIn = async (model: TfjsModel) => JSON.stringify(await model.getWeights());

it.each(Object.keys(optimizers) as (keyof typeof optimizers)[])(
  "the state of %s is refused by every other optimizer, which has changed nothing by then",
  async (name) => {
    const trained = async (of: keyof typeof optimizers) => {
      const model = new TfjsModel(tf, linear({ optimizer: optimizers[of]() }));
      await model.trainOnBatch(await new Points().at(0));
      return model;
    };
    const state = await (await trained(name)).getState();
    for (const other of Object.keys(optimizers) as (keyof typeof optimizers)[]) {
      for (const model of [
        await trained(other),
        new TfjsModel(tf, linear({ optimizer: optimizers[other]() })),
      ]) {
        const before = [await weightsIn(model), tf.memory().numTensors];
        if (other === name) {
          await model.setState(state);
          expect(await model.getState()).toEqual(state);
          continue;
        }
        await expect(model.setState(state)).rejects.toThrow(
          /^The saved optimizer is no .*Compile the model with the optimizer it was saved with/,
        );
        expect([await weightsIn(model), tf.memory().numTensors]).toEqual(before);
      }
    }
  },
);
