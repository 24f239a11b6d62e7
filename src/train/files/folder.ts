/** Folders that training writes into: of checkpoints, of logs. */

import type { FileHandle } from "node:fs/promises";
import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { cannotMake } from "./file-error.ts";

/**
 * Makes the folder at `path` and those above it, where they are not there yet.
 *
 * `mkdir`'s own `recursive` never returns on Node 20 where the folder above is there and takes none, as `/proc`.
 *
 * @throws FileError if it cannot be made, with the system's error as `cause`.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await make(path);
  } catch (cause) {
    throw cannotMake(path, cause);
  }
}

/**
 * Opens a folder, so that its entries can be flushed; undefined where the system has no such thing, or it may not be
 * read.
 */
export async function openFolder(path: string): Promise<FileHandle | undefined> {
  const { open } = node("fs").promises;
  try {
    return await open(path, "r");
  } catch (error) {
    if (["EISDIR", "EPERM", "EACCES", "EINVAL"].includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

/** Flushes a folder's entries to the disk, where the system can. */
export async function syncFolder(folder: FileHandle | undefined): Promise<void> {
  try {
    await folder?.sync();
  } catch (error) {
    // Some file systems, of networks most of all, have no flush for folders.
    if (!["EINVAL", "ENOTSUP", "ENOSYS", "EPERM", "EBADF", "EISDIR"].includes(codeOf(error) ?? ""))
      throw error;
  }
}

async function make(path: string, tries = 20): Promise<void> {
  const { mkdir } = node("fs").promises;
  const { dirname } = node("path");
  try {
    // Tried once more after the folders above it are there, and no further: so it ends.
    await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" || dirname(path) === path) throw error;
      await make(dirname(path));
      await mkdir(path);
    });
    // Its own entry lies in the folder above.
    const above = await openFolder(dirname(path));
    await syncFolder(above).finally(() => above?.close());
  } catch (error) {
    const { there, isFolder } = await look(path);
    // Somebody else made it, and removed it since.
    if (!there && codeOf(error) === "EEXIST" && tries > 1) return make(path, tries - 1);
    if (!isFolder) throw error;
  }
}

async function look(path: string): Promise<{ readonly there: boolean; readonly isFolder: boolean }> {
  const { lstat, stat } = node("fs").promises;
  const found = await stat(path).catch(() => undefined);
  const there = found ?? (await lstat(path).catch(() => undefined));
  return { there: there !== undefined, isFolder: found?.isDirectory() ?? false };
}
