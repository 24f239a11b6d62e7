/** A model whose weights are numbers that anybody can write down, and the file that `saveWeights` makes of it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { saveWeights } from "../../../src/adapters/tfjs/index.ts";

/** Two dense layers that nobody named, and one in between with a name. */
export function model(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 3, inputShape: [2] }),
      tf.layers.batchNormalization({ name: "norm" }),
      tf.layers.dense({ units: 1 }),
    ],
  });
}

/** The bytes of its file; weight i holds i, i + 0.5, i + 1, … */
export async function fileOf(built: tf.LayersModel): Promise<Buffer> {
  built.setWeights(
    built.weights.map(({ shape }, i) => {
      const size = (shape as number[]).reduce((a, b) => a * b, 1);
      return tf.tensor(
        Array.from({ length: size }, (_, k) => i + k / 2),
        shape as number[],
      );
    }),
  );
  const folder = await mkdtemp(join(tmpdir(), "epochal-golden-"));
  try {
    await saveWeights(built, join(folder, "w"));
    return await readFile(join(folder, "w.safetensors"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await tf.setBackend("cpu");
  console.log((await fileOf(model())).toString("base64"));
}
