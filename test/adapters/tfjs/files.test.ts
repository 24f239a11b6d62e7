/** Models and weights in files. */
import { mkdtemp, readdir, readFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { files, fit, loadWeights, saveWeights } from "../../../src/adapters/tfjs/index.ts";
import { getWeights } from "../../../src/adapters/tfjs/state.ts";
import { isEpochalError } from "../../../src/core/errors.ts";
import { ModelCheckpoint } from "../../../src/train/callbacks/model-checkpoint.ts";
import { linear, Points, quiet } from "../../train/points.ts";

let dir: string;
beforeAll(() => tf.setBackend("cpu"));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "epochal-files-"));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  await rm(dir, { recursive: true, force: true });
});

const adam = () => linear({ optimizer: tf.train.adam(0.05) });

/** A model that has learnt for so many epochs. */
async function trained(epochs = 1): Promise<tf.LayersModel> {
  const model = adam();
  await fit(model, new Points(), { epochs, ...quiet });
  return model;
}

describe("files", () => {
  it("saves a model that is loaded again, with its metadata and optimizer, and trained on", async () => {
    const model = await trained();
    model.setUserDefinedMetadata({ classes: ["a", "b"] });
    await model.save(files(join(dir, "deep/model")), { includeOptimizer: true });
    const loaded = await tf.loadLayersModel(files(`file://${join(dir, "deep/model/model.json")}`));
    expect(loaded.getUserDefinedMetadata()).toEqual({ classes: ["a", "b"] });
    expect(await getWeights(loaded)).toEqual(await getWeights(model));
    const [there, here] = [await fit(loaded, new Points(), quiet), await fit(model, new Points(), quiet)];
    expect(there.history.loss![0]).toBeCloseTo(here.history.loss![0]!, 5);
  });

  it("writes what TensorFlow.js' own HTTP loader reads, and what it names", async () => {
    const model = await trained();
    await model.save(files(dir));
    const fetchFunc = async (url: string) => new Response(await readFile(join(dir, new URL(url).pathname)));
    const loaded = await tf.loadLayersModel("http://model/model.json", { fetchFunc: fetchFunc as never });
    expect(await getWeights(loaded)).toEqual(await getWeights(model));
  });

  it("replaces a model and leaves nothing of it, also of a save that was killed long ago", async () => {
    await (await trained()).save(files(dir));
    const lost = join(dir, "model.weights-0123456789abcdef.bin");
    const others = join(dir, "other.weights-0123456789abcdef.bin");
    for (const path of [lost, others]) {
      await writeFile(path, "x");
      await utimes(path, 1, 1);
    }
    const model = await trained(2);
    await model.save(files(dir));
    expect((await readdir(dir)).sort()).toEqual([
      "model.json",
      expect.stringMatching(/^model\.weights-[0-9a-f]{16}\.bin$/),
      "other.weights-0123456789abcdef.bin",
    ]);
    expect(await getWeights(await tf.loadLayersModel(files(dir)))).toEqual(await getWeights(model));
  });

  it("leaves the old model where its weights, or only its model.json, cannot be written", async () => {
    const old = await trained();
    await old.save(files(dir));
    const next = await trained(2);
    const fs = process.getBuiltinModule("node:fs").promises;
    for (const fails of [/\.bin$/, /\.json$/]) {
      const original = fs.rename;
      const spy = vi.spyOn(fs, "rename").mockImplementation(async (from, to) => {
        if (fails.test(String(to))) throw Object.assign(new Error("power cut"), { code: "EIO" });
        return original(from, to);
      });
      const error = await next.save(files(dir)).catch((error: unknown) => error);
      spy.mockRestore();
      expect(isEpochalError(error, "FileError")).toBe(true);
      expect(await getWeights(await tf.loadLayersModel(files(dir)))).toEqual(await getWeights(old));
    }
  });

  it("loads several groups in several files, quantized, as the Python converter writes them", async () => {
    const model = linear();
    const { modelTopology } = await artifactsOf(model);
    const kernel = new Uint8Array([0, 255]);
    const bias = new Uint8Array(new Float32Array([0.25]).buffer);
    await writeFile(join(dir, "group1-shard1of2.bin"), kernel.subarray(0, 1));
    await writeFile(join(dir, "group1-shard2of2.bin"), kernel.subarray(1));
    await writeFile(join(dir, "group2-shard1of1.bin"), bias);
    const [first, second] = model.weights.map(({ originalName }) => originalName);
    const quantization = { dtype: "uint8", min: -1, scale: 2 / 255 };
    const weightsManifest = [
      {
        paths: ["group1-shard1of2.bin", "group1-shard2of2.bin"],
        weights: [{ name: first, shape: [2, 1], dtype: "float32", quantization }],
      },
      { paths: ["group2-shard1of1.bin"], weights: [{ name: second, shape: [1], dtype: "float32" }] },
    ];
    await writeFile(join(dir, "model.json"), JSON.stringify({ modelTopology, weightsManifest }));
    const weights = await getWeights(await tf.loadLayersModel(files(dir)));
    expect(weights["dense/kernel"]!.data).toEqual(new Float32Array([-1, 1]));
    expect(weights["dense/bias"]!.data).toEqual(new Float32Array([0.25]));
  });

  it.each<[string, (json: string, weights: string) => Promise<void>, string, RegExp]>([
    ["a missing model", (json) => rm(json), "FileError", /There is no model at .*Name the folder/],
    ["missing weights", (_, bin) => rm(bin), "FileError", /names, are not there\. Copy all files/],
    [
      "weights cut off",
      (_, bin) => truncate(bin, 7),
      "DataError",
      /need 12 bytes, and .* has 7: a file is cut off/,
    ],
    [
      "weights too long",
      (_, bin) => truncate(bin, 16),
      "DataError",
      /has 16: these are files of another model/,
    ],
    ["a model cut off", (json) => truncate(json, 50), "DataError", /It is no JSON, or cut off/],
    ["no model", (json) => writeFile(json, "[1]"), "DataError", /It has no modelTopology/],
    [
      "a manifest that is none",
      async (json) => {
        const model = JSON.parse(await readFile(json, "utf8"));
        await writeFile(json, JSON.stringify({ ...model, weightsManifest: [{ paths: [1], weights: [] }] }));
      },
      "DataError",
      /Its weightsManifest is no list/,
    ],
  ])("says what is wrong with %s", async (_, damage, name, message) => {
    await (await trained()).save(files(dir));
    const weights = (await readdir(dir)).find((name) => name.endsWith(".bin"))!;
    await damage(join(dir, "model.json"), join(dir, weights));
    const error = await tf.loadLayersModel(files(dir)).catch((error: unknown) => error);
    expect((error as Error).name).toBe(name);
    expect((error as Error).message).toMatch(message);
  });

  it("refuses what is no model's path, and says in a page what to use there", () => {
    expect(() => files("")).toThrow("files takes the path of a model's folder");
    expect(() => files("model.h5")).toThrow("tensorflowjs_converter");
    expect(() => files("a.safetensors")).toThrow("loadWeights(model, path)");
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    expect(() => files("model")).toThrow(/a page cannot\. Save a model by model\.save\("indexeddb:/);
  });
});

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let kept: tf.io.ModelArtifacts = {};
  const save = async (artifacts: tf.io.ModelArtifacts) => {
    kept = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" as const } };
  };
  await model.save(tf.io.withSaveHandler(save));
  return kept;
}

describe("loadWeights", () => {
  const wide = () => tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });

  it.each([true, false])(
    "takes what ModelCheckpoint wrote, weights alone: %s; of a folder the furthest",
    async (alone) => {
      const model = adam();
      const checkpoint = new ModelCheckpoint(join(dir, "{epoch}"), { saveWeightsOnly: alone });
      const kept: unknown[] = [];
      const keep = { onEpochEnd: async () => void kept.push(await getWeights(model)) };
      await fit(model, new Points(), { epochs: 10, callbacks: [checkpoint, keep], ...quiet });
      for (const [path, epoch] of [
        [join(dir, "2.safetensors"), 2],
        [join(dir, "9"), 9],
        [dir, 10],
      ] as const) {
        const other = adam();
        const before = tf.memory().numTensors;
        await loadWeights(other, path);
        expect(await getWeights(other)).toEqual(kept[epoch - 1]);
        expect(tf.memory().numTensors).toBe(before);
      }
    },
  );

  it("takes a model of files and what saveWeights wrote, and fit trains on", async () => {
    const model = await trained(3);
    await model.save(files(join(dir, "model")));
    await saveWeights(model, join(dir, "weights"));
    for (const path of ["model", "model/model.json", "weights", "weights.safetensors"]) {
      const other = adam();
      const before = tf.memory().numTensors;
      await loadWeights(other, join(dir, path));
      expect(await getWeights(other)).toEqual(await getWeights(model));
      expect(tf.memory().numTensors).toBe(before);
      const { history } = await fit(other, new Points(), quiet);
      expect(history.loss).toHaveLength(1);
    }
  });

  it("refuses another model, naming the layer, and changes nothing", async () => {
    await saveWeights(adam(), join(dir, "weights"));
    const other = wide();
    const before = await getWeights(other);
    await expect(loadWeights(other, join(dir, "weights"))).rejects.toThrow(
      /The weights of .* do not fit\. .* weight dense\/kernel has shape \[2, 3\], but the saved one has \[2, 1\]/,
    );
    expect(await getWeights(other)).toEqual(before);
  });

  it("says what is missing, damaged, or not to be told apart", async () => {
    await expect(loadWeights(adam(), join(dir, "none"))).rejects.toThrow(/There are no weights at/);
    await expect(loadWeights(adam(), dir)).rejects.toThrow(/has no \.safetensors file/);
    await expect(loadWeights(adam(), join(dir, "a.h5"))).rejects.toThrow(/tensorflowjs_converter/);
    await saveWeights(adam(), join(dir, "a"));
    await loadWeights(adam(), dir);
    await saveWeights(adam(), join(dir, "b"));
    await expect(loadWeights(adam(), dir)).rejects.toThrow(/does not say of which epoch it is/);
    await truncate(join(dir, "a.safetensors"), 100);
    await expect(loadWeights(adam(), join(dir, "a"))).rejects.toThrow(
      /a\.safetensors holds no weights that can be read\. It is cut off/,
    );
    await rename(join(dir, "b.safetensors"), join(dir, "c.txt"));
    await loadWeights(adam(), join(dir, "c.txt"));
  });

  it("is what fit's resume names where a file has weights alone", async () => {
    await saveWeights(adam(), join(dir, "a"));
    for (const resume of [dir, join(dir, "a.safetensors")])
      await expect(fit(adam(), new Points(), { resume, ...quiet })).rejects.toThrow(
        /give the model these weights by loadWeights\(model, path\) of epochal\/tfjs, and call fit without `resume`/,
      );
  });
});
