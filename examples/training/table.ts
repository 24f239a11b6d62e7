/**
 * Prices of houses from a table, by a model with two named inputs: numbers, and a district as one of many.
 *
 *     npm run build && node --import ./examples/tsx.js examples/training/table.ts FILE
 *
 * FILE is a CSV file with the columns area, rooms, district and price.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { batches, map, type Sequence, statistics, type Tensor, tensor } from "epochal";
import { csv, oneHot, split, vocabulary } from "epochal/data";
import { fit } from "epochal/tfjs";

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("Usage: table.ts FILE, a CSV file with the columns area, rooms, district and price.");
  process.exit(1);
}
const rows = await csv(file, {
  columns: {
    numbers: { dtype: "float32", from: ["area", "rooms"] },
    district: "string",
    price: { dtype: "float32", from: ["price"] },
  },
});
const { train, test } = split(rows, { test: 0.2, seed: 7 });
console.log(`${train.length} houses to train, ${test.length} to test`);

// Of what is trained with only: the rest is not known before.
const districts = await vocabulary(
  map(train, ({ district }) => district),
  { tokens: (name) => [name] },
);
const numbers = await statistics(
  batches(
    map(train, (row) => row.numbers),
    { batchSize: 100 },
  ),
  { verbose: 0 },
);
const prices = await statistics(
  batches(
    map(train, (row) => row.price),
    { batchSize: 100 },
  ),
  { verbose: 0 },
);

/** Values with a mean of 0 and a deviation of 1. */
const scaled = ({ data }: Tensor<"float32">, { mean, std }: typeof numbers) =>
  tensor(Array.from(data, (value, i) => (value - mean[i]!) / std[i]!));

interface House {
  readonly numbers: Tensor<"float32">;
  readonly district: string;
  readonly price: Tensor<"float32">;
}

/** Rows as the model takes them: a record of its inputs by their names, and what it is to tell. */
const prepared = (part: Sequence<House>) =>
  map(part, (row) => [
    {
      numbers: scaled(row.numbers, numbers),
      district: oneHot(districts.encode(row.district).data[0]!, districts.size),
    },
    scaled(row.price, prices),
  ]);

await tf.setBackend("wasm");
const { concatenate, dense } = tf.layers;
const { glorotNormal, heNormal } = tf.initializers;
const inputs = [
  tf.input({ name: "numbers", shape: [2] }),
  tf.input({ name: "district", shape: [districts.size] }),
];
const both = concatenate().apply(inputs);
const hidden = dense({ units: 32, activation: "relu", kernelInitializer: heNormal({ seed: 1 }) }).apply(both);
const price = dense({ units: 1, kernelInitializer: glorotNormal({ seed: 2 }) }).apply(hidden);
const model = tf.model({ inputs, outputs: price as tf.SymbolicTensor });
model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });

// Who always says the mean price has a loss of 1.
await fit(model, batches(prepared(train), { batchSize: 32, shuffle: true }), {
  epochs: 15,
  seed: 7,
  validationData: batches(prepared(test), { batchSize: 100 }),
});
