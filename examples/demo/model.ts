/** The network that the demo trains: three convolutions with strides, in place of pooling, which is slow on wasm. */
import * as tf from "@tensorflow/tfjs";

/** Learning rate of the first epoch; it falls to a tenth towards the last. */
export const learningRate = 0.002;

/** A compiled classifier of images [size, size, 3]. */
export function buildModel(size: number, classes: number, seed: number): tf.LayersModel {
  const { conv2d, dense, flatten } = tf.layers;
  const kernel = (place: number) => tf.initializers.heNormal({ seed: seed * 10 + place });
  const common = { padding: "same", activation: "relu" } as const;
  const model = tf.sequential({
    layers: [
      conv2d({
        ...common,
        filters: 32,
        kernelSize: 5,
        strides: 2,
        inputShape: [size, size, 3],
        kernelInitializer: kernel(0),
      }),
      conv2d({ ...common, filters: 48, kernelSize: 3, strides: 2, kernelInitializer: kernel(1) }),
      conv2d({ ...common, filters: 64, kernelSize: 3, strides: 2, kernelInitializer: kernel(2) }),
      flatten(),
      dense({ units: classes, activation: "softmax", kernelInitializer: kernel(3) }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(learningRate),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}
