/**
 * What is behind URLs: `http:` and `https:` by range, and these, `data:` and `blob:` read to their end.
 *
 * Invariant: bytes of a range are those that were asked for, all of them, of the content that was opened. `fetch` lets
 * other ranges, short ones, compressed ones and other contents pass, so each answer is checked: status, Content-Range,
 * which none may lack, Content-Encoding, length, and that ETag (or Last-Modified) is still the same, as it was written. A
 * part that comes where the whole was asked for is none. A page sees of these headers what a server of another origin
 * shows it (Access-Control-Expose-Headers); what it must see to know the length is said.
 *
 * Limits: one request for each range, a few at once (in-flight.ts); nothing is joined, which saves nothing where samples are
 * shuffled, and nothing is kept, unless a folder for it is named (http-cache.ts, which is loaded then).
 */
import { httpCacheChunk } from "#bytes/http-cache";
import { noteRead } from "../core/counters.ts";
import { type Bytes, endOfSlice, type OpenOptions, readSlice, tooLarge } from "./bytes.ts";
import {
  ask,
  brokeOff,
  changed,
  contentRange,
  fail,
  fetching,
  leave,
  offlineReason,
  partial,
  readBody,
  unsatisfiable,
  versionOfAnswer,
} from "./http-answer.ts";
import { MemoryBytes } from "./memory.ts";
import { type Attempt, TransientError } from "./retry.ts";

/**
 * All bytes at `url`.
 *
 * @throws Error saying why they cannot be had, or that they are `most` or more; the reason of `signal` if that ended it.
 */
export async function download(url: string | URL, options: OpenOptions): Promise<Uint8Array> {
  if (options.cache !== undefined && offlineReason(url) === undefined) {
    const bytes = await openUrl(url, options);
    try {
      if (bytes.byteLength >= options.most) throw tooLarge("download", options.most);
      return await bytes.slice(0, bytes.byteLength, options.signal);
    } finally {
      bytes.close?.();
    }
  }
  return fetching(url, options, options.signal, async (attempt) =>
    readWhole(await ask(url, options, attempt), url, options, attempt),
  );
}

/**
 * The bytes at `url` by range. Where the server gives no ranges they are downloaded, once.
 *
 * @throws Error as {@link download} does, and if the server's answer to a range is none.
 */
export async function openUrl(url: string | URL, options: OpenOptions): Promise<Bytes> {
  return fetching(url, options, options.signal, (attempt) => openBy(url, options, attempt));
}

async function openBy(url: string | URL, options: OpenOptions, attempt: Attempt): Promise<Bytes> {
  if (offlineReason(url) !== undefined)
    return wholeOf(await ask(url, options, attempt), url, options, attempt);
  // The first byte says how many there are. A HEAD request would too, but links that are signed are for GET only.
  const response = await ask(url, options, attempt, "bytes=0-0");
  if (response.status === unsatisfiable) {
    // It has no first byte, or the server takes no such range.
    leave(response);
    return wholeOf(await ask(url, options, attempt), url, { ...options, cache: undefined }, attempt);
  }
  if (response.status !== partial) return wholeOf(response, url, options, attempt);
  const given = response.headers.get("content-range");
  const { range, total } = contentRange(given);
  if (range !== "0-0" || total === undefined) {
    leave(response);
    throw new Error(
      given === null
        ? `The server does not say how long it is. ${advice}`
        : `${wrongRange(given, "bytes 0-0")} Let the server give the length, or no ranges.`,
    );
  }
  const bytes = new HttpBytes(url, options, total, versionOfAnswer(response));
  await bytes.read(response, 0, 1, attempt);
  return options.cache === undefined ? bytes : (await httpCacheChunk.load()).keepRanges(bytes, url, options);
}

async function wholeOf(
  response: Response,
  url: string | URL,
  options: OpenOptions,
  attempt: Attempt,
): Promise<Bytes> {
  if (options.cache !== undefined && offlineReason(url) === undefined)
    return (await httpCacheChunk.load()).keepWhole(response, url, options, attempt);
  const bytes = await readWhole(response, url, options, attempt);
  const Memory = globalThis.SharedArrayBuffer ?? ArrayBuffer;
  const all = new Uint8Array(new Memory(bytes.length));
  all.set(bytes);
  return new MemoryBytes(all, { version: versionOfAnswer(response) });
}

