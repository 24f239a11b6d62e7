/**
 * One file of a data set: where it is, how long, and which version of it was opened.
 *
 * It is plain data, so that it travels to workers with the reader that holds it, and stands in a loader's state:
 * data of another version are refused there. Each thread opens it for itself when it first reads from it.
 * Invariant: a file is opened only as the version that it names, and once a thread has seen that a local one is another
 * or gone, it reads nothing from it any more, whatever lies there later. Limits: a local file is looked at every
 * {@link lookEvery} milliseconds that it is read from; what is read between a change and the next look is of the new
 * content. That a file was replaced by one of equal size and time is seen by a thread that has read from it before,
 * not by one that opens it for the first time.
 */
import { BlobBytes } from "../bytes/blob.ts";
import { type Bytes, ChangedError, type DownloadRoom } from "../bytes/bytes.ts";
import { digestOf } from "../bytes/digest.ts";
import { MemoryBytes } from "../bytes/memory.ts";
import { type BytesSource, openBytes, pathOf } from "../bytes/open.ts";
import { DataError, type DataLocation } from "../core/errors.ts";
import { showLocation } from "../core/location.ts";
import { isNode } from "../core/node.ts";
import { isThenable } from "../core/settle.ts";
import { warn } from "../core/warn.ts";
import type { Awaitable } from "../sequence/sequence.ts";

/** One file of a data set, as it was when it was opened. */
export interface DataFile {
  /** Where its bytes are. */
  readonly where: BytesSource;
  /** Its path or URL, or the name of a File or handle; undefined of other bytes. */
  readonly path: string | undefined;
  /** How many bytes it has. */
  readonly byteLength: number;
  /**
   * Names its content: size and time of a local file, the ETag or date that a server gives, else a digest of it; undefined
   * of ranges of a server that names no version.
   */
  readonly version: string | undefined;
  /** All its bytes, where its server gives no ranges: downloaded once for all threads. */
  readonly content?: Uint8Array;
}

/** Files open in a thread at most: the one that was opened first is closed for another. */
const mostOpen = 64;

/** So many milliseconds may go by before an open file is looked at again. */
const lookEvery = 100;

/** What this thread knows of a file that it has opened. */
interface Known {
  /** Its bytes, or the promise of them; those of a local file also once they are closed, to be compared. */
  bytes: Awaitable<Bytes> | undefined;
  open: boolean;
  /** When it was last found to be what it was. */
  looked: number;
  /** Why nothing is read from it any more. */
  changed: ChangedError | undefined;
}

/** The thread's files, also those that are closed. */
const known = new WeakMap<DataFile, Known>();

/** Those that are open, that which was opened first in front. */
const open = new Set<DataFile>();

/**
 * Opens `where` for the first time. What has no version is read to its end, as that is a digest then.
 *
 * @throws DataError saying why it cannot be had.
 */
export async function openDataFile(where: BytesSource, signal?: AbortSignal): Promise<DataFile> {
  const path = pathOf(where);
  try {
    const bytes = await openBytes(where, { signal, ...limits });
    const { byteLength, downloaded: content } = bytes;
    noteDownload(bytes);
    const version = bytes.version ?? (isHere(bytes) ? await digestOf(bytes, signal) : undefined);
    if (version === undefined) sayUnversioned(path!);
    const file: DataFile = { where, path, byteLength, version, ...(content && { content }) };
    keep(file, bytes);
    return file;
  } catch (error) {
    return fail(error, path, {});
  }
}

function isHere(bytes: Bytes): boolean {
  return bytes instanceof MemoryBytes || bytes instanceof BlobBytes;
}

/** Servers of which it was said that they name no versions. */
const told = new Set<string>();

