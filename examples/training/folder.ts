/**
 * Images in folders: FOLDER/train/CLASS/*.jpg to train with, FOLDER/test/CLASS/*.jpg to test.
 *
 *     npm run build && node --import ./examples/tsx.js examples/training/folder.ts FOLDER
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { batches, type Context, map, portable, type Tensor } from "epochal";
import { classWeights, folder } from "epochal/data";
import { type Image, randomFlip, resize } from "epochal/image";
import { fit } from "epochal/tfjs";

const [root] = process.argv.slice(2);
if (root === undefined) {
  console.error("Usage: folder.ts FOLDER, which holds train/CLASS/*.jpg and test/CLASS/*.jpg.");
  process.exit(1);
}
const fields = { image: "image", label: "class" } as const;
const train = await folder(root, fields, { split: "train" });
const test = await folder(root, fields, { split: "test" });
console.log(`${train.length} images to train, ${test.length} to test: ${train.classes.join(", ")}`);

interface Photo {
  readonly image: Image<"uint8">;
  readonly label: Tensor<"int32">;
}

type Sample = [x: Image<"float32">, y: Tensor<"int32">];

/** Images of one size, every other one mirrored. */
const augmented = portable(
  import.meta.url,
  function augmented({ image, label }: Photo, { random }: Context): Sample {
    return [resize(randomFlip(image, { random }), [32, 32]), label];
  },
);

/** Images of one size. */
const plain = portable(import.meta.url, function plain({ image, label }: Photo): Sample {
  return [resize(image, [32, 32]), label];
});

await tf.setBackend("wasm");
const { conv2d, dense, flatten } = tf.layers;
const { heNormal } = tf.initializers;
const model = tf.sequential({
  layers: [
    conv2d({
      filters: 16,
      kernelSize: 5,
      strides: 2,
      activation: "relu",
      inputShape: [32, 32, 3],
      kernelInitializer: heNormal({ seed: 1 }),
    }),
    conv2d({
      filters: 32,
      kernelSize: 3,
      strides: 2,
      activation: "relu",
      kernelInitializer: heNormal({ seed: 2 }),
    }),
    flatten(),
    dense({ units: train.classes.length, activation: "softmax", kernelInitializer: heNormal({ seed: 3 }) }),
  ],
});
model.compile({
  optimizer: tf.train.adam(0.003),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});

await fit(model, batches(map(train, augmented), { batchSize: 32, shuffle: true }), {
  epochs: 10,
  seed: 7,
  classWeight: classWeights(train.labels!),
  validationData: batches(map(test, plain), { batchSize: 100 }),
});
