/**
 * Models on a disk for TensorFlow.js on plain Node, which has no saver of its own.
 *
 * A model is a folder of two files: `model.json`, and its weights under a name that is new with each save. As `model.json`
 * is put in its place last, and at once, there is the old model or the new one at any moment, whatever happens to the program.
 */
import type { io } from "@tensorflow/tfjs";
import { show } from "../../core/check.ts";
import { DataError, FileError, OptionError } from "../../core/errors.ts";
import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { writeAtomically } from "../../train/files/atomic-file.ts";
import { openRegular } from "../../train/files/regular-file.ts";
import { checkDisk } from "./disk.ts";
import { checkGroup, modelJsonPath, parseModelJson } from "./model-json.ts";

/** Weights that no `model.json` names are those of a save that was killed, once they are so old, in milliseconds. */
const longest = 60 * 60 * 1000;

/** What {@link files} gives: what `model.save` and `tf.loadLayersModel` take in the place of a URL. */
export interface ModelFiles {
  /**
   * Called by `model.save(…)`.
   *
   * @throws FileError if a file cannot be written; an older model is as it was then.
   */
  save(artifacts: io.ModelArtifacts): Promise<io.SaveResult>;
  /**
   * Called by `tf.loadLayersModel(…)` and `tf.loadGraphModel(…)`.
   *
   * @throws FileError if a file is missing or cannot be read; DataError if one is damaged or cut off, saying which.
   */
  load(): Promise<io.ModelArtifacts>;
}

/**
 * A model of TensorFlow.js in files, in its own format: what it saves is read by TensorFlow.js everywhere, also by a page
 * (`tf.loadLayersModel("/model/model.json")`) and by tfjs-node, and it reads what these and the Python converter have written,
 * in parts and quantized too. Node only.
 *
 * An older model in its place is replaced at once or not at all. With `{ includeOptimizer: true }` the optimizer is saved
 * as well, so that `fit` trains on with a model that is compiled. TensorFlow.js leaves out a little of what optimizers keep;
 * to go on number for number, save by `ModelCheckpoint` and use `fit({ resume })`.
 *
 * @param path the model's folder, which is made, or its `model.json`. `file://` before it may stay.
 * @throws OptionError if that is no path, or in a page, saying what it has instead.
 * @example
 * import * as tf from "@tensorflow/tfjs";
 * import { files, fit } from "epochal/tfjs";
 *
 * await model.save(files("run/model"));
 * const again = await tf.loadLayersModel(files("run/model"));
 * again.compile({ optimizer: "adam", loss: "meanSquaredError" });
 * await fit(again, train);
 */
export function files(path: string): ModelFiles {
  if (typeof path !== "string" || path === "") {
    throw new OptionError(`files takes the path of a model's folder, got ${show(path)}.`);
  }
  checkDisk("files");
  if (/\.(keras|h5|hdf5|pb|safetensors)$/.test(path)) {
    throw new OptionError(
      `files reads and writes the folder of a TensorFlow.js model, got ${show(path)}. ${path.endsWith(".safetensors") ? "Give a model the weights of that file by loadWeights(model, path)." : "Convert a model of Keras or TensorFlow by tensorflowjs_converter in Python, and name the folder that it makes."}`,
    );
  }
  const json = modelJsonPath(path);
  return { save: (artifacts) => save(json, artifacts), load: () => load(json) };
}

async function save(path: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const { weightSpecs = [], weightData = [], getWeightStream, ...model } = artifacts;
  if (model.modelTopology instanceof ArrayBuffer || model.modelTopology === undefined) {
    throw new OptionError(
      `The model cannot be saved as ${path}: its topology is no JSON. Save a layers model, or a graph model that was loaded from JSON.`,
    );
  }
  const { basename, dirname, join } = node("path");
  const folder = dirname(path);
  const parts = [weightData].flat().map((part) => new Uint8Array(part));
  const stem = basename(path, ".json");
  const name = `${stem}.weights-${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}.bin`;
  const before = await shardsAt(path);
  if (weightSpecs.length > 0) await writeAtomically(join(folder, name), parts);
  const weightsManifest = weightSpecs.length > 0 ? [{ paths: [name], weights: weightSpecs }] : [];
  const text = new TextEncoder().encode(JSON.stringify({ ...model, weightsManifest }));
  await writeAtomically(path, [text]);
  await removeOthers(folder, stem, new Set(before), name);
  return {
    modelArtifactsInfo: {
      dateSaved: new Date(),
      modelTopologyType: "JSON",
      modelTopologyBytes: JSON.stringify(model.modelTopology).length,
      weightSpecsBytes: JSON.stringify(weightSpecs).length,
      weightDataBytes: parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
    },
  };
}

