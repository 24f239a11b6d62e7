/**
 * Files that are whole or not there, whatever happens to the program or the machine.
 *
 * A file is written under a name of its own, flushed, and renamed; then the folder's entry is flushed as well. Each
 * writer has its own name for it, which nobody can guess, so that several may write one file at once.
 */

import type { FileHandle } from "node:fs/promises";
import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { cannotWrite } from "./file-error.ts";
import { makeFolder, openFolder, syncFolder } from "./folder.ts";
import { removeLeftovers, temporaryName } from "./leftovers.ts";

/** How often the folder is made again where another program, that ended there, removes it. */
const mostTries = 20;

/**
 * Writes a file so that under its name there is the old content or the new one, whatever happens. Makes its folder,
 * and removes what killed writers have left in it.
 *
 * @throws FileError, with the system's error as cause, if the folder cannot be made or the file cannot be written. Then
 *   nothing new is there.
 */
export async function writeAtomically(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const { dirname } = node("path");
  const folder = dirname(path);
  for (let tries = 1; ; tries++) {
    await makeFolder(folder);
    try {
      return await write(folder, path, parts);
    } catch (cause) {
      if (codeOf(cause) !== "ENOENT" || tries === mostTries) throw cannotWrite(path, cause);
    }
  }
}

async function write(folder: string, path: string, parts: readonly Uint8Array[]): Promise<void> {
  const { open, rename, rm } = node("fs").promises;
  const { join } = node("path");
  // Opened first: where no handle is left for it, nothing is written.
  const entries = await openFolder(folder);
  try {
    const temporary = join(folder, await temporaryName());
    const file = await open(temporary, "wx");
    try {
      await fill(file, folder, parts);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
    await syncFolder(entries);
  } finally {
    await entries?.close();
  }
}

async function fill(file: FileHandle, folder: string, parts: readonly Uint8Array[]): Promise<void> {
  try {
    // Before the bytes, as they may need the room. The new file has the time of the clock that dates the others.
    await removeLeftovers(folder, (await file.stat()).mtimeMs);
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}
