/**
 * Checkpoints: everything that the next step of a training run depends on, in one file.
 *
 * Invariant: a file under its final name is complete, as it is written under another name, flushed, and renamed. So
 * a run that is killed at any moment leaves the last checkpoint whole. The format is safetensors: `model/…` and
 * `optimizer/…` tensors, and the training state as JSON text.
 */
import { StateError } from "../core/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Training, TrainingState } from "./callback.ts";
import { makeFolder } from "./folder.ts";
import { decodeMetadata, decodeSafetensors, encodeSafetensors, headerLength } from "./safetensors.ts";
import type { ModelState, Weights } from "./trainable.ts";

/** Ending of checkpoint files. */
export const extension = ".safetensors";

/** Version of what a checkpoint holds. */
const version = "1";

/** What a checkpoint holds. */
export interface Checkpoint {
  readonly model: ModelState;
  readonly training: TrainingState;
}

/**
 * Saves where `training` stands, with model, optimizer and loader, at `path`; an older file there is replaced at once.
 *
 * Call it by `training.after`, so that all callbacks have had the present event.
 */
export async function saveCheckpoint(path: string, training: Training): Promise<void> {
  const state = training.state();
  const { model, optimizer, learningRate } = await training.model.getState();
  const tensors = { ...prefixed("model/", model), ...prefixed("optimizer/", optimizer) };
  const metadata = {
    format: "epochal",
    version,
    training: stringify(state),
    ...(learningRate !== undefined && { learningRate: String(learningRate) }),
  };
  await writeAtomically(path, encodeSafetensors({ tensors, metadata }));
}

/**
 * Reads a checkpoint.
 *
 * @throws StateError if the file is none, or was written by another version.
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { readFile } = await import("node:fs/promises");
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new StateError(`The checkpoint ${path} cannot be read.`, { cause });
  });
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    if (metadata.format !== "epochal" || metadata.training === undefined)
      throw new StateError("It has no training state.");
    if (metadata.version !== version)
      throw new StateError(`It has version ${metadata.version}, this epochal reads ${version}.`);
    const { learningRate } = metadata;
    return {
      model: {
        model: part("model/", tensors),
        optimizer: part("optimizer/", tensors),
        learningRate: learningRate === undefined ? undefined : Number(learningRate),
      },
      training: parse(metadata.training) as TrainingState,
    };
  } catch (cause) {
    throw new StateError(`${path} is no checkpoint of epochal: ${(cause as Error).message}`, { cause });
  }
}

/** The checkpoint that stands furthest in the folder `path`, or the file `path`; undefined where there is none. */
export async function latestCheckpoint(path: string): Promise<string | undefined> {
  const { readdir, stat } = await import("node:fs/promises");
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return path;
  let best: { readonly path: string; readonly epoch: number; readonly step: number } | undefined;
  for (const name of (await readdir(path)).filter((file) => file.endsWith(extension)).sort()) {
    const file = joinPath(path, name);
    const place = await placeOf(file);
    if (!place) continue;
    if (!best || place.epoch > best.epoch || (place.epoch === best.epoch && place.step >= best.step))
      best = { path: file, ...place };
  }
  return best?.path;
}

/** Epoch and step of a checkpoint file; undefined if it is none. Reads its header only. */
async function placeOf(path: string): Promise<{ readonly epoch: number; readonly step: number } | undefined> {
  const { open } = await import("node:fs/promises");
  const file = await open(path);
  try {
    const start = new Uint8Array(8);
    await file.read(start, 0, 8, 0);
    const length = headerLength(start);
    if (length > (await file.stat()).size) return undefined;
    const header = new Uint8Array(length);
    await file.read(header, 0, length, 8);
    const { format, training } = decodeMetadata(header);
    return format === "epochal" && training !== undefined ? (parse(training) as TrainingState) : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/**
 * Writes a file so that under its name there is the old content or the new one, whatever happens. Makes its folder.
 *
 * @throws OptionError if the folder cannot be made; else the system's own error.
 */
export async function writeAtomically(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const { open, rename, rm } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  await makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function joinPath(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

function prefixed(prefix: string, weights: Weights): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [prefix + name, tensor]));
}

function part(prefix: string, tensors: Weights): Weights {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** JSON in which NaN and the infinities survive. */
function stringify(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "number" && !Number.isFinite(item) ? { $number: String(item) } : item,
  );
}

function parse(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) =>
    typeof item === "object" && item !== null && "$number" in item ? Number(item.$number) : item,
  );
}
