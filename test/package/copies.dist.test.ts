/**
 * Two copies of the package in one program, as two versions of it in node_modules are: what one made, the other takes.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import * as one from "epochal";
import * as oneImage from "epochal/image";
import { evaluate, fit, predict, toDataset } from "epochal/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jitter, Samples } from "../fixtures/samples.js";
import { Numbers } from "../fixtures/sequences.js";

const folder = mkdtempSync(join(tmpdir(), "epochal-copy-"));
for (const part of ["dist", "package.json"])
  cpSync(fileURLToPath(new URL(`../../${part}`, import.meta.url)), join(folder, part), { recursive: true });
const load = (file: string): Promise<unknown> => import(pathToFileURL(join(folder, "dist", file)).href);
const two = (await load("index.js")) as typeof one;
const twoImage = (await load("image/index.js")) as typeof oneImage;
afterAll(() => rmSync(folder, { recursive: true }));

it("has two copies", () => {
  expect(two.DataLoader).not.toBe(one.DataLoader);
  expect(two.Sequence).not.toBe(one.Sequence);
});

/** A pipeline of which each part is made by one of the copies. */
function pipeline(a: typeof one, b: typeof one): one.Sequence<unknown> {
  const samples = new Samples(37);
  const lengths = Array.from({ length: 37 }, (_, i) => samples.size(i));
  const sampler = new b.BucketSampler(lengths, { batchSize: 4 });
  const bucketed = a.batches(samples, { batchSize: 4, sampler, collate: b.pad({ multipleOf: 4 }) });
  // A sequence as a dataset of samples: its random numbers are those of samples, whichever copy passes them on.
  const nested = a.batches(b.map(b.take(new Numbers(20), 9), jitter), { batchSize: 2 });
  const subset = new b.SubsetSampler([3, 1, 4], { shuffle: true });
  return b.concat(
    a.mix(b.repeat(bucketed, 2), b.map(a.cache(bucketed), jitter), { weights: [0.7, 0.3] }),
    nested,
    a.batches(samples, { batchSize: 1, sampler: subset }),
    b.take(a.shard(b.batches(samples, { batchSize: 2, collate: a.pad() }), { rank: 0, worldSize: 2 }), 3),
  );
}

async function hash(
  { DataLoader }: typeof one,
  sequence: one.Sequence<unknown>,
  options: one.DataLoaderOptions,
): Promise<string> {
  await using loader = new DataLoader(sequence, { seed: 11, ...options });
  const digest = createHash("sha256");
  for (let epoch = 0; epoch < 2; epoch++) {
    for await (const batch of loader) {
      digest.update(
        JSON.stringify(batch, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value)),
      );
      one.release(batch);
    }
  }
  return digest.digest("hex");
}

describe("a pipeline of both", () => {
  it("is the stream of one", async () => {
    const expected = await hash(one, pipeline(one, one), {});
    for (const [a, b] of [
      [one, two],
      [two, one],
      [two, two],
    ] as const) {
      for (const by of [one, two]) expect(await hash(by, pipeline(a, b), {})).toBe(expected);
    }
  });
});

describe("in workers", () => {
  it.each([{ workers: 2 }, { workers: 2, useMultiprocessing: true }])("%o", async (options) => {
    const expected = await hash(one, pipeline(one, one), {});
    for (const by of [one, two]) expect(await hash(by, pipeline(one, two), options)).toBe(expected);
  });
});

describe("training", () => {
  beforeAll(() => tf.setBackend("cpu"));
  const data = (by: typeof one) =>
    by.batches({ length: 12, getItem: (i: number) => [one.tensor([i / 12]), i / 6] }, { batchSize: 4 });
  function model(): tf.LayersModel {
    const made = tf.sequential({
      layers: [tf.layers.dense({ inputShape: [1], units: 1, kernelInitializer: "zeros" })],
    });
    made.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
    return made;
  }
  const quiet = { verbose: 0 } as const;
  const options = { epochs: 2, ...quiet };

  it("takes loaders, sequences, streams and callbacks of the other copy", async () => {
    const { history: expected } = await fit(model(), data(one), { ...options, validationData: data(one) });
    const stopped: number[] = [];
    const callbacks = [
      new two.LambdaCallback({ onEpochEnd: (epoch) => void stopped.push(epoch) }),
      new two.EarlyStopping({ monitor: "loss", patience: 5 }),
    ];
    const both = await fit(model(), new two.DataLoader(data(two)), {
      ...options,
      validationData: new two.DataLoader(data(one)),
      callbacks,
    });
    expect(both.history).toEqual(expected);
    expect(stopped).toEqual([0, 1]);
    const stream = two.fromGenerator(async function* () {
      yield* data(two);
    });
    const { history } = await fit(model(), stream, { ...options, validationData: data(two) });
    expect(history).toEqual(expected);
  });

  it("tests with loaders of the other copy", async () => {
    const trained = model();
    const expected = await evaluate(trained, data(one), quiet);
    expect(await evaluate(trained, new two.DataLoader(data(two)), quiet)).toEqual(expected);
    expect((await predict(trained, new two.DataLoader(data(two)), quiet)).shape).toEqual([12, 1]);
    expect((await toDataset(new two.DataLoader(data(two)))).size).toBe(3);
  });

  it("resumes a loader of the other copy", async () => {
    const { epoch } = new one.DataLoader(data(one), {
      state: new two.DataLoader(data(two), { initialEpoch: 3 }).state(),
    });
    expect(epoch).toBe(3);
  });
});

describe("images", () => {
  it("of the other copy take every step, and fill batches", async () => {
    const pixels = one.tensor(
      Uint8Array.from({ length: 4 * 5 * 3 }, (_, i) => 4 * i),
      { shape: [4, 5, 3] },
    );
    const made = (a: typeof oneImage, b: typeof oneImage) => [
      a.resize(b.fromPixels(pixels), [2, 3]),
      a.crop(b.flip(a.fromPixels(pixels)), [2, 3]),
      a.normalize(b.resize(a.fromPixels(pixels), [2, 3])),
      a.grayscale(b.fromPixels(pixels)),
      a.flip(b.fromPixels(pixels)),
    ];
    const run = (images: ReturnType<typeof made>) => Promise.all(images.map((image) => image.tensor()));
    const expected = await run(made(oneImage, oneImage));
    expect(await run(made(oneImage, twoImage))).toEqual(expected);
    expect(await run(made(twoImage, oneImage))).toEqual(expected);
    const rows = [made(oneImage, twoImage)[0]!, made(twoImage, twoImage)[0]!];
    expect((await one.stack(rows)).shape).toEqual([2, 2, 3, 3]);
  });
});

it("errors of the other copy are told by name", () => {
  // @ts-expect-error neither a sequence nor samples
  expect(() => new two.DataLoader([])).toThrow(
    expect.toSatisfy((error) => one.isEpochalError(error, "OptionError")),
  );
});
