/**
 * Checkpoints: everything that the next step of a training run depends on, in one file.
 *
 * The format is safetensors: `model/…` and `optimizer/…` tensors, the training state as JSON text, and as
 * `training/…` the tensors that callbacks keep in it. A file is whole or not there (atomic-file.ts); one that was
 * damaged later is never taken for whole.
 */

import type { Bytes } from "../../bytes/bytes.ts";
import { StateError } from "../../core/errors.ts";
import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Training } from "../callback.ts";
import { writeAtomically } from "../files/atomic-file.ts";
import { cannotRead } from "../files/file-error.ts";
import { removeLeftovers } from "../files/leftovers.ts";
import type { ModelState, Weights } from "../trainable.ts";
import { findFurthest, isGone, type RunPlace, readTensorFile } from "./furthest.ts";
import { decodeJson, encodeJson, isRecord } from "./json.ts";
import { encodeSafetensors, readTensors, type SafetensorsHeader } from "./safetensors.ts";
import { isCount, isTrainingState, type TrainingState } from "./training-state.ts";

/** Version of what a checkpoint holds. */
const version = "2";

/** What a checkpoint holds. */
export interface Checkpoint {
  readonly model: ModelState;
  readonly training: TrainingState;
}

/**
 * Saves where `training` stands, with model, optimizer and loader, at `path`; an older file there is replaced at once.
 *
 * Call it by `training.after`, so that all callbacks have had the present event.
 *
 * @throws StateError if a run could not go on from there, or a callback's state cannot be saved; FileError
 *   if the file cannot be written.
 */
export async function saveCheckpoint(path: string, training: Training): Promise<void> {
  if (!training.resumable) {
    throw new StateError(
      "Training could not go on from here: a step is being done, or the data are a stream, which has no place to go on from inside of an epoch. Save at epoch ends, or save the weights alone, or write a Sequence.",
    );
  }
  const state = training.state();
  const { model, optimizer, learningRate } = await training.model.getState();
  const tensors: Record<string, Tensor> = {
    ...prefixed("model/", model),
    ...prefixed("optimizer/", optimizer),
  };
  const text = encodeJson(state, (path, tensor) => {
    let name = `training/${path}`;
    // Names with slashes in them may meet.
    while (Object.hasOwn(tensors, name)) name += "'";
    tensors[name] = tensor;
    return name;
  });
  const metadata = {
    format: "epochal",
    version,
    training: text,
    ...(learningRate !== undefined && { learningRate: String(learningRate) }),
  };
  await writeAtomically(path, encodeSafetensors({ tensors, metadata }));
}

/**
 * Reads a checkpoint.
 *
 * @throws StateError if it cannot be read, is no whole checkpoint, or was written by another version; saying which.
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  try {
    return await readTensorFile(path, decodeCheckpoint);
  } catch (cause) {
    throw new StateError(
      `${path} is no checkpoint to go on from. ${(cause as Error).message} Name another one, or move it away to start anew.`,
      { cause },
    );
  }
}

/**
 * The checkpoint at `path`: the file, or where it is a folder, the whole one in it that stands furthest; undefined
 * where there is none yet. Files of that ending that are no whole checkpoints are passed over with a warning, and what
 * killed writers have left is removed.
 *
 * @throws StateError if the file is none, or the folder has nothing but such files.
 */
export async function findCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const { lstat, stat } = node("fs").promises;
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") throw cannotRead(path, error);
    return undefined;
  });
  // A link to nothing is there, and is not nothing.
  if (found === undefined && !(await lstat(path).catch(() => undefined))) return undefined;
  if (!found?.isDirectory()) {
    return loadCheckpoint(path).catch(async (error: unknown) => {
      if (await isGone(path)) return undefined;
      throw error;
    });
  }
  await removeLeftovers(path);
  try {
    return await findFurthest(path, {
      place: (header) => decodeTraining(header),
      decode: decodeCheckpoint,
      goal: "checkpoint to go on from",
      told: "Training goes on from",
    });
  } catch (cause) {
    if (!(cause instanceof StateError)) throw cause;
    throw new StateError(`${cause.message} Name another folder, or move these files away to start anew.`, {
      cause,
    });
  }
}

/** The training state of a checkpoint, with `find` for the tensors in it; by default they are left empty. */
function decodeTraining(
  { metadata }: SafetensorsHeader,
  find: (name: string) => Tensor | undefined = () => nothing,
): TrainingState {
  const { format, version: written, training: text } = metadata;
  if (format !== "epochal" || text === undefined) {
    throw new StateError(
      "It holds weights, but no training state, so that a run cannot go on from where it stood: give the model these weights by loadWeights(model, path) of epochal/tfjs, and call fit without `resume`.",
    );
  }
  if (written !== version) {
    throw new StateError(`It was written as version ${written}, this epochal reads version ${version}.`);
  }
  let training: unknown;
  try {
    training = decodeJson(text, find);
  } catch (cause) {
    throw new StateError(`Its training state cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (isTrainingState(training)) return training;
  throw new StateError("Its training state is none that epochal writes.");
}

const nothing: Tensor = { data: new Uint8Array(0), shape: [0], dtype: "uint8" };

/**
 * Where the run stood whose weights a file holds; undefined where it does not say so.
 *
 * What else of a training state this version cannot read is no matter: weights are the same in all.
 */
export function placeOf({ metadata }: SafetensorsHeader): RunPlace | undefined {
  const { epoch, step, training } = metadata;
  const place: unknown =
    training === undefined ? { epoch: Number(epoch), step: Number(step) } : parse(training);
  if (!isRecord(place)) return undefined;
  const { epoch: at, step: after } = place;
  return isCount(at) && isCount(after) ? { epoch: at, step: after } : undefined;
}

/** The model's weights in a checkpoint or in a file of weights alone. */
export async function weightsIn(source: Bytes, header: SafetensorsHeader): Promise<Weights> {
  if (header.metadata.training === undefined) return readTensors(source, header);
  const entries = header.entries.filter(({ name }) => name.startsWith("model/"));
  return part("model/", await readTensors(source, { ...header, entries }));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function decodeCheckpoint(source: Bytes, header: SafetensorsHeader): Promise<Checkpoint> {
  // Looked at before the tensors are read, which may be large.
  decodeTraining(header);
  const tensors = await readTensors(source, header);
  const { learningRate } = header.metadata;
  return {
    model: {
      model: part("model/", tensors),
      optimizer: part("optimizer/", tensors),
      learningRate: learningRate === undefined ? undefined : Number(learningRate),
    },
    training: decodeTraining(header, (name) => (Object.hasOwn(tensors, name) ? tensors[name] : undefined)),
  };
}

function prefixed(prefix: string, weights: Weights): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [prefix + name, tensor]));
}

function part(prefix: string, tensors: Weights): Weights {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
