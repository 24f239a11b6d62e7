/**
 * What is behind URLs: `http:` and `https:` by range, and these, `data:` and `blob:` read to their end.
 *
 * Invariant: bytes of a range are those that were asked for, all of them, of the content that was opened. `fetch` lets
 * other ranges, short ones, compressed ones and other contents pass, so each answer is checked: status, Content-Range,
 * which none may lack, Content-Encoding, length, and that ETag (or Last-Modified) is still the same, as it was written. A
 * part that comes where the whole was asked for is none. A page sees of these headers what a server of another origin
 * shows it (Access-Control-Expose-Headers); what it must see to know the length is said.
 *
 * A failure that may pass is asked about again (retry.ts), always at the URL that was given: where that redirects to a
 * signed one, it signs another.
 *
 * Limits: one request for each range, a few at once (in-flight.ts); nothing is joined, which saves nothing where samples are
 * shuffled, and nothing is kept.
 */
import { noteRead } from "../core/counters.ts";
import { type Bytes, type DownloadRoom, endOfSlice, type OpenOptions, readSlice, tooLarge } from "./bytes.ts";
import type { HttpHeaders } from "./http-source.ts";
import { inTurn } from "./in-flight.ts";
import { MemoryBytes } from "./memory.ts";
import { type Attempt, isTransient, retryAfter, retrying, TransientError } from "./retry.ts";

/** Why what is behind a URL of no network cannot be had, by the beginning of the URL. */
const reasons: Readonly<Record<string, string>> = {
  "blob:":
    "The Blob cannot be read. Its URL holds in the thread that made it only, until it is revoked, and as long as the file behind it does not change. Give the bytes themselves.",
  "data:": "The data: URL cannot be read. Check how it is written: data:image/png;base64,…",
};

/**
 * All bytes at `url`.
 *
 * @throws Error saying why they cannot be had, or that they are `most` or more; the reason of `signal` if that ended it.
 */
export async function download(url: string | URL, options: OpenOptions): Promise<Uint8Array> {
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
  if (reasonOf(url) !== undefined) return wholeOf(await ask(url, options, attempt), url, options, attempt);
  // The first byte says how many there are. A HEAD request would too, but links that are signed are for GET only.
  const response = await ask(url, options, attempt, "bytes=0-0");
  if (response.status === unsatisfiable) {
    // It has no first byte, or the server takes no such range.
    leave(response);
    return wholeOf(await ask(url, options, attempt), url, options, attempt);
  }
  if (response.status !== partial) return wholeOf(response, url, options, attempt);
  const given = response.headers.get("content-range");
  const { range, total } = partsOf(given);
  if (range !== "0-0" || total === undefined) {
    leave(response);
    throw new Error(
      given === null
        ? `The server does not say how long it is. ${advice}`
        : `${wrongRange(given, "bytes 0-0")} Let the server give the length, or no ranges.`,
    );
  }
  const bytes = new HttpBytes(url, options, total, versionOf(response));
  await bytes.read(response, 0, 1, attempt);
  return bytes;
}

async function wholeOf(
  response: Response,
  url: string | URL,
  options: OpenOptions,
  attempt: Attempt,
): Promise<Bytes> {
  const bytes = await readWhole(response, url, options, attempt);
  const Memory = globalThis.SharedArrayBuffer ?? ArrayBuffer;
  const all = new Uint8Array(new Memory(bytes.length));
  all.set(bytes);
  return new MemoryBytes(all, { version: versionOf(response) });
}

/** What `run` gives, in its turn, and again where it may pass. */
function fetching<T>(
  url: string | URL,
  options: OpenOptions,
  signal: AbortSignal | undefined,
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  return retrying(options, signal, (attempt) => inTurn(originOf(url), () => run(attempt)));
}

function originOf(url: string | URL): string {
  return /^https?:\/\/[^/?#]*/i.exec(String(url))?.[0] ?? "";
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
    const version = versionOf(response);
    if (version !== this.version) return changed(this.version, version);
    if (response.status !== partial)
      return `The server gave ranges when it was opened, and answers one with ${response.status} ${response.statusText} now. Open it again.`;
    if (encoding !== "identity")
      return `The server compresses the range (${encoding}), so that it is not the bytes that were asked for. Turn that off on the server for files that are read by range.`;
    if (given === null) return `The server does not say which range it sent for bytes ${asked}. ${advice}`;
    const { range, total } = partsOf(given);
    if (total !== undefined && total !== this.byteLength)
      return changed(`${this.byteLength} bytes`, `${total} bytes`);
    return range === asked && total !== undefined
      ? undefined
      : `${wrongRange(given, `bytes ${asked}/${this.byteLength}`)} Its ranges cannot be relied on.`;
  }
}

