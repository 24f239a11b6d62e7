/** The model: two convolutions and a layer of classes, in TensorFlow.js. */
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import { registerKernels, toTfjs } from "epochal/tfjs";
import { side } from "./photos.ts";
import type { Batch } from "./run.ts";

/** Where TensorFlow.js computes. Its backend in plain JavaScript is some 40 times slower than WebAssembly. */
export type Backend = "wasm" | "webgl";

setWasmPaths({
  "tfjs-backend-wasm.wasm": plain,
  "tfjs-backend-wasm-simd.wasm": simd,
  "tfjs-backend-wasm-threaded-simd.wasm": threaded,
});

/** How well the model did on a batch, before it learned from it. */
export interface Result {
  readonly loss: number;
  readonly accuracy: number;
}

/** A model that learns from batches. */
export interface Learner {
  readonly backend: string;
  learn(batch: Batch): Promise<Result>;
}

/** A model for so many classes, untrained; in WebAssembly where there is no WebGL. */
export async function createLearner(classes: number, backend: Backend): Promise<Learner> {
  if (!(await tf.setBackend(backend))) await tf.setBackend("wasm");
  if (tf.getBackend() === "wasm") registerKernels(tf); // convolutions are not trained there without it
  const { conv2d, dense, flatten } = tf.layers;
  const kernel = (seed: number) => tf.initializers.heNormal({ seed });
  const model = tf.sequential({
    layers: [
      conv2d({
        inputShape: [side, side, 3],
        filters: 12,
        kernelSize: 5,
        strides: 4,
        activation: "relu",
        kernelInitializer: kernel(1),
      }),
      conv2d({ filters: 24, kernelSize: 3, strides: 2, activation: "relu", kernelInitializer: kernel(2) }),
      flatten(),
      dense({ units: classes, activation: "softmax", kernelInitializer: kernel(3) }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(0.004),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return {
    backend: tf.getBackend(),
    async learn([x, y]) {
      const [images, labels] = [toTfjs(tf, x), tf.tensor2d([...y.data], [y.data.length, 1])];
      const numbers = await model.trainOnBatch(images, labels);
      tf.dispose([images, labels]);
      const [loss = Number.NaN, accuracy = Number.NaN] = Array.isArray(numbers) ? numbers : [numbers];
      return { loss, accuracy };
    },
  };
}
