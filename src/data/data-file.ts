/**
 * One file of a data set: where it is, how long, and which version of it was opened.
 *
 * It is plain data, so that it travels to workers with the reader that holds it, and stands in a loader's state:
 * data of another version are refused there. Each thread opens it for itself when it first reads from it.
 * Invariant: a file is opened only as the version that it names. Limits: a local file is looked
 * at every {@link lookEvery} milliseconds that it is read from; between two looks a change goes unseen, also a
 * known one, and what is read then is of the new content.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { type BytesSource, openBytes, pathOf } from "../bytes/open.ts";
import { DataError, type DataLocation } from "../core/errors.ts";
import { isThenable } from "../core/settle.ts";
import type { Awaitable } from "../sequence/sequence.ts";

/** One file of a data set, as it was when it was opened. */
export interface DataFile {
  /** Where its bytes are. */
  readonly where: BytesSource;
  /** Its path or URL, or the name of a File; undefined of other bytes. */
  readonly path: string | undefined;
  /** How many bytes it has. */
  readonly byteLength: number;
  /** Names its content; undefined where that cannot be told. */
  readonly version: string | undefined;
}

/** Files open in a thread at most: the one that was not read from for the longest time is closed for another. */
const mostOpen = 64;

/** So many milliseconds may go by before an open file is looked at again. */
const lookEvery = 100;

interface Opened {
  readonly bytes: Awaitable<Bytes>;
  /** When it was last looked at. */
  looked: number;
}

/** What this thread has open, that which was opened first in front. */
const opened = new Map<DataFile, Opened>();

/**
 * Opens `where` for the first time.
 *
 * @throws DataError saying why it cannot be had.
 */
export async function openDataFile(where: BytesSource, signal?: AbortSignal): Promise<DataFile> {
  const path = pathOf(where);
  const bytes = await opening(where, path, signal);
  const file: DataFile = { where, path, byteLength: bytes.byteLength, version: bytes.version };
  keep(file, bytes);
  return file;
}

async function opening(
  where: BytesSource,
  path: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  try {
    return await openBytes(where, { signal, most });
  } catch (error) {
    return fail(error, path, {});
  }
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
    return Promise.resolve(result as Promise<T>).catch((error) => fail(error, file.path, location));
  } catch (error) {
    return fail(error, file.path, location);
  }
}

/** A {@link DataError} whose message begins with where that is. */
export function dataError(problem: string, location: DataLocation, options: ErrorOptions = {}): DataError {
  const { path, row, offset, column } = location;
  const parts = [
    path,
    row === undefined ? undefined : `row ${row}`,
    column === undefined ? undefined : `column ${JSON.stringify(column)}`,
    offset === undefined ? undefined : `byte ${offset}`,
  ].filter((part) => part !== undefined);
  return new DataError(`${parts.length === 0 ? "The data" : parts.join(", ")}: ${problem}`, {
    ...location,
    ...options,
  });
}

/** More is not downloaded from a server without ranges: it would have to stay in memory. */
const most = 2 ** 30;

function bytesOf(file: DataFile): Awaitable<Bytes> {
  const known = opened.get(file);
  if (known !== undefined) {
    const now = performance.now();
    if (now - known.looked >= lookEvery) {
      known.looked = now;
      if (!isThenable(known.bytes)) (known.bytes as Bytes).checkUnchanged?.();
    }
    return known.bytes;
  }
  // For all who come: it ends with none of them.
  const bytes = openBytes(file.where, { most });
  if (!isThenable(bytes)) {
    checkVersion(file, bytes as Bytes);
    return keep(file, bytes as Bytes);
  }
  const checked = Promise.resolve(bytes as Promise<Bytes>).then((there) => {
    checkVersion(file, there);
    return there;
  });
  // The next who asks tries again.
  checked.catch(() => opened.delete(file));
  return keep(file, checked);
}

function checkVersion({ byteLength, version }: DataFile, bytes: Bytes): void {
  if (bytes.byteLength === byteLength && bytes.version === version) return;
  const [was, is] = [version ?? `${byteLength} bytes`, bytes.version ?? `${bytes.byteLength} bytes`];
  bytes.close?.();
  throw new Error(
    `It is not what it was when the data set was opened: ${was}, now ${is}. Open the data set again; data that change have no epochs.`,
  );
}

function keep<B extends Awaitable<Bytes>>(file: DataFile, bytes: B): B {
  opened.set(file, { bytes, looked: performance.now() });
  if (opened.size > mostOpen) {
    const [first, { bytes: closing }] = opened.entries().next().value!;
    opened.delete(first);
    if (!isThenable(closing)) (closing as Bytes).close?.();
  }
  return bytes;
}

/** Throws `error` as one of ours. */
function fail(error: unknown, path: string | undefined, location: DataLocation): never {
  const { message, cause, name } = error as Error;
  if (error instanceof DataError || name === "AbortError") throw error;
  throw dataError(message, { path, ...location }, cause === undefined ? {} : { cause });
}
