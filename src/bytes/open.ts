/** Where bytes come from: a path, a URL, a Blob, a handle or memory. What decides that is here, and asks nothing of what they are. */
import type { Fs } from "../core/file.ts";
import { builtin } from "../core/node.ts";
import { absoluteUrl } from "./base.ts";
import { BlobBytes, readBlob } from "./blob.ts";
import type { Bytes, OpenOptions } from "./bytes.ts";
import { FileBytes, readFile } from "./file.ts";
import { type FileHandleLike, fileOf, isFileHandle } from "./handle.ts";
import { download, openUrl } from "./http.ts";
import { type HttpOptions, HttpSource, isHttpSource } from "./http-source.ts";
import { MemoryBytes } from "./memory.ts";
import { unsigned } from "./unsigned.ts";

/**
 * A path, a URL (`file:`, `http:`, `https:`, `data:`, `blob:`), a URL with headers by `http`, a Blob or File, a
 * `FileSystemFileHandle`, or bytes. A browser fetches paths, from the page's address on, in its workers too.
 */
export type BytesSource = string | URL | HttpSource | Blob | FileHandleLike | Uint8Array | ArrayBuffer;

/** Whether bytes can be read from `value`. */
export function isBytesSource(value: unknown): value is BytesSource {
  if (typeof value === "string") return value !== "";
  return (
    value instanceof Uint8Array ||
    value instanceof URL ||
    value instanceof Blob ||
    isBuffer(value) ||
    isHttpSource(value) ||
    isFileHandle(value)
  );
}

/** The path or URL as messages show it, or the name of a File or handle; undefined for bytes. */
export function pathOf(source: BytesSource): string | undefined {
  if (source instanceof Blob) return source instanceof File ? source.name : undefined;
  if (isHttpSource(source)) return source.url;
  if (isFileHandle(source)) return source.name;
  if (typeof source !== "string" && !(source instanceof URL)) return undefined;
  const path = String(source);
  return path.startsWith("data:") && path.length > 60 ? `${path.slice(0, 57)}…` : path;
}

/** `source` without what may be another the next time, of the same bytes: what signs its URL, and how its server is asked. */
export function lasting(source: BytesSource): BytesSource {
  if (isHttpSource(source)) {
    const { headers } = source.options;
    const url = unsigned(source.url);
    return headers === undefined ? url : new HttpSource(url, { headers });
  }
  const isUrl = source instanceof URL || (typeof source === "string" && /^https?:/i.test(source));
  return isUrl ? unsigned(String(source)) : source;
}

/**
 * The bytes of `source`, to be read by range: at once where they are here, else a promise.
 *
 * @throws Error saying why they cannot be had.
 */
export function openBytes(source: BytesSource, options: OpenOptions): Bytes | Promise<Bytes> {
  const location = locate(source);
  if (location instanceof Uint8Array) return new MemoryBytes(location);
  if ("path" in location) return new FileBytes(location.fs, location.path);
  if ("url" in location) return openUrl(location.url, { ...options, ...location.options });
  return "blob" in location
    ? new BlobBytes(location.blob)
    : fileOf(location.handle, options.signal).then((file) => new BlobBytes(file));
}

/**
 * All bytes of `source`: at once where they are here, else a promise. Those of a file are valid until the next call.
 *
 * @throws Error saying why they cannot be had, or that they are `most` or more and not in memory yet.
 */
export function readBytes(source: BytesSource, options: OpenOptions): Uint8Array | Promise<Uint8Array> {
  const location = locate(source);
  if (location instanceof Uint8Array) return location;
  if ("path" in location) return readFile(location.fs, location.path, options.most);
  if ("url" in location) return download(location.url, { ...options, ...location.options });
  const { signal, most } = options;
  return "blob" in location
    ? readBlob(location.blob, signal, most)
    : fileOf(location.handle, signal).then((file) => readBlob(file, signal, most));
}

/** One of the places that a file of this folder is about. */
type Location =
  | Uint8Array
  | { readonly fs: Fs; readonly path: string }
  | { readonly url: string | URL; readonly options?: HttpOptions }
  | { readonly blob: Blob }
  | { readonly handle: FileHandleLike };

function locate(source: BytesSource): Location {
  if (source instanceof Uint8Array) {
    // A Buffer's slice is a part of its memory, and not a copy as that of other arrays.
    const view = source.length > 0 && source.slice !== Uint8Array.prototype.slice;
    return view ? new Uint8Array(source.buffer, source.byteOffset, source.length) : source;
  }
  if (isHttpSource(source)) return source;
  const isUrl = source instanceof URL;
  if (typeof source !== "string" && !isUrl) {
    if (source instanceof Blob) return { blob: source };
    if (isFileHandle(source)) return { handle: source };
    // Of memory that was transferred no array can be made.
    return source.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(source);
  }
  const fs = builtin("fs");
  const isFile = isUrl ? source.protocol === "file:" : !/^(?:https?|data|blob):/i.test(source);
  if (fs !== undefined && isFile) return { fs, path: pathOfFile(source) };
  const url = absoluteUrl(source);
  // Of what is on a disk, also of a page that was opened from there, browsers only say that it could not be fetched.
  if (/^(?:file|[a-z]):/i.test(String(url)))
    throw new Error(
      "A page cannot read files of a disk by their paths. Let it be chosen (a File), or serve it over http.",
    );
  return { url };
}

function pathOfFile(source: string | URL): string {
  if (typeof source === "string" && !/^file:/i.test(source)) return source;
  try {
    return builtin("url")!.fileURLToPath(source);
  } catch (cause) {
    throw new Error(`The URL names no file here: ${(cause as Error).message}.`, { cause });
  }
}

/** Whether `value` is an ArrayBuffer. */
// By tag: bytes may come from another realm, such as a test runner's.
export function isBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}
