/** tfjs-data: a generator dataset with prefetch. It has no workers; its arrays are not made tensors. */
import { data as tfData } from "@tensorflow/tfjs";
import { options, rateOfBatches } from "./bench.js";

const { bytes, count } = options({ bytes: 4, count: 1000 });
const dataset = tfData
  .generator(function* () {
    for (let index = 0; index < count; index++) yield { x: new Uint8Array(bytes).fill(index) };
  })
  .prefetch(10);

async function* epoch() {
  const iterator = await dataset.iterator();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value.x;
}

await rateOfBatches(epoch, { bytes, count, packages: ["@tensorflow/tfjs-data"] });
