/**
 * One question to a server and its answer: what is at a URL, or a range of it, and what the answer says of that.
 *
 * A failure that may pass is a {@link TransientError}, which is asked about again (retry.ts), always at the URL that was
 * given: where that redirects to a signed one, it signs another.
 */
import type { DownloadRoom, OpenOptions } from "./bytes.ts";
import type { HttpHeaders } from "./http-source.ts";
import { inTurn } from "./in-flight.ts";
import { type Attempt, isTransient, retryAfter, retrying, TransientError } from "./retry.ts";

/** Why what is behind a URL of no network cannot be had, by the beginning of the URL. */
const reasons: Readonly<Record<string, string>> = {
  "blob:":
    "The Blob cannot be read. Its URL holds in the thread that made it only, until it is revoked, and as long as the file behind it does not change. Give the bytes themselves.",
  "data:": "The data: URL cannot be read. Check how it is written: data:image/png;base64,…",
};

/** Why what is at `url` cannot be had, where that is on no network; else undefined. */
export function offlineReason(url: string | URL): string | undefined {
  return reasons[String(url).slice(0, 5).toLowerCase()];
}

/** What `run` gives, in its turn, and again where it may pass. */
export function fetching<T>(
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

/** The status of an answer that is a range. */
export const partial: number = 206;
/** The status of an answer to a range that there is not. */
export const unsatisfiable: number = 416;

/** That an answer came in part. */
export const brokeOff: string = "The download broke off. Check the network, and fetch it again.";

/** What is at `url`, or a range of it; throws unless the server has it, or refuses the range only. */
export async function ask(
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
export function fail(url: string | URL, message: string, { signal }: Attempt): (error: Error) => never {
  return (error) => {
    signal.throwIfAborted();
    // fetch says no more than that it failed; why, and the code, are its own cause.
    const cause = (error.cause ?? error) as Error & { readonly code?: unknown };
    const reason = offlineReason(url);
    if (reason !== undefined || cause.code === "ERR_INVALID_URL")
      throw new Error(reason ?? message, { cause });
    throw new TransientError(message, { cause });
  };
}

/** An answer that is not read to its end keeps the program alive. */
export function leave({ body }: Response): void {
  body?.cancel().catch(() => {});
}

/** A Content-Range: which bytes these are, and how many there are in all; undefined where it does not say so. */
export function contentRange(given: string | null): {
  readonly range: string | undefined;
  readonly total: number | undefined;
} {
  const [, range, total] = /^bytes +(\d+-\d+)\/(\d+|\*)$/i.exec(given ?? "") ?? [];
  return { range, total: total === undefined || total === "*" ? undefined : Number(total) };
}

/** The server's ETag, or Last-Modified; both where it says itself that its ETag is weak: of content that is much the same. */
export function versionOfAnswer({ headers }: Response): string | undefined {
  const [tag, modified] = [headers.get("etag"), headers.get("last-modified")];
  if (tag?.startsWith("W/") && modified !== null) return `${tag}, ${modified}`;
  return tag ?? modified ?? undefined;
}

/** How many bytes there are, by an answer that has all of them; undefined where it does not say so. */
export function lengthOfAnswer({ headers }: Response): number | undefined {
  const given = headers.get("content-length");
  return given === null || (headers.get("content-encoding") ?? "identity") !== "identity"
    ? undefined
    : Number(given);
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

/** Says that a server has another content by now. */
export function changed(was: string | undefined, is: string | undefined): string {
  return `It is not what it was on the server when it was opened: ${was ?? "without a version"}, now ${is ?? "without one"}. Open it again.`;
}
