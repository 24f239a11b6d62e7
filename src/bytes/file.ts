/**
 * Files, read by position and at once: no promise, and for a whole file no allocation and four system calls.
 *
 * What is the same file on every machine is told by size and time of writing, its version. Who has had it open is told
 * more by its system: whether it is the same file, and when anything of it was last changed, which no program sets back.
 * Limits: {@link readFile} reads one file at a time in each thread; its bytes are valid until the next call. A file that
 * is written to while it is open, and does not become shorter, gives what is in it then; that it has changed is told only
 * where the clock of the file system has gone on.
 */
import type { Stats } from "node:fs";
import { type Fs, fileProblem, notFile, openFile, otherKind } from "../core/file.ts";
import { type Bytes, ChangedError, checkWithin, endOfSlice, tooLarge } from "./bytes.ts";

/** A file by range. It holds a descriptor until it is closed. */
export class FileBytes implements Bytes {
  readonly byteLength: number;
  /** Its size and when it was last modified. */
  readonly version: string;
  readonly #fs: Fs;
  readonly #path: string;
  /** As it was when it was opened, or since, where what has changed was none of its bytes. */
  #stats: Stats;
  /** Undefined once it is closed: the system gives the number to the next file that anybody opens. */
  #file: number | undefined;

  /** @throws Error saying why the file at `path` cannot be opened, or what it is, if it is no file. */
  constructor(fs: Fs, path: string) {
    const file = open(fs, path);
    try {
      this.#stats = statFile(fs, file);
      this.byteLength = this.#stats.size;
      this.version = versionOf(this.#stats);
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
      throw new ChangedError("The file has become shorter since it was opened. Open it again.");
    }
  }

  checkUnchanged(before?: Bytes): void {
    if (before instanceof FileBytes) {
      const problem = difference(before.#stats, this.#stats, false);
      if (problem !== undefined) throw changed(problem);
      return;
    }
    const stats = this.#look();
    const problem =
      stats === undefined ? "it is gone" : difference(this.#stats, stats, this.#file !== undefined);
    if (problem !== undefined) throw changed(problem);
    this.#stats = stats!;
  }

  /** What the system says of what lies there now; undefined where nothing does. */
  #look(): Stats | undefined {
    try {
      return this.#fs.statSync(this.#path, { throwIfNoEntry: false });
    } catch (cause) {
      throw new Error(fileProblem(cause as Error), { cause });
    }
  }

  close(): void {
    if (this.#file !== undefined) this.#fs.closeSync(this.#file);
    this.#file = undefined;
  }
}

function changed(problem: string): ChangedError {
  return new ChangedError(
    `The file is not what it was when it was opened: ${problem}. Open it again; data that change have no epochs.`,
  );
}

/**
 * How a file that was `was` is another one now, as far as its system says so; undefined where it is the same.
 *
 * That of two that are of one size and time one was put in the other's place, or written over it and set back, is told by
 * the time of its last change. That is also the time of another link, owner or mode, which are no new bytes; one that is
 * written over, set back, and given another mode as well passes for that.
 *
 * @param open whether it has been open all the time: else some systems number the same file anew
 */
function difference(was: Stats, is: Stats, open: boolean): string | undefined {
  if (versionOf(was) !== versionOf(is))
    return `its size and time were ${versionOf(was)}, now ${versionOf(is)}`;
  const same = was.ino === is.ino && was.dev === is.dev;
  if (open && !same) return "another file of the same size and time is in its place";
  if (was.ctimeMs === is.ctimeMs || (same && apart(was) !== apart(is))) return undefined;
  return "it was changed or replaced, and its time set to what it was";
}

/** What there is of a file besides its bytes. */
function apart({ mode, nlink, uid, gid }: Stats): string {
  return `${mode} ${nlink} ${uid} ${gid}`;
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
