/** Downloads: `http:`, `https:`, `data:` and `blob:` URLs, read to their end. */
import { tooLarge } from "./bytes.ts";

/** Why what is behind a URL of no network cannot be had, by the beginning of the URL. */
const reasons: Readonly<Record<string, string>> = {
  "blob:":
    "The Blob cannot be read. Its URL holds in the thread that made it only, until it is revoked, and as long as the file behind it does not change. Give the bytes themselves.",
  "data:": "The data: URL cannot be read. Check how it is written: data:image/png;base64,…",
};

/**
 * The bytes at `url`.
 *
 * @throws Error saying why they cannot be had, or that they are `most` or more; the reason of `signal` if that ended it.
 */
export async function download(
  url: string | URL,
  signal: AbortSignal | undefined,
  most: number,
): Promise<Uint8Array> {
  const why = reasons[String(url).slice(0, 5).toLowerCase()];
  const fail = (message: string) => (error: Error) => {
    signal?.throwIfAborted();
    // fetch says no more than that it failed; why, and the code, are its own cause.
    throw new Error(message, { cause: error.cause ?? error });
  };
  const response = await fetch(url, signal === undefined ? {} : { signal }).catch(
    fail(why ?? "It could not be fetched. Check the address and the network."),
  );
  if (!response.ok) {
    // An answer that is not read to its end keeps the program alive.
    response.body?.cancel().catch(() => {});
    throw new Error(`The server answered ${response.status} ${response.statusText}.`);
  }
  const bytes = await readBody(response, most).catch(
    fail(why ?? "The download broke off. Check the network, and fetch it again."),
  );
  if (bytes === undefined) throw tooLarge("download", most);
  return bytes;
}

/**
 * The body of `response`, read until it ends; undefined, and left, where it has `most` bytes or more. What a header says
 * of its size is only taken for a reason to refuse it.
 */
export async function readBody(response: Response, most: number): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let length = Number(response.headers.get("content-length") ?? 0) >= most ? most : 0;
  try {
    while (length < most) {
      const part = await reader.read();
      if (part.done) return joined(parts, length);
      length += part.value.length;
      parts.push(part.value);
    }
    return undefined;
  } finally {
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
