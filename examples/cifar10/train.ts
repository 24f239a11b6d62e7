/**
 * The example of the Keras reference page for `tf.keras.utils.Sequence`, in TypeScript.
 *
 *     npm run build && node --import tsx examples/cifar10/train.ts FOLDER
 *
 * FOLDER holds one folder of images for each class.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { createRandom, DataLoader } from "epochal";
import { fit } from "epochal/tfjs";
import { CIFAR10Sequence } from "./cifar10.ts";

const [root] = process.argv.slice(2);
if (root === undefined) {
  console.error("Usage: train.ts FOLDER, which holds one folder of images for each class.");
  process.exit(1);
}
// What else lies in such folders (.DS_Store, .ipynb_checkpoints, notes.txt) is no class and no image.
const isClass = (name: string) => !name.startsWith(".") && statSync(join(root, name)).isDirectory();
const isImage = (name: string) => /^[^.].*\.(jpe?g|png|webp|avif|tiff?|gif)$/i.test(name);
const classes = readdirSync(root).filter(isClass).sort();
const samples = classes.flatMap((name, label) =>
  readdirSync(join(root, name))
    .filter(isImage)
    .sort()
    .map((file) => ({ file: join(root, name, file), label })),
);
// In mixed order: a list by class gives batches of one class, and a loader's shuffle changes only the order of these.
createRandom(7).shuffle(samples);

const sequence = (part: typeof samples) =>
  new CIFAR10Sequence(
    part.map((sample) => sample.file),
    part.map((sample) => sample.label),
    32,
  );
const train = sequence(samples.filter((_, i) => i % 10 !== 0));
const test = sequence(samples.filter((_, i) => i % 10 === 0));

let batches = 0;
await using loader = new DataLoader(train, { workers: 2, shuffle: true, seed: 7 });
for await (const [x, y] of loader) {
  if (batches++ === 0) console.log(`The first batch: x ${x.dtype} [${x.shape}], y ${y.dtype} [${y.shape}]`);
}
console.log(loader.report().summary);

await tf.setBackend("wasm");
const { conv2d, dense, globalAveragePooling2d } = tf.layers;
const model = tf.sequential({
  layers: [
    conv2d({ filters: 16, kernelSize: 5, strides: 4, activation: "relu", inputShape: [200, 200, 3] }),
    conv2d({ filters: 32, kernelSize: 3, strides: 2, activation: "relu" }),
    conv2d({ filters: 64, kernelSize: 3, strides: 2, activation: "relu" }),
    globalAveragePooling2d({}),
    dense({ units: classes.length, activation: "softmax" }),
  ],
});
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

await fit(model, train, {
  epochs: 5,
  workers: 2,
  maxQueueSize: 10,
  shuffle: true,
  seed: 7,
  validationData: test,
});
