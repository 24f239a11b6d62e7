/** Opening what shall be a plain file, whatever lies under its name. */
import { FileBytes } from "../../bytes/file.ts";
import { FileError } from "../../core/errors.ts";
import { otherKind } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { cannotRead } from "./file-error.ts";

/**
 * Opens the file at `path` for reading. A pipe, on which reading may wait for ever, is refused as a folder is.
 *
 * @throws FileError, with the system's error as cause where it gave one.
 */
export function openRegular(path: string): FileBytes {
  const fs = node("fs");
  try {
    return new FileBytes(fs, path);
  } catch (error) {
    const { cause } = error as Error;
    // Where the system had nothing against opening it, it is no file.
    const kind = cause === undefined ? otherKind(fs.statSync(path)) : undefined;
    if (kind === undefined) throw cannotRead(path, cause ?? error);
    throw new FileError(`${path} is ${kind}, where a file is needed. Name a file.`, { path });
  }
}