/** The files that the model at `path` names now; none where there is no model that can be read. */
async function shardsAt(path: string): Promise<readonly string[]> {
  try {
    const { weightsManifest } = parseModelJson(await readText(path), path);
    return weightsManifest.flatMap(({ paths }) => paths);
  } catch {
    return [];
  }
}

/** Removes weights of our own saves that have been replaced, and those that a kill has left. What cannot be removed stays. */
async function removeOthers(
  folder: string,
  stem: string,
  replaced: ReadonlySet<string>,
  kept: string,
): Promise<void> {
  const { readdir, rm, stat } = node("fs").promises;
  const { join } = node("path");
  const start = `${stem}.weights-`;
  const now = await stat(join(folder, `${stem}.json`)).catch(() => undefined);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name === kept || !name.startsWith(start) || !/^[0-9a-f]{16}\.bin$/.test(name.slice(start.length)))
      continue;
    const file = join(folder, name);
    const old = await stat(file).catch(() => undefined);
    // Another program may have written it just now, and put its model.json in its place next.
    if (replaced.has(name) || (now && old && now.mtimeMs - old.mtimeMs > longest))
      await rm(file, { force: true }).catch(() => {});
  }
}

async function load(path: string): Promise<io.ModelArtifacts> {
  for (let text = await readText(path); ; ) {
    try {
      return await loadWith(parseModelJson(text, path), path);
    } catch (error) {
      // Another program may have replaced the model since its model.json was read.
      const now = await readText(path);
      if (now === text) throw error;
      text = now;
    }
  }
}

async function loadWith(
  { weightsManifest, ...model }: io.ModelJSON,
  path: string,
): Promise<io.ModelArtifacts> {
  if (weightsManifest.length === 0) return model;
  const weightData: ArrayBuffer[] = [];
  for (const group of weightsManifest) {
    const parts: ArrayBuffer[] = [];
    for (const name of group.paths) parts.push(await readShard(path, name));
    checkGroup(
      group,
      parts.map(({ byteLength }) => byteLength),
      path,
    );
    weightData.push(...parts);
  }
  return { ...model, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData };
}

async function readText(path: string): Promise<string> {
  const bytes = await read(path, () => {
    return `There is no model at ${path}. Name the folder that model.save(files(…)) or tensorflowjs_converter wrote, or its model.json; the path is relative to ${process.cwd()}.`;
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(`${path} is no text, and so no model of TensorFlow.js. Name another file.`, {
      path,
      cause,
    });
  }
}

function readShard(json: string, name: string): Promise<ArrayBuffer> {
  const { dirname, join } = node("path");
  const path = join(dirname(json), name);
  return read(path, () => {
    return `The weights ${path}, which ${json} names, are not there. Copy all files of the model's folder together.`;
  });
}

/** All bytes of a file. */
async function read(path: string, missing: () => string): Promise<ArrayBuffer> {
  let file: ReturnType<typeof openRegular>;
  try {
    file = openRegular(path);
  } catch (error) {
    const { cause } = error as Error;
    if (codeOf(cause) !== "ENOENT" && codeOf(cause) !== "ENOTDIR") throw error;
    throw new FileError(missing(), { path, cause });
  }
  try {
    const bytes = new ArrayBuffer(file.byteLength);
    file.readInto(new Uint8Array(bytes), 0);
    return bytes;
  } finally {
    file.close();
  }
}
