/**
 * Indexes of data files that took long to make, kept on disk from one run to the next: named arrays, of one file.
 *
 * They lie in the user's cache folder, or one that is named, and never beside the data. Invariant: what is read is what
 * was built of this very file, by its path or URL, length and version, and by this kind of index; anything else that
 * lies there (damaged, foreign, of another version) is passed over and written anew. A file is written aside and
 * renamed, so that several programs may write the same one. Not to be able to write is no error. The name and the key
 * are hashes, as a URL may be signed; what signs it does not count.
 */

import { isHttpSource } from "../bytes/http-source.ts";
import { unsigned } from "../bytes/unsigned.ts";
import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { builtin, environment } from "../core/node.ts";
import { bytesPerElement, type DType, dtypeOf, dtypes, type TypedArray, viewOf } from "../tensor/dtype.ts";
import type { DataFile } from "./data-file.ts";
import { shared } from "./memory.ts";

/** The folder indexes are kept in, false for none, undefined for the user's own. */
export type CacheFolder = string | false | undefined;

/** Arrays by name. */
export type IndexArrays = Readonly<Record<string, TypedArray>>;

/** Milliseconds of building from which on an index of a local file is kept. */
export const keptFrom = 2000;

/** Throws OptionError unless `cache` is a folder, `false` or left out. */
export function checkCache(cache: unknown): asserts cache is CacheFolder {
  if (cache === undefined || cache === false || (typeof cache === "string" && cache !== "")) return;
  throw new OptionError(
    `\`cache\` must be a folder, or false to keep no index on disk, got ${cache === "" ? "an empty string" : show(cache)}.`,
  );
}

/**
 * The index of `file`, from disk where it was kept, else by `build`, in memory that threads share. It is kept where
 * building took `slow` milliseconds, or the file is on a server.
 *
 * @param kind what the index is, and all options that it depends on
 */
export async function keptIndex<A extends IndexArrays>(
  file: DataFile,
  kind: string,
  cache: CacheFolder,
  build: () => Promise<A>,
  slow: number = keptFrom,
): Promise<A> {
  const place = placeOf(file, kind, cache);
  if (place === undefined) return build();
  const kept = read(place);
  if (kept !== undefined) return kept as A;
  const began = performance.now();
  const built = await build();
  if (place.far || performance.now() - began >= slow) write(place, built);
  return built;
}

/** Where an index is kept, and what it must be of. */
interface IndexPlace {
  readonly path: string;
  readonly key: string;
  readonly far: boolean;
}

function placeOf(file: DataFile, kind: string, cache: CacheFolder): IndexPlace | undefined {
  const [fs, path, crypto] = [builtin("fs"), builtin("path"), builtin("crypto")];
  const { byteLength, version } = file;
  const where = isHttpSource(file.where) ? file.where.url : file.where;
  if (fs === undefined || path === undefined || crypto === undefined) return undefined;
  if (cache === false || version === undefined || !(typeof where === "string" || where instanceof URL))
    return undefined;
  const far = /^https?:/i.test(String(where));
  if (!far && /^(?:data|blob):/i.test(String(where))) return undefined;
  const folder = cache ?? userFolder();
  if (folder === undefined) return undefined;
  const hash = (parts: readonly unknown[]) =>
    crypto.createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  // A URL is signed anew each time.
  const address = far
    ? unsigned(String(where))
    : where instanceof URL || /^file:/i.test(where)
      ? String(where)
      : path.resolve(where);
  const name = hash([address, kind]).slice(0, 32);
  return { path: path.join(folder, `${name}.index`), key: hash([address, kind, byteLength, version]), far };
}

function userFolder(): string | undefined {
  const [path, os] = [builtin("path")!, builtin("os")!];
  const { XDG_CACHE_HOME } = environment();
  // As its specification says: a relative one is to be ignored.
  if (XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME)) return path.join(XDG_CACHE_HOME, "epochal", "index");
  try {
    return path.join(os.homedir(), ".cache", "epochal", "index");
  } catch {
    return undefined;
  }
}

/** The file: this, the length of the header (4 bytes), the header, the arrays, and a hash of all that, 32 bytes. */
const magic = "epochal index 1\n";

const digestLength = 32;

/** What the header says. */
interface Header {
  readonly key: string;
  readonly arrays: readonly (readonly [name: string, dtype: DType, length: number])[];
}

function read(place: IndexPlace): IndexArrays | undefined {
  const fs = builtin("fs")!;
  try {
    const bytes = fs.readFileSync(place.path);
    const body = bytes.subarray(0, bytes.length - digestLength);
    if (!sha256(body).equals(bytes.subarray(body.length))) return undefined;
    const start = magic.length + 4;
    if (body.toString("latin1", 0, magic.length) !== magic) return undefined;
    let at = start + body.readUInt32LE(magic.length);
    const { key, arrays } = JSON.parse(body.toString("utf8", start, at)) as Header;
    if (key !== place.key) return undefined;
    const found: Record<string, TypedArray> = {};
    for (const [name, dtype, length] of arrays) {
      if (!dtypes.includes(dtype)) return undefined;
      const size = length * bytesPerElement(dtype);
      const memory = shared(Uint8Array, size);
      memory.set(body.subarray(at, at + size));
      found[name] = viewOf(dtype, memory.buffer, 0, length);
      at += size;
    }
    return found;
  } catch {
    // It is not there, or not what it should be: it is built anew.
    return undefined;
  }
}

function write(place: IndexPlace, arrays: IndexArrays): void {
  const [fs, path, crypto] = [builtin("fs")!, builtin("path")!, builtin("crypto")!];
  const header: Header = {
    key: place.key,
    arrays: Object.entries(arrays).map(([name, array]) => [name, dtypeOf(array)!, array.length]),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const parts = [
    Buffer.from(magic),
    length,
    text,
    ...Object.values(arrays).map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength),
    ),
  ];
  const hash = crypto.createHash("sha256");
  for (const part of parts) hash.update(part);
  const aside = `${place.path}.${crypto.randomUUID()}`;
  try {
    fs.mkdirSync(path.dirname(place.path), { recursive: true });
    const file = fs.openSync(aside, "wx", 0o600);
    try {
      fs.writevSync(file, [...parts, hash.digest()]);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(aside, place.path);
  } catch {
    // A disk that is full or read-only: the index is there, only not the next time.
    try {
      fs.rmSync(aside, { force: true });
    } catch {
      // Nor is anything there.
    }
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return builtin("crypto")!.createHash("sha256").update(bytes).digest();
}
