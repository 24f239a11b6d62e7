/**
 * A far file with a copy on disk, in blocks of 1 MiB: what is there is read from there, at once, and what is not is asked
 * for and kept.
 *
 * Invariant: bytes are those of the version that was opened, which is asked for each time and names the copy, with the
 * URL. Of a signed URL what signs it does not count, so that tomorrow's finds today's blocks. Nothing is locked and
 * nothing deleted: any number of programs fill one folder, and may be killed (block-file.ts). Where `maxBytes` is less
 * than the file, its first blocks are kept, always the same: under a shuffle those that were used last are not needed
 * first. Not to be able to write is no error: then blocks are fetched each time, and a warning says why.
 */
import { type Fs, fileProblem } from "../core/file.ts";
import { builtin } from "../core/node.ts";
import { warn } from "../core/warn.ts";
import { BlockFile } from "./block-file.ts";
import { type Bytes, checkWithin, endOfSlice } from "./bytes.ts";
import { unsigned } from "./unsigned.ts";

/** Bytes that are asked for and kept together. */
const blockLength = 2 ** 20;

/** Blocks that are asked for together at most. */
const mostBlocks = 8;

/** Where copies are kept: see `http`. */
export interface BlockCacheOptions {
  readonly cache?: string | undefined;
  readonly maxBytes?: number | undefined;
}

/** A block that is asked for, for all who want it. */
interface Coming {
  readonly bytes: Promise<Uint8Array>;
  readonly abort: AbortController;
  readonly first: number;
  /** Who wait for it; where none does any more, it is called off. */
  waiting: number;
}

/** What is far away, with a copy on disk of what was read. */
export class CachedBytes implements Bytes {
  readonly byteLength: number;
  readonly version: string | undefined;
  readonly #far: Bytes;
  readonly #copy: BlockFile;
  /** Where what is kept ends: with a block. */
  readonly #kept: number;
  readonly #coming = new Map<number, Coming>();
  readonly #folder: string;
  #writes = true;

  constructor(far: Bytes, copy: BlockFile, { cache, maxBytes }: BlockCacheOptions) {
    this.byteLength = far.byteLength;
    this.version = far.version;
    this.#far = far;
    this.#copy = copy;
    this.#folder = cache!;
    this.#kept = keptOf(far.byteLength, maxBytes);
  }

  slice(start: number, end: number, signal?: AbortSignal): Uint8Array | Promise<Uint8Array> {
    const bytes = new Uint8Array(endOfSlice(this, start, end) - start);
    const read = this.readInto(bytes, start, signal);
    return read === undefined ? bytes : read.then(() => bytes);
  }

  readInto(target: Uint8Array, start: number, signal?: AbortSignal): undefined | Promise<void> {
    checkWithin(this, target, start);
    const end = start + target.length;
    const kept = Math.max(start, Math.min(end, this.#kept));
    const missing: number[] = [];
    for (let block = Math.floor(start / blockLength); block * blockLength < kept; block++) {
      const [from, to] = [Math.max(start, block * blockLength), Math.min(kept, (block + 1) * blockLength)];
      if (from < to && !this.#copy.read(target.subarray(from - start, to - start), from)) missing.push(block);
    }
    if (missing.length === 0 && kept === end) return undefined;
    return this.#fetch(target, start, kept, missing, signal);
  }

  close(): void {
    this.#copy.close();
    this.#far.close?.();
  }

  async #fetch(
    target: Uint8Array,
    start: number,
    kept: number,
    missing: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    const rest = target.subarray(kept - start);
    const coming = missing.map((block) => [block, this.#ask(block, missing)] as const);
    const waits: (void | Promise<void>)[] = coming.map(async ([block, each]) => {
      const bytes = await waited(each, signal);
      const [from, to] = [Math.max(start, block * blockLength), Math.min(kept, (block + 1) * blockLength)];
      target.set(bytes.subarray(from - each.first, to - each.first), from - start);
    });
    if (rest.length > 0) waits.push(this.#far.readInto(rest, kept, signal));
    // Nothing is written to what the caller may use for something else, once this is over.
    for (const each of await Promise.allSettled(waits)) if (each.status === "rejected") throw each.reason;
  }

  /** What brings `block`, asked for with those of `missing` that follow it. */
  #ask(block: number, missing: readonly number[]): Coming {
    const there = this.#coming.get(block);
    if (there !== undefined) return there;
    let end = block + 1;
    while (end < block + mostBlocks && missing.includes(end) && !this.#coming.has(end)) end++;
    const first = block * blockLength;
    const abort = new AbortController();
    const to = Math.min(end * blockLength, this.byteLength);
    const bytes = Promise.resolve(this.#far.slice(first, to, abort.signal)).then((all) => {
      this.#keep(all, first);
      return all;
    });
    const coming: Coming = { bytes, abort, first, waiting: 0 };
    for (let each = block; each < end; each++) this.#coming.set(each, coming);
    const forget = () => {
      for (let each = block; each < end; each++)
        if (this.#coming.get(each) === coming) this.#coming.delete(each);
    };
    bytes.then(forget, forget);
    // Who comes after it was called off asks anew.
    abort.signal.addEventListener("abort", forget);
    return coming;
  }

  #keep(bytes: Uint8Array, start: number): void {
    if (!this.#writes) return;
    try {
      this.#copy.write(bytes, start);
    } catch (error) {
      this.#writes = false;
      sayNotKept(this.#folder, error);
    }
  }
}

/** Where what is kept of a file ends. */
export function keptOf(byteLength: number, maxBytes: number = Number.POSITIVE_INFINITY): number {
  return byteLength <= maxBytes ? byteLength : Math.floor(maxBytes / blockLength) * blockLength;
}

/** What `coming` brings, or the reason of `signal`; it is called off where nobody waits for it any more. */
function waited(coming: Coming, signal: AbortSignal | undefined): Promise<Uint8Array> {
  coming.waiting++;
  if (signal === undefined) return coming.bytes;
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
      if (--coming.waiting === 0) coming.abort.abort(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    coming.bytes.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * The copy of what is at `url` in the folder that `cache` names; undefined where there can be none, of which a warning
 * says why.
 */
export function openCopy(
  url: string,
  version: string,
  byteLength: number,
  { cache }: BlockCacheOptions,
): BlockFile | undefined {
  const [fs, path, crypto] = [builtin("fs") as Fs, builtin("path")!, builtin("crypto")!];
  const plain = unsigned(url);
  const key = crypto
    .createHash("sha256")
    .update(JSON.stringify([plain, version, byteLength]))
    .digest("hex");
  const name = /([^/?#]*)(?:[?#]|$)/
    .exec(plain)![1]!
    .replace(/[^\w.-]/g, "_")
    .slice(-60);
  try {
    fs.mkdirSync(cache!, { recursive: true });
    return new BlockFile(fs, path.join(cache!, `${name}-${key.slice(0, 32)}`), byteLength);
  } catch (error) {
    sayNotKept(cache!, error);
    return undefined;
  }
}

function sayNotKept(folder: string, error: unknown): void {
  warn(
    "EPOCHAL_HTTP_CACHE",
    `Nothing more is kept in ${folder}: ${fileProblem(error as Error)} What is not there is fetched each time.`,
  );
}
