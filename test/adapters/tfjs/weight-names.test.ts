/** The names under which weights are saved, and which saved names are a model's. */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { getWeights, setWeights } from "../../../src/adapters/tfjs/state.ts";
import { namedWeights } from "../../../src/adapters/tfjs/weight-names.ts";
import type { Weights } from "../../../src/train/trainable.ts";

const { layers } = tf;
beforeAll(() => tf.setBackend("cpu"));

const namesOf = (model: tf.LayersModel): string[] => namedWeights(model).map(({ name }) => name);

/** Layers that are made and not used, so that the process counts on. */
function countOn(times: number): void {
  for (let i = 0; i < times; i++) {
    layers.dense({ units: 1 });
    layers.conv2d({ filters: 1, kernelSize: 1 });
    layers.lstm({ units: 1 });
    tf.sequential();
  }
}

/** A model within a model, layers around layers, and names of the program's own. */
function nested(): tf.LayersModel {
  const encoder = tf.sequential({
    layers: [
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1] }),
      layers.batchNormalization(),
      layers.conv2d({ filters: 2, kernelSize: 1 }),
      layers.flatten(),
    ],
  });
  const image = tf.input({ shape: [6, 6, 1] });
  const text = tf.input({ shape: [4] });
  const read = layers
    .bidirectional({ layer: layers.lstm({ units: 2 }) as never, mergeMode: "concat" })
    .apply(
      layers.embedding({ inputDim: 5, outputDim: 3 }).apply(text) as tf.SymbolicTensor,
    ) as tf.SymbolicTensor;
  const both = layers.concatenate().apply([encoder.apply(image) as tf.SymbolicTensor, read]);
  const hidden = layers.dense({ units: 3 }).apply(both as tf.SymbolicTensor);
  const more = layers.dense({ units: 3, name: "dense_1" }).apply(hidden);
  const last = layers.dense({ units: 3 }).apply(more);
  return tf.model({
    inputs: [image, text],
    outputs: layers.dense({ units: 1, name: "head" }).apply(last) as never,
  });
}

/** Dense layers of these names; undefined is one that nobody named. */
const dense = (...names: (string | undefined)[]): tf.LayersModel =>
  tf.sequential({
    layers: names.map((name, i) =>
      layers.dense({ units: 2, ...(i === 0 && { inputShape: [2] }), ...(name !== undefined && { name }) }),
    ),
  });

/** The model's weights, each filled with a number of its own, under other names. */
async function filled(model: tf.LayersModel, rename: (name: string) => string = (name) => name) {
  const entries = Object.entries(await getWeights(model)).map(([name, tensor], i) => [
    rename(name),
    { ...tensor, data: tensor.data.slice().fill(i as never) },
  ]);
  return Object.fromEntries(entries) as Weights;
}

describe("names of weights", () => {
  it("are those of layers, numbered within their model", () => {
    expect(namesOf(nested())).toMatchInlineSnapshot(`
      [
        "embedding/embeddings",
        "sequential/conv2d/kernel",
        "sequential/conv2d/bias",
        "sequential/batch_normalization/gamma",
        "sequential/batch_normalization/beta",
        "sequential/batch_normalization/moving_mean",
        "sequential/batch_normalization/moving_variance",
        "sequential/conv2d_1/kernel",
        "sequential/conv2d_1/bias",
        "bidirectional/forward_lstm/kernel",
        "bidirectional/forward_lstm/recurrent_kernel",
        "bidirectional/forward_lstm/bias",
        "bidirectional/backward_lstm/kernel",
        "bidirectional/backward_lstm/recurrent_kernel",
        "bidirectional/backward_lstm/bias",
        "dense/kernel",
        "dense/bias",
        "dense_1/kernel",
        "dense_1/bias",
        "dense_2/kernel",
        "dense_2/bias",
        "head/kernel",
        "head/bias",
      ]
    `);
  });

  it("are the same whatever else the process has built, and which layers are frozen", () => {
    const first = namesOf(nested());
    fc.assert(
      fc.property(fc.nat(5), fc.nat(7), (times, frozen) => {
        countOn(times);
        const model = nested();
        const layer = model.layers[frozen];
        if (layer) layer.trainable = false;
        expect(namesOf(model)).toEqual(first);
      }),
      { numRuns: 10 },
    );
  });

  it("are one each for all weights, and kept by a model that was saved and loaded", async () => {
    const model = nested();
    expect(new Set(namesOf(model)).size).toBe(model.weights.length);
    let kept: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        kept = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
      }),
    );
    countOn(3);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(kept!));
    expect(namesOf(loaded)).toEqual(namesOf(model));
    expect(await getWeights(loaded)).toEqual(await getWeights(model));
  });
});

describe("saved weights", () => {
  it("go to the layers of their names, in whatever order they are saved, with layers frozen or not", async () => {
    const saved = await filled(nested());
    const other = nested();
    for (const layer of other.layers.slice(2, 6)) layer.trainable = false;
    setWeights(tf, other, Object.fromEntries(Object.entries(saved).reverse()));
    expect(await getWeights(other)).toEqual(saved);
  });

  it("are taken where layers are numbered otherwise, as by another process in Python", async () => {
    const model = dense(undefined, "mine", undefined, undefined);
    const saved = await filled(model);
    const elsewhere = { dense: "dense_9", mine: "mine", dense_1: "dense_10", dense_2: "dense_11" };
    const renamed = await filled(model, (name) => {
      const [layer, last] = name.split("/");
      return `${elsewhere[layer as keyof typeof elsewhere]}/${last}`;
    });
    const sorted = Object.fromEntries(Object.entries(renamed).sort(([a], [b]) => (a < b ? -1 : 1)));
    setWeights(tf, model, sorted);
    expect(await getWeights(model)).toEqual(saved);
  });

  it("of 0.1.0, which wrote places, are taken", async () => {
    const model = dense(undefined, "mine");
    const saved = await filled(model);
    let place = 0;
    setWeights(tf, model, await filled(model, (name) => `${place++}.${name.split("/")[1]}`));
    expect(await getWeights(model)).toEqual(saved);
  });

  it.each([
    [
      "another name of the program's",
      dense("block_1", "block_2"),
      dense("block_2", "block_3"),
      "block_3/kernel",
    ],
    ["a layer more", dense(undefined), dense(undefined, undefined), "dense_1/kernel"],
    ["a layer less", dense(undefined, undefined), dense(undefined), "dense_1/kernel"],
    ["a layer of another kind", dense("prelu"), dense(undefined), "dense/kernel"],
  ])("are refused for %s, which changes nothing", async (_, from, to, name) => {
    const before = await getWeights(to);
    const tensors = tf.memory().numTensors;
    await expect(async () => setWeights(tf, to, await filled(from))).rejects.toThrow(
      new RegExp(`a weight ${name} that .*It was saved from another model`),
    );
    expect(await getWeights(to)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it("are refused by the first shape that differs", async () => {
    const wide = tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] });
    const saved = await filled(wide);
    expect(() => setWeights(tf, dense(undefined), saved)).toThrow(
      /weight dense\/kernel has shape \[2, 2\], but the saved one has \[2, 3\]/,
    );
  });
});