/** Bytes behind a URL, by the ranges that its server gives. */
class HttpBytes implements Bytes {
  readonly byteLength: number;
  /** The server's ETag, or Last-Modified. */
  readonly version: string | undefined;
  readonly #url: string | URL;
  readonly #options: OpenOptions;

  constructor(url: string | URL, options: OpenOptions, byteLength: number, version: string | undefined) {
    this.#url = url;
    this.#options = options;
    this.byteLength = byteLength;
    this.version = version;
  }

  async slice(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    const to = endOfSlice(this, start, end);
    if (to === start) return new Uint8Array(0);
    const started = performance.now();
    const bytes = await fetching(this.#url, this.#options, signal, async (attempt) => {
      const response = await ask(this.#url, this.#options, attempt, `bytes=${start}-${to - 1}`);
      return this.read(response, start, to, attempt);
    });
    noteRead(started);
    return bytes;
  }

  readInto(target: Uint8Array, start: number, signal?: AbortSignal): Promise<void> {
    return readSlice(this, target, start, signal);
  }

  /** The body of the answer to the range from `start` to `end`. */
  async read(response: Response, start: number, end: number, attempt: Attempt): Promise<Uint8Array> {
    const problem = this.#problem(response, `${start}-${end - 1}`);
    if (problem !== undefined) {
      leave(response);
      throw new Error(problem);
    }
    const body = await readBody(response, end - start + 1, attempt).catch(fail(this.#url, brokeOff, attempt));
    if (body === undefined) {
      throw new Error(
        `The server sent more than the ${end - start} bytes that were asked for. It gives no ranges that can be relied on.`,
      );
    }
    if (body.length === end - start) return body;
    throw new TransientError(
      `The server sent ${body.length} of the ${end - start} bytes that were asked for. ${brokeOff}`,
    );
  }

  /** Why `response` is not the answer to `asked`, where it is not. */
  #problem(response: Response, asked: string): string | undefined {
    const encoding = response.headers.get("content-encoding") ?? "identity";
    const given = response.headers.get("content-range");
    const version = versionOfAnswer(response);
    if (version !== this.version) return changed(this.version, version);
    if (response.status !== partial)
      return `The server gave ranges when it was opened, and answers one with ${response.status} ${response.statusText} now. Open it again.`;
    if (encoding !== "identity")
      return `The server compresses the range (${encoding}), so that it is not the bytes that were asked for. Turn that off on the server for files that are read by range.`;
    if (given === null) return `The server does not say which range it sent for bytes ${asked}. ${advice}`;
    const { range, total } = contentRange(given);
    if (total !== undefined && total !== this.byteLength)
      return changed(`${this.byteLength} bytes`, `${total} bytes`);
    return range === asked && total !== undefined
      ? undefined
      : `${wrongRange(given, `bytes ${asked}/${this.byteLength}`)} Its ranges cannot be relied on.`;
  }
}

const advice =
  "Let it send Content-Range with each range, and, to pages of other origins, Access-Control-Expose-Headers: Content-Range, ETag.";

function wrongRange(given: string, asked: string): string {
  return `The server sent another range than was asked for: ${given} for ${asked}.`;
}

async function readWhole(
  response: Response,
  url: string | URL,
  { most, room }: OpenOptions,
  attempt: Attempt,
): Promise<Uint8Array> {
  if (response.status === partial) {
    leave(response);
    throw new Error(
      `The server sent a part, ${response.headers.get("content-range") ?? "it does not say which"}, where all was asked for. It gives no answer that can be relied on.`,
    );
  }
  const bytes = await readBody(response, most, attempt, room).catch(fail(url, brokeOff, attempt));
  if (bytes !== undefined) return bytes;
  if (room === undefined) throw tooLarge("download", most);
  throw new Error(
    `The server gives no ranges, so that all of it would have to be in memory, where ${Math.floor(room.left / 2 ** 20)} of ${Math.floor(room.all / 2 ** 20)} MiB are left for all such files together. Download it, or let \`cache\` of http() keep it on disk.`,
  );
}
