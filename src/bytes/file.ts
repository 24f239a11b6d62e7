/**
 * Files, read by position and at once: no promise, and for a whole file no allocation and four system calls.
 *
 * Limit: {@link readFile} reads one file at a time in each thread; its bytes are valid until the next call.
 */
import type { Stats } from "node:fs";
import { type Fs, fileProblem, notFile, openFile, otherKind } from "../core/file.ts";
import { type Bytes, tooLarge } from "./bytes.ts";

/** The bytes of an open file. It holds a descriptor until it is closed. */
export class FileBytes implements Bytes {
  readonly #fs: Fs;
  readonly #file: number;

  /** @throws Error saying why the file at `path` cannot be opened. */
  constructor(fs: Fs, path: string) {
    this.#fs = fs;
    try {
      this.#file = openFile(fs, path);
    } catch (cause) {
      throw new Error(fileProblem(cause as Error), { cause });
    }
  }

  /** @throws Error saying what it is, if it is no file. */
  get byteLength(): number {
    const stats = this.#stats();
    const kind = otherKind(stats);
    if (kind !== undefined) throw new Error(notFile(kind));
    return stats.size;
  }

  slice(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, this.byteLength) - start));
    return bytes.subarray(0, this.readInto(bytes, start));
  }

  readInto(target: Uint8Array, start: number): number {
    let length = 0;
    try {
      while (length < target.length) {
        // By position: what has none is no file.
        const count = this.#fs.readSync(this.#file, target, length, target.length - length, start + length);
        if (count === 0) break;
        length += count;
      }
    } catch (cause) {
      // Rather what it is, where that is no file, than what came of reading it.
      const kind = otherKind(this.#stats());
      throw new Error(kind === undefined ? fileProblem(cause as Error) : notFile(kind), { cause });
    }
    return length;
  }

  #stats(): Stats {
    try {
      return this.#fs.fstatSync(this.#file);
    } catch (cause) {
      throw new Error(fileProblem(cause as Error), { cause });
    }
  }

  close(): void {
    this.#fs.closeSync(this.#file);
  }
}

/** Files up to this size share memory; a bigger one gets its own, which is then dropped. */
const sharedSize = 1 << 20;

let shared: Uint8Array | undefined;

/**
 * All bytes of the file at `path`, valid until the next call.
 *
 * @throws Error saying why they cannot be had, or that they are `most` or more.
 */
export function readFile(fs: Fs, path: string, most: number): Uint8Array {
  const file = new FileBytes(fs, path);
  try {
    shared ??= new Uint8Array(sharedSize);
    let bytes = shared;
    let length = file.readInto(bytes, 0);
    while (length === bytes.length) {
      const size = file.byteLength;
      if (Math.max(length, size) >= most) throw tooLarge("file", most);
      const larger = new Uint8Array(Math.max(2 * length, size + 1));
      larger.set(bytes);
      length += file.readInto(larger.subarray(length), length);
      bytes = larger;
    }
    // That it is a file is asked where it does not look like one: of most files that is never.
    if (length === 0) void file.byteLength;
    return bytes.subarray(0, length);
  } finally {
    file.close();
  }
}
