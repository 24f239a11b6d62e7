/** What models are compiled with: losses, metrics and optimizers. */
import * as tf from "@tensorflow/tfjs";
import type { Case } from "./cases.ts";

function classifier(activation: "softmax" | "sigmoid"): tf.LayersModel {
  return tf.sequential({ layers: [tf.layers.dense({ units: 4, activation, inputShape: [5] })] });
}

const losses = [
  ...["meanSquaredError", "meanAbsoluteError", "meanAbsolutePercentageError", "meanSquaredLogarithmicError"],
  ...["squaredHinge", "hinge", "categoricalHinge", "logcosh", "categoricalCrossentropy"],
  ...["sparseCategoricalCrossentropy", "binaryCrossentropy", "kullbackLeiblerDivergence", "poisson"],
  "cosineProximity",
];

const metrics = [
  ...[
    "binaryAccuracy",
    "categoricalAccuracy",
    "precision",
    "categoricalCrossentropy",
    "mse",
    "mae",
    "mape",
    "cosine",
  ],
];

const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5),
  "rmsprop centered": () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-12, true),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  adagrad: () => tf.train.adagrad(0.01),
  adadelta: () => tf.train.adadelta(0.1),
};

export const otherCases: readonly Case[] = [
  ...losses.map((loss): Case => {
    const activation = loss === "binaryCrossentropy" ? "sigmoid" : "softmax";
    return { layer: "losses", options: { loss }, loss, model: () => classifier(activation) };
  }),
  ...metrics.map((metric): Case => {
    const model = () => classifier("softmax");
    return {
      layer: "metrics",
      options: { metric },
      loss: "categoricalCrossentropy",
      metrics: [metric],
      model,
    };
  }),
  ...["accuracy"].map((metric): Case => {
    const loss = "sparseCategoricalCrossentropy";
    return {
      layer: "metrics",
      options: { metric },
      loss,
      metrics: [metric],
      model: () => classifier("softmax"),
    };
  }),
  ...Object.entries(optimizers).map(([name, optimizer]): Case => {
    return {
      layer: "optimizers",
      options: { optimizer: name },
      optimizer,
      model: () => classifier("softmax"),
    };
  }),
];
