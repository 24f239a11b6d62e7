/** Batches of samples, shuffled, augmented and combined: the same bytes from every kind and number of workers. */
import { createHash } from "node:crypto";
import {
  BucketSampler,
  batches,
  cache,
  concat,
  DataLoader,
  type DataLoaderOptions,
  map,
  mix,
  pad,
  repeat,
  type Sequence,
  take,
  zip,
} from "epochal";
import { expect, it } from "vitest";
import { jitter, Samples } from "../../fixtures/samples.js";

/** A pipeline that uses most of what there is. */
function pipeline(): Sequence<unknown> {
  const samples = new Samples(103);
  const lengths = Array.from({ length: 103 }, (_, i) => samples.size(i));
  const shuffled = batches(samples, { batchSize: 8, shuffle: true, collate: pad() });
  const bucketed = batches(samples, {
    batchSize: 8,
    sampler: new BucketSampler(lengths, { batchSize: 8 }),
    collate: pad({ multipleOf: 4 }),
    seed: 5,
  });
  const jittered = map(shuffled, jitter);
  return concat(
    mix(repeat(jittered, 2), map(cache(bucketed), jitter), { weights: [0.7, 0.3] }),
    zip(take(jittered, 3), take(bucketed, 3)),
  );
}

async function hash(options: DataLoaderOptions): Promise<string> {
  await using loader = new DataLoader(pipeline(), { seed: 11, ...options });
  const digest = createHash("sha256");
  for (let epoch = 0; epoch < 2; epoch++) {
    for await (const batch of loader) {
      digest.update(
        JSON.stringify(batch, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value)),
      );
    }
  }
  return digest.digest("hex");
}

it("is one stream for 0, 1 and 2 workers, threads and processes", async () => {
  const expected = await hash({ workers: 0 });
  expect(await hash({ workers: 1 })).toBe(expected);
  expect(await hash({ workers: 2 })).toBe(expected);
  expect(await hash({ workers: 2, useMultiprocessing: true })).toBe(expected);
  expect(await hash({ workers: 0, seed: 12 })).not.toBe(expected);
});
