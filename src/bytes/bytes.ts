/**
 * The contract of this floor: bytes by range, wherever they are.
 *
 * What is at hand answers at once, what is far away with a promise; who asks takes either, so that a row of a local file
 * is read without any promise. Length and version are those of the moment of opening: what has changed since then in a
 * way that can be told is an error, and never bytes of two contents. Whoever fails throws an Error whose message is a
 * sentence that says why, with the platform's own error, which has a code, as `cause` where there is one; whoever asked
 * says what for, and in which of our errors.
 */

import type { HttpOptions } from "./http-source.ts";
import type { RetryOptions } from "./retry.ts";

/** Bytes by range. */
export interface Bytes {
  /** How many there are. */
  readonly byteLength: number;
  /**
   * Names the content: who opens the same place again, in another thread or later, has another one if the bytes are
   * others. Absent where that cannot be told.
   */
  readonly version?: string | undefined;
  /** All of them, where they had to be downloaded together: in memory that threads share. */
  readonly downloaded?: Uint8Array | undefined;
  /**
   * The bytes from `start` up to, not including, `end`, and fewer where there are no more; not to be written to, as
   * those of memory are that memory itself. `signal` ends the wait for what is far away.
   */
  slice(start: number, end: number, signal?: AbortSignal): Uint8Array | Promise<Uint8Array>;
  /** Fills `target`, a row of a batch say, with the bytes from `start` on; an error where there are not that many. */
  readInto(target: Uint8Array, start: number, signal?: AbortSignal): void | Promise<void>;
  /**
   * Throws a {@link ChangedError} if what lies there now is another content than was opened, as far as that can be told
   * at once; or, given what was opened `before` at the same place and closed since, if that was another content than
   * these bytes. What is far away tells it with each answer, and memory is what it is.
   */
  checkUnchanged?(before?: Bytes): void;
  /** Lets go of what is held open, where anything is. Nothing can be read afterwards. */
  close?(): void;
}

/**
 * What was opened is not what lies there any more. What was read since nobody knows, so that who sees it reads no more,
 * whatever lies there later.
 */
export class ChangedError extends Error {}

/** How bytes are opened, or read to their end. */
export interface OpenOptions extends RetryOptions {
  /** Ends the wait for what is far away. */
  readonly signal?: AbortSignal | undefined;
  /** What asks servers, instead of the platform's own: with headers of its own, say. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Headers for servers, or what gives them: see `http`. */
  readonly headers?: HttpOptions["headers"];
  /** Where what servers give is kept on disk, and how much of it: see `http`. */
  readonly cache?: HttpOptions["cache"];
  readonly maxBytes?: HttpOptions["maxBytes"];
  /** So many bytes, or more, are not read into memory together only because they are there. */
  readonly most: number;
  /** What the downloads of several may take together, instead. */
  readonly room?: DownloadRoom | undefined;
}

/** Memory for files that servers give as a whole only; what was downloaded is taken from it. */
export interface DownloadRoom {
  /** Bytes that are left. */
  left: number;
  readonly all: number;
}

/** Where a slice from `start` on ends: at `end`, or where the bytes do; never before it begins. */
export function endOfSlice({ byteLength }: Bytes, start: number, end: number): number {
  checkStart(start);
  return Math.max(start, Math.min(end, byteLength));
}

/** Throws unless there are as many bytes as `target` takes from `start` on. */
export function checkWithin({ byteLength }: Bytes, target: Uint8Array, start: number): void {
  checkStart(start);
  const end = start + target.length;
  if (end <= byteLength || target.length === 0) return;
  throw new Error(
    `It ends after ${byteLength} bytes, and those from ${start} to ${end} were to be read. It was cut off, or is not what it was taken for.`,
  );
}

/** Offsets come out of files: a wrong one is no place from the end, as in an array. */
function checkStart(start: number): void {
  if (!(start >= 0))
    throw new Error(`Bytes were to be read from ${start} on. It is damaged, or not what it was taken for.`);
}

/** {@link Bytes.readInto} of what is far away. */
export async function readSlice(
  bytes: Bytes,
  target: Uint8Array,
  start: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  checkWithin(bytes, target, start);
  target.set(await bytes.slice(start, start + target.length, signal));
}

/** Why more than `most` bytes are not read into memory together. */
export function tooLarge(what: string, most: number): Error {
  return new Error(
    `The ${what} is larger than ${most / 2 ** 30} GiB, which is not read into memory at once.`,
  );
}
