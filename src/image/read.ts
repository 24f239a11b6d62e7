/**
 * Reads a file at once into memory that is used again for the next: no promise, no allocation, four system calls.
 *
 * Limit: one file at a time in each thread; its bytes are valid until the next call.
 */
import { ImageError } from "../core/errors.ts";

/** Files up to this size share the buffer; a bigger one gets its own, which is then dropped. */
const shared = 1 << 20;

/** Bigger files are refused: no image that may be decoded is that big, but `/dev/zero` is. */
const largest = 2 ** 30;

let buffer: Uint8Array | undefined;

/** The bytes of the file at `path`. */
export function readFile(fs: typeof import("node:fs"), path: string): Uint8Array {
  buffer ??= new Uint8Array(shared);
  let target = buffer;
  let file: number | undefined;
  try {
    file = fs.openSync(path, "r");
    let length = 0;
    for (;;) {
      const count = fs.readSync(file, target, length, target.length - length, null);
      if (count === 0) return target.subarray(0, length);
      length += count;
      if (length < target.length) continue;
      if (length >= largest) throw new ImageError("The file is larger than 1 GiB, too large for an image.");
      const larger = new Uint8Array(Math.max(2 * length, fs.fstatSync(file).size + 1));
      larger.set(target);
      target = larger;
    }
  } catch (error) {
    throw error instanceof ImageError ? error : new ImageError(reason(error as Error), { cause: error });
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "There is no such file. Check the path, and the folder it is relative to.";
    case "EISDIR":
      return "It is a folder, not a file.";
    case "EACCES":
      return "The file may not be read. Check its permissions.";
    default:
      return `The file cannot be read: ${error.message}.`;
  }
}
