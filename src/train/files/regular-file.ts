/** Opening what shall be a plain file, whatever lies under its name. */

import type { FileHandle } from "node:fs/promises";
import { FileError } from "../../core/errors.ts";
import { otherKind } from "../../core/file.ts";
import { cannotRead } from "./file-error.ts";

/**
 * Opens the file at `path` for reading. A pipe, on which reading may wait for ever, is refused as a folder is.
 *
 * @throws FileError, with the system's error as cause where it gave one.
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const { open, constants } = await import("node:fs/promises");
  // Without O_NONBLOCK, opening a pipe waits for somebody who writes. Windows has no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
  try {
    const kind = otherKind(await file.stat());
    if (kind !== undefined)
      throw new FileError(`${path} is ${kind}, where a file is needed. Name a file.`, { path });
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
