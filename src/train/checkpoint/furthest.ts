/** Which of the files in a folder stands furthest, by epoch and step; those that are damaged are passed over, and said. */
import type { Bytes } from "../../bytes/bytes.ts";
import { StateError } from "../../core/errors.ts";
import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { warn } from "../../core/warn.ts";
import { openRegular } from "../files/regular-file.ts";
import { readHeader, type SafetensorsHeader } from "./safetensors.ts";

/** Ending of checkpoint files. */
export const extension = ".safetensors";

/** Where a run stood. */
export interface RunPlace {
  /** Epoch that ran, or came next. */
  readonly epoch: number;
  /** Steps of it that were done. */
  readonly step: number;
}

/** Takes out of an open file what is wanted. */
export type Decode<T> = (source: Bytes, header: SafetensorsHeader) => T | Promise<T>;

/** What is looked for in a folder. */
export interface Search<T> {
  /** Where the run stood that a file is of; throws where it has no part in this. `alone`: there is no other file. */
  readonly place: (header: SafetensorsHeader, alone: boolean) => RunPlace;
  readonly decode: Decode<T>;
  /** What is missing where nothing is found, as `checkpoint to go on from`. */
  readonly goal: string;
  /** How the file is named that was found where others were passed over, as `Training goes on from`. */
  readonly told: string;
}

/**
 * What the furthest whole file in `folder` holds; undefined where none has the ending. A warning names those that were
 * passed over.
 *
 * @throws StateError if there are none but such files.
 */
export async function findFurthest<T>(
  folder: string,
  { place, decode, goal, told }: Search<T>,
): Promise<T | undefined> {
  const names = (await node("fs").promises.readdir(folder)).filter((name) => name.endsWith(extension)).sort();
  const whole: (RunPlace & { readonly name: string })[] = [];
  const passed: string[] = [];
  const attempt = async <R>(name: string, decode: Decode<R>): Promise<R | undefined> => {
    try {
      return await readTensorFile(joinPath(folder, name), decode);
    } catch (error) {
      if (!(await isGone(joinPath(folder, name)))) passed.push(`${name} (${(error as Error).message})`);
      return undefined;
    }
  };
  for (const name of names) {
    const found = await attempt(name, (_, header) => place(header, names.length === 1));
    if (found) whole.push({ name, epoch: found.epoch, step: found.step });
  }
  // Of several that stand equally far the last by name.
  whole.reverse().sort((a, b) => b.epoch - a.epoch || b.step - a.step);
  for (const { name } of whole) {
    const found = await attempt(name, decode);
    if (!found) continue;
    if (passed.length > 0) {
      warn(
        "EPOCHAL_CHECKPOINT",
        `${told} ${joinPath(folder, name)}. Passed over in ${folder}: ${passed.join("; ")}.`,
      );
    }
    return found;
  }
  if (passed.length === 0) return undefined;
  throw new StateError(`The folder ${folder} has no whole ${goal}: ${passed.join("; ")}.`);
}

/** Opens a safetensors file, reads its header, and hands both on. */
export async function readTensorFile<T>(path: string, decode: Decode<T>): Promise<T> {
  const file = openRegular(path);
  try {
    return await decode(file, await readHeader(file));
  } finally {
    file.close();
  }
}

/** Whether a file was removed since it was found, as another run does with its backup. */
export async function isGone(path: string): Promise<boolean> {
  const { lstat } = node("fs").promises;
  return lstat(path).then(
    () => false,
    (error: unknown) => codeOf(error) === "ENOENT",
  );
}

function joinPath(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}
