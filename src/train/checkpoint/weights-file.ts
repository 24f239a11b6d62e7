/**
 * A model's weights in a file: alone, as `ModelCheckpoint({ saveWeightsOnly: true })` writes them, or those of a checkpoint.
 *
 * The names of the tensors are the model's own, so that any reader of safetensors knows them; a checkpoint has `model/`
 * before them. Where the run stood, epoch and step, stands in the file's text, by which the furthest of a folder is found.
 */
import { show } from "../../core/check.ts";
import { FileError, OptionError, StateError } from "../../core/errors.ts";
import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { writeAtomically } from "../files/atomic-file.ts";
import { cannotRead } from "../files/file-error.ts";
import type { Weights } from "../trainable.ts";
import { placeOf, weightsIn } from "./checkpoint.ts";
import { extension, findFurthest, type RunPlace, readTensorFile } from "./furthest.ts";
import { encodeSafetensors } from "./safetensors.ts";

/**
 * The path of the file that is to be written, with the ending where it is missing.
 *
 * @param who whose argument it is, for messages.
 * @throws OptionError if it is no path of a file, or has the ending of another format.
 */
export function safetensorsPath(who: string, filepath: unknown): string {
  if (typeof filepath !== "string" || filepath === "" || filepath.endsWith("/")) {
    throw new OptionError(`${who}: \`filepath\` must be the path of a file, got ${show(filepath)}.`);
  }
  if (/\.(keras|h5|hdf5|json)$/.test(filepath)) {
    throw new OptionError(
      `${who} writes ${extension} files, got ${show(filepath)}. Leave the ending out, or write ${extension}.`,
    );
  }
  return filepath.endsWith(extension) ? filepath : filepath + extension;
}

/**
 * Writes weights at `path`, whole or not at all; `place` is where the run stood that they are of.
 *
 * @throws FileError if the file cannot be written.
 */
export async function writeWeights(path: string, weights: Weights, place?: RunPlace): Promise<void> {
  const metadata = {
    format: "epochal",
    ...(place && { epoch: String(place.epoch), step: String(place.step) }),
  };
  await writeAtomically(path, encodeSafetensors({ tensors: weights, metadata }));
}

/**
 * The weights that the file at `path` holds, alone or as a part of a checkpoint; of a folder those of the furthest file, or
 * of the only one. `.safetensors` may be left out.
 *
 * @throws FileError if nothing is there or it cannot be read; StateError if it is no whole file of weights, or the folder
 *   has several of which nobody can tell which is meant.
 */
export async function readWeights(path: string): Promise<Weights> {
  const found = await locate(path);
  if (!found.isFolder) {
    try {
      return await readTensorFile(found.path, weightsIn);
    } catch (cause) {
      if (!(cause instanceof StateError)) throw cause;
      throw new StateError(`${found.path} holds no weights that can be read. ${cause.message}`, { cause });
    }
  }
  const weights = await findFurthest(found.path, {
    place: (header, alone) => {
      const place = placeOf(header) ?? (alone ? { epoch: 0, step: 0 } : undefined);
      if (place) return place;
      throw new StateError(
        "It does not say of which epoch it is, as files of others do not: name this file to load it.",
      );
    },
    decode: weightsIn,
    goal: "file of weights",
    told: "The weights are those of",
  });
  if (weights) return weights;
  throw new FileError(`The folder ${path} has no ${extension} file. Name another folder, or the file.`, {
    path,
  });
}

async function locate(path: string): Promise<{ readonly path: string; readonly isFolder: boolean }> {
  const { stat } = node("fs").promises;
  const missing: unknown[] = [];
  for (const name of path.endsWith(extension) ? [path] : [path, path + extension]) {
    try {
      return { path: name, isFolder: (await stat(name)).isDirectory() };
    } catch (error) {
      if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") throw cannotRead(name, error);
      missing.push(error);
    }
  }
  throw new FileError(
    `There are no weights at ${path}. Check the path, and the folder it is relative to (${process.cwd()}).`,
    { path, cause: missing[0] },
  );
}