function sayUnversioned(url: string): void {
  const [server] = /^[^/]*\/\/[^/?#]*/.exec(url) ?? [url];
  if (told.has(server)) return;
  told.add(server);
  warn(
    "EPOCHAL_NO_VERSION",
    `${server} says of its files neither ETag nor Last-Modified: should one change while it is read, or until a state or a disk cache is used again, nobody will know. Let it send one of them${isNode ? "" : ", and Access-Control-Expose-Headers: ETag to pages of other origins"}, or download the files.`,
  );
}

/**
 * What `read` makes of the bytes of `file`: at once where they are here, else a promise.
 *
 * @param location what is read, for the message where that fails
 * @throws DataError with the path and `location` if they cannot be had, or are of another version.
 */
export function readFrom<T>(
  file: DataFile,
  location: DataLocation,
  read: (bytes: Bytes) => Awaitable<T>,
): Awaitable<T> {
  // A row comes by here: nothing is made that is for a failure only.
  try {
    const bytes = bytesOf(file);
    const result = isThenable(bytes) ? Promise.resolve(bytes).then(read) : read(bytes as Bytes);
    if (!isThenable(result)) return result;
    return Promise.resolve(result as Promise<T>).catch((error) => failOf(file, error, location));
  } catch (error) {
    return failOf(file, error, location);
  }
}

/** A {@link DataError} whose message begins with where that is. */
export function dataError(problem: string, location: DataLocation, options: ErrorOptions = {}): DataError {
  return new DataError(`${showLocation(location) ?? "The data"}: ${problem}`, { ...location, ...options });
}

/** What files of servers without ranges may take together in memory: so much, but of a thread that opens files itself. */
const room: DownloadRoom = { left: 2 ** 30, all: 2 ** 30 };

const limits = { most: Number.POSITIVE_INFINITY, room };

/** Gives back the room of a file that nobody holds any more. */
const downloads = new FinalizationRegistry<number>((bytes) => {
  room.left += bytes;
});

function noteDownload({ downloaded, byteLength }: Bytes): void {
  if (downloaded !== undefined) downloads.register(downloaded, byteLength);
}

function bytesOf(file: DataFile): Awaitable<Bytes> {
  const before = known.get(file);
  if (before?.changed !== undefined) throw before.changed;
  if (before?.open) {
    look(before);
    return before.bytes!;
  }
  // For all who come: it ends with none of them.
  const bytes = openBytes(file.content ?? file.where, limits);
  if (!isThenable(bytes)) {
    checkVersion(file, bytes as Bytes, before?.bytes as Bytes | undefined);
    keep(file, bytes as Bytes);
    return bytes;
  }
  const checked = Promise.resolve(bytes as Promise<Bytes>).then((there) => {
    noteDownload(there);
    checkVersion(file, there);
    return there;
  });
  const now = keep(file, checked);
  checked.then(
    (there) => {
      if (now.open) now.bytes = there;
      else there.close?.();
    },
    // The next who asks tries again.
    () => close(file, now),
  );
  return checked;
}

/** Throws if an open file is another one than it was, where it has not been looked at for a while. */
function look(file: Known): void {
  const now = performance.now();
  if (now - file.looked < lookEvery) return;
  if (!isThenable(file.bytes)) (file.bytes as Bytes).checkUnchanged?.();
  // Only where that is so: who could not look looks again.
  file.looked = now;
}

function checkVersion({ byteLength, version }: DataFile, bytes: Bytes, before?: Bytes): void {
  try {
    // What is here, or travels with the file, is what it is: it needs no version, and most often tells none.
    const fixed = isHere(bytes) && bytes.version === undefined && bytes.downloaded === undefined;
    if (bytes.byteLength === byteLength && (fixed || bytes.version === version)) {
      if (before !== undefined) bytes.checkUnchanged?.(before);
      return;
    }
    const [was, is] = [version ?? `${byteLength} bytes`, bytes.version ?? `${bytes.byteLength} bytes`];
    // What is far away may be answered by another server the next time, and tells which version that has.
    const Problem = bytes.checkUnchanged === undefined ? Error : ChangedError;
    throw new Problem(
      `It is not what it was when the data set was opened: ${was}, now ${is}. Open the data set again; data that change have no epochs.`,
    );
  } catch (error) {
    bytes.close?.();
    throw error;
  }
}

function keep(file: DataFile, bytes: Awaitable<Bytes>): Known {
  const now: Known = { bytes, open: true, looked: performance.now(), changed: undefined };
  known.set(file, now);
  open.delete(file);
  open.add(file);
  if (open.size > mostOpen) {
    const first = open.values().next().value!;
    close(first, known.get(first)!);
  }
  return now;
}

function close(file: DataFile, it: Known): void {
  if (!it.open) return;
  it.open = false;
  open.delete(file);
  const bytes = isThenable(it.bytes) ? undefined : (it.bytes as Bytes | undefined);
  bytes?.close?.();
  // What was downloaded is not kept for this.
  it.bytes = bytes?.checkUnchanged === undefined ? undefined : bytes;
}

/** Throws `error` of reading from `file` as one of ours. That it has changed is remembered. */
function failOf(file: DataFile, error: unknown, location: DataLocation): never {
  if (error instanceof ChangedError) {
    const before = known.get(file);
    if (before !== undefined) close(file, before);
    known.set(file, { bytes: undefined, open: false, looked: 0, changed: error });
    // Other readers of it see for themselves, and at once.
    for (const other of open)
      if (other.path === file.path) known.get(other)!.looked = Number.NEGATIVE_INFINITY;
  }
  return fail(error, file.path, location);
}

/** Throws `error` as one of ours. */
function fail(error: unknown, path: string | undefined, location: DataLocation): never {
  const { message, cause, name } = error as Error;
  if (error instanceof DataError || name === "AbortError") throw error;
  throw dataError(message, { path, ...location }, cause === undefined ? {} : { cause });
}
