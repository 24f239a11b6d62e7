/**
 * Text classification from Parquet files behind a URL: Hugging Face's "stanfordnlp/imdb", say.
 *
 *     npm run build && node --import ./examples/tsx.js examples/parquet/train.ts URL...
 *
 * Files of the hub: await hub("stanfordnlp/imdb", { split: "train", config: "plain_text" }).
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { batches, map, type Sequence, type Tensor, zeros } from "epochal";
import { split, vocabulary } from "epochal/data";
import { parquet } from "epochal/data/parquet";
import { fit } from "epochal/tfjs";

const urls = process.argv.slice(2);
if (urls.length === 0) {
  console.error("Usage: train.ts URL..., Parquet files with the columns text and label.");
  process.exit(1);
}
const reviews = await parquet(urls, { columns: { text: "string", label: "int32" } });
console.log(
  `${reviews.length} reviews in ${reviews.blocks.length} row groups, in memory: ${reviews.decoded}`,
);

const labels = new Set<number>();
for await (const { label } of reviews) labels.add(label.data[0]!);

const { train, test } = split(reviews, { test: 0.2, seed: 7 });
// Of what is trained with only: the test's words are not known before.
const words = await vocabulary(
  map(train, ({ text }) => text),
  { size: 5000 },
);

/** How often each word is in a text, and the label. */
const counted = (part: Sequence<{ text: string; label: Tensor<"int32"> }>) =>
  map(part, ({ text, label }): [x: Tensor<"float32">, y: Tensor<"int32">] => {
    const counts = zeros([words.size]);
    for (const word of words.encode(text).data) counts.data[word]! += 1;
    return [counts, label];
  });

await tf.setBackend("wasm");
const { dense } = tf.layers;
const model = tf.sequential({
  layers: [
    dense({ units: 16, activation: "relu", inputShape: [words.size] }),
    dense({ units: labels.size, activation: "softmax" }),
  ],
});
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

await fit(model, batches(counted(train), { batchSize: 16, shuffle: true }), {
  epochs: 5,
  seed: 7,
  validationData: batches(counted(test), { batchSize: 16 }),
});
