/** Files of weights against Python's own safetensors: as it read ours, and as it wrote them (scripts/golden/weights.py). */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, it } from "vitest";
import { loadWeights } from "../../../src/adapters/tfjs/index.ts";
import { getWeights } from "../../../src/adapters/tfjs/state.ts";
import { fileOf, model } from "./weights-golden.ts";

interface Golden {
  readonly file: string;
  readonly tensors: Readonly<Record<string, { dtype: string; shape: number[]; values: number[] }>>;
}
const path = new URL("../../fixtures/weights/python.json", import.meta.url);
const { ours, python } = JSON.parse(await readFile(path, "utf8")) as { ours: Golden; python: Golden };

beforeAll(() => tf.setBackend("cpu"));

it("Python reads the file that is written today, under the layers' names", async () => {
  const built = model();
  expect((await fileOf(built)).toString("base64")).toBe(ours.file);
  const weights = await getWeights(built);
  const here = Object.entries(weights).map(([name, { dtype, shape, data }]) => [
    name,
    { dtype, shape: [...shape], values: Array.from(data as Float32Array) },
  ]);
  expect(Object.fromEntries(here)).toEqual(ours.tensors);
  expect(Object.keys(ours.tensors)).toContain("dense_1/kernel");
});

it("a file that Python wrote is loaded, numbered as there, of any dtype", async () => {
  const folder = await mkdtemp(join(tmpdir(), "epochal-python-"));
  try {
    await writeFile(join(folder, "w.safetensors"), Buffer.from(python.file, "base64"));
    const built = tf.sequential({
      layers: [tf.layers.dense({ units: 3, inputShape: [2] }), tf.layers.dense({ units: 1 })],
    });
    await loadWeights(built, join(folder, "w"));
    const weights = await getWeights(built);
    const names = {
      "dense/kernel": "dense_3/kernel",
      "dense/bias": "dense_3/bias",
      "dense_1/kernel": "dense_10/kernel",
      "dense_1/bias": "dense_10/bias",
    };
    expect(Object.keys(weights)).toEqual(Object.keys(names));
    for (const [name, there] of Object.entries(names))
      expect(Array.from(weights[name]!.data as Float32Array)).toEqual(python.tensors[there]!.values);
  } finally {
    await rm(folder, { recursive: true });
  }
});
