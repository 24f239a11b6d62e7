/**
 * Handwritten digits from MNIST's files, trained with a small network of dense layers.
 *
 *     npm run build && node --import ./examples/tsx.js examples/training/digits.ts FOLDER
 *
 * FOLDER holds the four files of MNIST, unpacked: gunzip train-images-idx3-ubyte.gz, …
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { batches, map, zip } from "epochal";
import { idx } from "epochal/data";
import { fit } from "epochal/tfjs";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Usage: digits.ts FOLDER, which holds train-images-idx3-ubyte and the other three.");
  process.exit(1);
}

/** A part of the data set: its images, from 0 to 1, and their digits. */
async function digits(part: "train" | "t10k") {
  const images = await idx(`${folder}/${part}-images-idx3-ubyte`, { dtype: "float32" });
  const labels = await idx(`${folder}/${part}-labels-idx1-ubyte`, { dtype: "int32" });
  const scaled = map(images, (image) => ({ ...image, data: image.data.map((value) => value / 255) }));
  return zip(scaled, labels);
}

const train = await digits("train");
const test = await digits("t10k");
console.log(`${train.length} digits to train, ${test.length} to test`);

await tf.setBackend("wasm");
const { dense, flatten } = tf.layers;
const model = tf.sequential({
  layers: [
    flatten({ inputShape: [28, 28] }),
    dense({ units: 64, activation: "relu", kernelInitializer: tf.initializers.heNormal({ seed: 1 }) }),
    dense({
      units: 10,
      activation: "softmax",
      kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }),
    }),
  ],
});
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

await fit(model, batches(train, { batchSize: 32, shuffle: true }), {
  epochs: 5,
  seed: 7,
  validationData: batches(test, { batchSize: 100 }),
});
