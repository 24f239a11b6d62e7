/**
 * Trains a small convolutional network, and gives what it learnt. Additions, products and roots alone: engines may differ
 * in the last bit of an exponential.
 */
import * as tf from "@tensorflow/tfjs";
import { fit } from "epochal/tfjs";
import { Pictures } from "./pictures.js";

export async function train(options) {
  await tf.setBackend("cpu");
  const weights = (seed) => tf.initializers.randomUniform({ minval: -0.1, maxval: 0.1, seed });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [12, 12, 3],
        filters: 4,
        kernelSize: 3,
        strides: 2,
        activation: "relu",
        kernelInitializer: weights(1),
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1, kernelInitializer: weights(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.rmsprop(1e-3), loss: "meanSquaredError" });
  const { history } = await fit(model, new Pictures(), {
    epochs: 3,
    shuffle: true,
    seed: 5,
    verbose: 0,
    ...options,
  });
  const learnt = model.getWeights().map((weight) => Array.from(weight.dataSync()));
  model.dispose();
  return { loss: history.loss, learnt };
}
