/**
 * `model.json` of TensorFlow.js: what a model is, and in which files beside it its weights lie.
 *
 * Source of the format: tfjs-core `io/types` (ModelJSON, WeightsManifestConfig), as its own HTTP loader and the Python
 * converter write and read it. A group of weights fills the files of its `paths`, one after the other, without holes; what
 * a file says is believed only where its bytes are that many.
 */
import type { io } from "@tensorflow/tfjs";
import { show } from "../../core/check.ts";
import { DataError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import { isRecord } from "../../train/checkpoint/json.ts";

/** Bytes of one element, by dtype; strings are as long as each is. */
const bytesOf: Readonly<Record<string, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
  complex64: 8,
};

/** The path of `model.json`: that file, or the one in the folder at `path`. `file://` before it is left out. */
export function modelJsonPath(path: string): string {
  const bare = path.replace(/^file:\/\//, "");
  return bare.endsWith(".json") ? bare : `${bare.replace(/\/+$/, "")}/model.json`;
}

/** As {@link modelJsonPath}, where there is one; undefined where there is not. */
export function modelJsonAt(path: string): string | undefined {
  const json = modelJsonPath(path);
  return json === path || builtin("fs")?.existsSync(json) ? json : undefined;
}

/**
 * Reads the text of a `model.json`.
 *
 * @param path where it stood, for messages.
 * @throws DataError if it is none.
 */
export function parseModelJson(text: string, path: string): io.ModelJSON {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw noModel(path, `It is no JSON, or cut off: ${(cause as Error).message}`, cause);
  }
  if (!isRecord(json) || !isRecord(json.modelTopology))
    throw noModel(path, "It has no modelTopology, which says what layers a model has.");
  const { weightsManifest: groups = [] } = json;
  if (!Array.isArray(groups) || !groups.every(isGroup))
    throw noModel(path, "Its weightsManifest is no list of groups with paths and weights.");
  return { ...json, modelTopology: json.modelTopology, weightsManifest: groups };
}

/**
 * Checks that the files of a group, which are of `lengths` bytes, hold its weights and nothing else.
 *
 * @throws DataError saying how many bytes are missing, or too many.
 */
export function checkGroup(
  { paths, weights }: io.WeightsManifestConfig[number],
  lengths: readonly number[],
  path: string,
): void {
  // Of strings only their reader knows the length.
  if (weights.some(({ dtype, quantization }) => dtype === "string" && quantization === undefined)) return;
  const needed = weights.reduce((sum, weight) => sum + sizeInBytes(weight, path), 0);
  const there = lengths.reduce((sum, length) => sum + length, 0);
  if (needed === there) return;
  const [files, have] = paths.length === 1 ? [paths[0], "has"] : [`${paths[0]} to ${paths.at(-1)}`, "have"];
  throw noModel(
    path,
    `Its weights need ${needed} bytes, and ${files} ${have} ${there}: ${there < needed ? "a file is cut off" : "these are files of another model"}.`,
  );
}

function sizeInBytes(weight: io.WeightsManifestEntry, path: string): number {
  const dtype = weight.quantization?.dtype ?? weight.dtype;
  const bytes = Object.hasOwn(bytesOf, dtype) ? bytesOf[dtype] : undefined;
  if (bytes === undefined) throw noModel(path, `Its weight ${weight.name} has the dtype ${show(dtype)}.`);
  return weight.shape.reduce((size, axis) => size * axis, bytes);
}

function noModel(path: string, problem: string, cause?: unknown): DataError {
  return new DataError(
    `${path} is no whole model of TensorFlow.js. ${problem} Save or copy the model again, all its files together.`,
    { path, cause },
  );
}

function isGroup(value: unknown): value is io.WeightsManifestConfig[number] {
  return (
    isRecord(value) &&
    Array.isArray(value.paths) &&
    value.paths.every((path) => typeof path === "string" && path !== "") &&
    Array.isArray(value.weights) &&
    value.weights.every(isEntry)
  );
}

function isEntry(value: unknown): value is io.WeightsManifestEntry {
  if (!isRecord(value)) return false;
  const { name, shape, dtype, quantization } = value;
  return (
    typeof name === "string" &&
    typeof dtype === "string" &&
    Array.isArray(shape) &&
    shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0) &&
    (quantization === undefined || isRecord(quantization))
  );
}
