/** Where an image's bytes come from: a path, a URL, or memory. */
import { download } from "../bytes/download.ts";
import { readFile } from "../bytes/file.ts";
import { show } from "../core/check.ts";
import { ImageError, OptionError } from "../core/errors.ts";
import { builtin } from "../core/node.ts";

/** What {@link imread} takes: a path, a URL (`file:`, `http:`, `https:`, `data:`, `blob:`), or a file's bytes. */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer;

/** Throws {@link OptionError} unless `source` can be read from. */
export function checkSource(source: unknown): asserts source is ImageSource {
  if (typeof source === "string" ? source !== "" : source instanceof URL || isBytes(source)) return;
  throw new OptionError(
    `imread() takes a path, a URL or the bytes of a file, got ${source === "" ? "an empty string" : show(source)}.`,
  );
}

/** The path or URL as messages show it; undefined for bytes. */
export function pathOf(source: ImageSource): string | undefined {
  if (typeof source !== "string" && !(source instanceof URL)) return undefined;
  const path = String(source);
  return path.startsWith("data:") && path.length > 60 ? `${path.slice(0, 57)}…` : path;
}

/** A hint for bytes that are the path of a file, as of a name that is not UTF-8, and not the bytes in it; else "". */
export function pathInBytes(source: ImageSource): string {
  const fs = builtin("fs");
  if (typeof source === "string" || source instanceof URL || fs === undefined) return "";
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
  if (bytes.length > 4096 || bytes.includes(0) || !fs.existsSync(Buffer.from(bytes))) return "";
  return " The bytes are the path of a file; bytes are taken for what is in it. Give the path as text, or, where its name is not UTF-8, what is in the file: imread(readFileSync(path)).";
}

/** Bigger files and downloads are refused: no image that may be decoded is that big. */
const largest = 2 ** 30;

/**
 * The bytes of `source`. Those of a file are valid until the next call.
 *
 * @throws ImageError (without a path) if they cannot be had.
 */
export function load(source: ImageSource, signal: AbortSignal | undefined): Uint8Array | Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (typeof source !== "string" && !(source instanceof URL)) return new Uint8Array(source as ArrayBuffer);
  const fs = builtin("fs");
  const isFile =
    source instanceof URL ? source.protocol === "file:" : !/^(?:https?|data|blob):/i.test(source);
  if (fs === undefined || !isFile) {
    return download(source, signal, largest).catch((error: Error) => {
      signal?.throwIfAborted();
      throw unreadable(error);
    });
  }
  try {
    return readFile(fs, pathOfFile(source), largest);
  } catch (error) {
    throw unreadable(error as Error);
  }
}

/** Our error of one of {@link load}'s: the same sentence, and the same cause where there is one. */
function unreadable({ message, cause }: Error): ImageError {
  return new ImageError(message, cause === undefined ? {} : { cause });
}

function pathOfFile(source: string | URL): string {
  if (typeof source === "string" && !/^file:/i.test(source)) return source;
  try {
    return builtin("url")!.fileURLToPath(source);
  } catch (cause) {
    throw new Error(`The URL names no file here: ${(cause as Error).message}.`, { cause });
  }
}

// By tag: bytes may come from another realm, such as a test runner's.
function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}
