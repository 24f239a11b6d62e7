/**
 * Files, read by position and at once: no promise, and for a whole file no allocation and four system calls.
 *
 * Limits: {@link readFile} reads one file at a time in each thread; its bytes are valid until the next call. A file that
 * is written to while it is open, and does not become shorter, gives what is in it then; its version is another one only
 * where the clock of the file system has gone on.
 */
import type { Stats } from "node:fs";
import { type Fs, fileProblem, notFile, openFile, otherKind } from "../core/file.ts";
import { type Bytes, checkWithin, endOfSlice, tooLarge } from "./bytes.ts";

/** A file by range. It holds a descriptor until it is closed. */
export class FileBytes implements Bytes {
  readonly byteLength: number;
  /** Its size and when it was last modified. */
  readonly version: string;
  readonly #fs: Fs;
  readonly #path: string;
  /** Undefined once it is closed: the system gives the number to the next file that anybody opens. */
  #file: number | undefined;

  /** @throws Error saying why the file at `path` cannot be opened, or what it is, if it is no file. */
  constructor(fs: Fs, path: string) {
    const file = open(fs, path);
    try {
      const stats = statFile(fs, file);
      this.byteLength = stats.size;
      this.version = versionOf(stats);
    } catch (error) {
      fs.closeSync(file);
      throw error;
    }
    this.#fs = fs;
    this.#path = path;
    this.#file = file;
  }

  slice(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(endOfSlice(this, start, end) - start);
    this.readInto(bytes, start);
    return bytes;
  }

  readInto(target: Uint8Array, start: number): void {
    if (this.#file === undefined) throw new Error("The file was closed. Open it again.");
    checkWithin(this, target, start);
    if (readAt(this.#fs, this.#file, target, start) < target.length) {
      throw new Error("The file has become shorter since it was opened. Open it again.");
    }
  }

  checkUnchanged(): void {
    const stats = this.#fs.statSync(this.#path, { throwIfNoEntry: false });
    if (stats !== undefined && versionOf(stats) === this.version) return;
    throw new Error(
      `The file is not what it was when it was opened: ${stats === undefined ? "it is gone" : `its size and time were ${this.version}, now ${versionOf(stats)}`}. Open it again.`,
    );
  }

  close(): void {
    if (this.#file !== undefined) this.#fs.closeSync(this.#file);
    this.#file = undefined;
  }
}

/** Names what is in a file, as far as its system does. */
function versionOf({ size, mtimeMs }: Pick<Stats, "size" | "mtimeMs">): string {
  return `${size}-${mtimeMs}`;
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
  const file = open(fs, path);
  try {
    shared ??= new Uint8Array(sharedSize);
    let bytes = shared;
    let length = readAt(fs, file, bytes, 0);
    while (length === bytes.length) {
      const { size } = statFile(fs, file);
      if (Math.max(length, size) >= most) throw tooLarge("file", most);
      const larger = new Uint8Array(Math.max(2 * length, size + 1));
      larger.set(bytes);
      length += readAt(fs, file, larger.subarray(length), length);
      bytes = larger;
    }
    // That it is a file is asked where it does not look like one: of most files that is never.
    if (length === 0) statFile(fs, file);
    return bytes.subarray(0, length);
  } finally {
    fs.closeSync(file);
  }
}

function open(fs: Fs, path: string): number {
  try {
    return openFile(fs, path);
  } catch (cause) {
    throw new Error(fileProblem(cause as Error), { cause });
  }
}

/** What the system says of an open file; throws if it is none. */
function statFile(fs: Fs, file: number): Stats {
  const stats = statAny(fs, file);
  const kind = otherKind(stats);
  if (kind !== undefined) throw new Error(notFile(kind));
  return stats;
}

function statAny(fs: Fs, file: number): Stats {
  try {
    return fs.fstatSync(file);
  } catch (cause) {
    throw new Error(fileProblem(cause as Error), { cause });
  }
}

/** Fills `target` with the bytes from `start` on, as far as there are any, and returns how many there were. */
function readAt(fs: Fs, file: number, target: Uint8Array, start: number): number {
  let length = 0;
  try {
    while (length < target.length) {
      // By position: what has none is no file. And a GiB at a time: one read takes less than two.
      const count = fs.readSync(
        file,
        target,
        length,
        Math.min(target.length - length, 2 ** 30),
        start + length,
      );
      if (count === 0) break;
      length += count;
    }
  } catch (cause) {
    // Rather what it is, where that is no file, than what came of reading it.
    const kind = otherKind(statAny(fs, file));
    throw new Error(kind === undefined ? fileProblem(cause as Error) : notFile(kind), { cause });
  }
  return length;
}
