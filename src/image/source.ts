/** Where an image's bytes come from, in the words of images: what is wrong with it is one of their errors. */
import type { Bytes } from "../bytes/bytes.ts";
import { type BytesSource, isBuffer, isBytesSource, openBytes, readBytes } from "../bytes/open.ts";
import { show } from "../core/check.ts";
import { ImageError, OptionError } from "../core/errors.ts";
import { builtin } from "../core/node.ts";

/**
 * What {@link imread} takes: a path, a URL (`file:`, `http:`, `https:`, `data:`, `blob:`), one with headers by `http`, a
 * Blob or File, a `FileSystemFileHandle`, or a file's bytes.
 */
export type ImageSource = BytesSource;

/** Throws {@link OptionError} unless `source`, which `taker` was given, can be read from. */
export function checkSource(source: unknown, taker: string): asserts source is ImageSource {
  if (isBytesSource(source)) return;
  throw new OptionError(
    `${taker} takes a path, a URL, a Blob, a file's handle or bytes, got ${source === "" ? "an empty string" : show(source)}.`,
  );
}

/** Whether the bytes are in memory already. */
export function isInMemory(source: ImageSource): source is Uint8Array | ArrayBuffer {
  return source instanceof Uint8Array || isBuffer(source);
}

/** A hint for bytes that are the path of a file, as of a name that is not UTF-8, and not the bytes in it; else "". */
export function pathInBytes(source: ImageSource): string {
  const fs = builtin("fs");
  if (!isInMemory(source) || fs === undefined) return "";
  // Memory that was transferred has no bytes, and no array can be made of it.
  if (source.byteLength === 0 || source.byteLength > 4096) return "";
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
  if (bytes.includes(0) || !fs.existsSync(Buffer.from(bytes))) return "";
  return " The bytes are the path of a file; bytes are taken for what is in it. Give the path as text, or, where its name is not UTF-8, what is in the file: imread(readFileSync(path)).";
}

/** Bigger files and downloads are refused: no image that may be decoded is that big. */
const most = 2 ** 30;

/**
 * The bytes of `source`. Those of a file are valid until the next call.
 *
 * @throws ImageError (without a path) if they cannot be had.
 */
export function load(source: ImageSource, signal: AbortSignal | undefined): Uint8Array | Promise<Uint8Array> {
  try {
    const bytes = readBytes(source, { signal, most });
    if (bytes instanceof Uint8Array) return bytes;
    return bytes.catch((error: Error) => {
      signal?.throwIfAborted();
      throw unreadable(error);
    });
  } catch (error) {
    throw unreadable(error as Error);
  }
}

/**
 * `source`, opened for its parts to be read, each within {@link reading}.
 *
 * @throws ImageError (without a path) if it cannot be had.
 */
export function open(source: ImageSource, signal: AbortSignal | undefined): Promise<Bytes> {
  return reading(signal, async () => openBytes(source, { signal, most }));
}

/** What `read` reads; where it fails, our error. */
export async function reading<T>(signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadable(error as Error);
  }
}

/** Our error of one of the floor of bytes: the same sentence, and the same cause where there is one. */
function unreadable({ message, cause }: Error): ImageError {
  return new ImageError(message, cause === undefined ? {} : { cause });
}
