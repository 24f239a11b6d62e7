/** What of a server is kept on disk, where `http()` is given a folder. Apart, as it is loaded only then, and never in a page. */
import { fileProblem } from "../core/file.ts";
import { CachedBytes, keptOf, openCopy } from "./block-cache.ts";
import { type BlockFile, pieceLength } from "./block-file.ts";
import { type Bytes, type OpenOptions, readSlice } from "./bytes.ts";
import {
  ask,
  brokeOff,
  changed,
  fail,
  fetching,
  leave,
  lengthOfAnswer,
  versionOfAnswer,
} from "./http-answer.ts";
import { type Attempt, TransientError } from "./retry.ts";

/** `bytes`, which a server gives by range, of which what is read is kept as far as that is possible. */
export function keepRanges(bytes: Bytes, url: string | URL, options: OpenOptions): Bytes {
  const copy = copyOf(bytes, url, options);
  return copy === undefined ? bytes : new CachedBytes(bytes, copy, options);
}

/** Where what `url` gives is kept on disk; undefined where that is not possible. */
function copyOf(
  { version, byteLength }: Bytes,
  url: string | URL,
  options: OpenOptions,
): BlockFile | undefined {
  if (version === undefined)
    throw new Error(
      "The server says neither ETag nor Last-Modified, so that what is kept of it might be of another version. Leave `cache` out, or download it.",
    );
  return openCopy(String(url), version, byteLength, options);
}

/** What a server without ranges has, kept on disk as a whole: `response` is read only where it is not there yet. */
export async function keepWhole(
  response: Response,
  url: string | URL,
  options: OpenOptions,
  attempt: Attempt,
): Promise<Bytes> {
  let copy: BlockFile | undefined;
  try {
    const far = new WholeBytes(response, url, options);
    const { byteLength } = far;
    const isKept = keptOf(byteLength, options.maxBytes) === byteLength;
    if (isKept) copy = copyOf(far, url, options);
    if (copy === undefined)
      throw new Error(
        `The server gives no ranges, so that all ${byteLength} bytes have to be kept, and ${isKept ? "they cannot be: a warning says why" : "`maxBytes` allows fewer"}. Download it.`,
      );
    far.copy = copy;
    if (!copy.isComplete) await far.keep(response, 0, 0, attempt);
    return new CachedBytes(far, copy, options);
  } catch (error) {
    copy?.close();
    throw error;
  } finally {
    if (!response.bodyUsed) leave(response);
  }
}

/** Bytes behind a URL whose server gives no ranges: for any of them all are read, and kept on the way. */
class WholeBytes implements Bytes {
  readonly byteLength: number;
  readonly version: string | undefined;
  copy: BlockFile | undefined;
  readonly #url: string | URL;
  readonly #options: OpenOptions;

  constructor(response: Response, url: string | URL, options: OpenOptions) {
    const length = lengthOfAnswer(response);
    if (length === undefined)
      throw new Error(
        "The server gives no ranges, and does not say how long it is, so that it cannot be kept in `cache`. Leave that out, or download it.",
      );
    this.byteLength = length;
    this.version = versionOfAnswer(response);
    this.#url = url;
    this.#options = options;
  }

  slice(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    return fetching(this.#url, this.#options, signal, async (attempt) => {
      const response = await ask(this.#url, this.#options, attempt, "bytes=0-0");
      const version = versionOfAnswer(response);
      if (response.status === 200 && version === this.version && lengthOfAnswer(response) === this.byteLength)
        return this.keep(response, start, end, attempt);
      leave(response);
      throw new Error(
        version === this.version
          ? `The server gave all of it when it was opened, and answers with ${response.status} ${response.statusText} now. Open it again.`
          : changed(this.version, version),
      );
    });
  }

  readInto(target: Uint8Array, start: number, signal?: AbortSignal): Promise<void> {
    return readSlice(this, target, start, signal);
  }

  /** Keeps the body of `response`, and gives its bytes from `start` to `end`. */
  async keep(response: Response, start: number, end: number, attempt: Attempt): Promise<Uint8Array> {
    const wanted = new Uint8Array(end - start);
    const room = new Uint8Array(pieceLength);
    let length = 0;
    const flush = () => {
      const at = Math.floor((length - 1) / pieceLength) * pieceLength;
      try {
        this.copy!.write(room.subarray(0, length - at), at);
      } catch (cause) {
        throw new Error(`It cannot be kept on disk. ${fileProblem(cause as Error)}`, { cause });
      }
    };
    const reader = response.body!.getReader();
    try {
      for (;;) {
        const part = await reader.read().catch(fail(this.#url, brokeOff, attempt));
        attempt.touch();
        if (part.done) break;
        for (let at = 0; at < part.value.length; ) {
          const within = length % pieceLength;
          const some = part.value.subarray(at, at + pieceLength - within);
          room.set(some, within);
          const [from, to] = [Math.max(start, length), Math.min(end, length + some.length)];
          if (from < to) wanted.set(some.subarray(from - length, to - length), from - start);
          length += some.length;
          at += some.length;
          if (length > this.byteLength)
            throw new Error(`The server sent more than the ${this.byteLength} bytes that it said there are.`);
          if (length % pieceLength === 0 || length === this.byteLength) flush();
        }
      }
    } finally {
      reader.cancel().catch(() => {});
    }
    if (length === this.byteLength) return wanted;
    throw new TransientError(`The server sent ${length} of ${this.byteLength} bytes. ${brokeOff}`);
  }
}