const partial = 206;
const unsatisfiable = 416;

const brokeOff = "The download broke off. Check the network, and fetch it again.";

const advice =
  "Let it send Content-Range with each range, and, to pages of other origins, Access-Control-Expose-Headers: Content-Range, ETag.";

function wrongRange(given: string, asked: string): string {
  return `The server sent another range than was asked for: ${given} for ${asked}.`;
}

function changed(was: string | undefined, is: string | undefined): string {
  return `It is not what it was on the server when it was opened: ${was ?? "without a version"}, now ${is ?? "without one"}. Open it again.`;
}

/** A Content-Range: which bytes these are, and how many there are in all; undefined where it does not say so. */
function partsOf(given: string | null): {
  readonly range: string | undefined;
  readonly total: number | undefined;
} {
  const [, range, total] = /^bytes +(\d+-\d+)\/(\d+|\*)$/i.exec(given ?? "") ?? [];
  return { range, total: total === undefined || total === "*" ? undefined : Number(total) };
}

/** The server's ETag, or Last-Modified; both where it says itself that its ETag is weak: of content that is much the same. */
function versionOf({ headers }: Response): string | undefined {
  const [tag, modified] = [headers.get("etag"), headers.get("last-modified")];
  if (tag?.startsWith("W/") && modified !== null) return `${tag}, ${modified}`;
  return tag ?? modified ?? undefined;
}

function reasonOf(url: string | URL): string | undefined {
  return reasons[String(url).slice(0, 5).toLowerCase()];
}

/** What is at `url`, or a range of it; throws unless the server has it, or refuses the range only. */
async function ask(
  url: string | URL,
  { headers, fetch = globalThis.fetch }: OpenOptions,
  attempt: Attempt,
  range?: string,
): Promise<Response> {
  const asked: HttpHeaders = range === undefined ? {} : { range };
  attempt.touch();
  const own = typeof headers === "function" ? await headers(String(url), asked) : headers;
  const response = await fetch(url, { signal: attempt.signal, headers: { ...asked, ...own } }).catch(
    fail(url, "It could not be fetched. Check the address and the network.", attempt),
  );
  attempt.touch();
  const { status, statusText } = response;
  if (response.ok || (status === unsatisfiable && range !== undefined)) return response;
  leave(response);
  const message = `The server answered ${status} ${statusText}.`;
  // A signed address that was redirected to holds for a time; where it was over, the next one is new.
  if (isTransient(status) || (status === 403 && response.redirected))
    throw new TransientError(message, { after: retryAfter(response.headers.get("retry-after")) });
  throw new Error(message);
}

/** Throws what ended the attempt, or why fetching from `url` failed. */
function fail(url: string | URL, message: string, { signal }: Attempt): (error: Error) => never {
  return (error) => {
    signal.throwIfAborted();
    // fetch says no more than that it failed; why, and the code, are its own cause.
    const cause = (error.cause ?? error) as Error & { readonly code?: unknown };
    const reason = reasonOf(url);
    if (reason !== undefined || cause.code === "ERR_INVALID_URL")
      throw new Error(reason ?? message, { cause });
    throw new TransientError(message, { cause });
  };
}

/** An answer that is not read to its end keeps the program alive. */
function leave({ body }: Response): void {
  body?.cancel().catch(() => {});
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

/**
 * The body of `response`, read until it ends; undefined, and left, where it has `most` bytes or more, or more than there is
 * `room` for, from which they are taken. What a header says of its size is only taken for a reason to refuse it.
 */
export async function readBody(
  response: Response,
  most: number,
  attempt?: Attempt,
  room?: DownloadRoom,
): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  const said = Number(response.headers.get("content-length") ?? 0);
  let length = 0;
  let whole = false;
  try {
    while (Math.max(length, said) < most && !(room !== undefined && said - length > room.left)) {
      const part = await reader.read();
      attempt?.touch();
      if (part.done) {
        whole = true;
        return joined(parts, length);
      }
      if (room !== undefined && part.value.length > room.left) return undefined;
      if (room !== undefined) room.left -= part.value.length;
      length += part.value.length;
      parts.push(part.value);
    }
    return undefined;
  } finally {
    if (room !== undefined && !whole) room.left += length;
    // Of no interest any more, if it goes on; the connection ends with it.
    reader.cancel().catch(() => {});
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
