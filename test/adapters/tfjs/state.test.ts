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
