/**
 * Images of WebDataset shards: tar archives in which NAME.jpg and NAME.cls are a sample.
 *
 *     npm run build && node --import ./examples/tsx.js examples/training/shards.ts SHARD...
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { batches, map } from "epochal";
import { split, tar } from "epochal/data";
import { resize } from "epochal/image";
import { fit } from "epochal/tfjs";

const shards = process.argv.slice(2);
if (shards.length === 0) {
  console.error("Usage: shards.ts SHARD..., tar archives with members NAME.jpg and NAME.cls.");
  process.exit(1);
}
const labels = new Set<number>();
for await (const { cls } of await tar(shards, { cls: "int32" })) labels.add(cls.data[0]!);

const samples = map(await tar(shards, { jpg: "image", cls: "int32" }), ({ jpg, cls }) => [
  resize(jpg, [32, 32]),
  cls,
]);
const { train, test } = split(samples, { test: 0.2, seed: 7 });
console.log(`${train.length} images to train, ${test.length} to test, of ${shards.length} shards`);

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
    dense({ units: labels.size, activation: "softmax", kernelInitializer: heNormal({ seed: 3 }) }),
  ],
});
model.compile({
  optimizer: tf.train.adam(0.003),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});

await fit(model, batches(train, { batchSize: 32, shuffle: true }), {
  epochs: 10,
  seed: 7,
  validationData: batches(test, { batchSize: 100 }),
});
