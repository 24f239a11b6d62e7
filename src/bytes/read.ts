/**
 * Reads a file at once into memory that is used again for the next: no promise, no allocation, four system calls.
 *
 * Limit: one file at a time in each thread; its bytes are valid until the next call.
 */
import { ImageError } from "../core/errors.ts";
import { fileProblem, openFile, sizeOfFile } from "../core/file.ts";

/** Files up to this size share the buffer; a bigger one gets its own, which is then dropped. */
const shared = 1 << 20;

/** Bigger files and downloads are refused: no image that may be decoded is that big. */
const largest = 2 ** 30;

let buffer: Uint8Array | undefined;

/** The bytes of the file at `path`. */
export function readFile(fs: typeof import("node:fs"), path: string): Uint8Array {
  buffer ??= new Uint8Array(shared);
  let target = buffer;
  let file: number | undefined;
  try {
    file = openFile(fs, path);
    let length = 0;
    for (;;) {
      // By position: what has none is no file.
      const count = fs.readSync(file, target, length, target.length - length, length);
      // That it is a file is asked where it does not look like one: in most files that is never.
      if (count === 0) {
        if (length === 0) sizeOfFile(fs, file);
        return target.subarray(0, length);
      }
      length += count;
      if (length < target.length) continue;
      const size = sizeOfFile(fs, file);
      checkSize("file", Math.max(length, size));
      const larger = new Uint8Array(Math.max(2 * length, size + 1));
      larger.set(target);
      target = larger;
    }
  } catch (error) {
    throw error instanceof ImageError ? error : new ImageError(problemOf(fs, file, error), { cause: error });
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

/** What is wrong with `file`: rather what it is, where that is no file, than what came of reading it. */
function problemOf(fs: typeof import("node:fs"), file: number | undefined, error: unknown): string {
  try {
    if (file !== undefined) sizeOfFile(fs, file);
  } catch (other) {
    return fileProblem(other as Error);
  }
  return fileProblem(error as Error);
}

/**
 * The body of `response`, read until it ends: what a header says of its size is only taken for a reason to refuse it.
 *
 * @throws ImageError if it has more than `most` bytes.
 */
export async function readBody(response: Response, most: number = largest): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    checkSize("download", Number(response.headers.get("content-length") ?? 0), most);
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      length += part.value.length;
      checkSize("download", length, most);
      parts.push(part.value);
    }
  } catch (error) {
    // Of no interest any more; the connection ends with it.
    reader.cancel().catch(() => {});
    throw error;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function checkSize(what: string, size: number, most: number = largest): void {
  if (size >= most) throw new ImageError(`The ${what} is larger than 1 GiB, too large for an image.`);
}
