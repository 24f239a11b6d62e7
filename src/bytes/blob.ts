/**
 * Blobs, and so the files that somebody has chosen on a page or dropped there.
 *
 * Limit: Node says of a file of several GiB that its Blob (`fs.openAsBlob`) has fewer bytes than it has. Open it by path.
 */
import { type Bytes, endOfSlice, readSlice, tooLarge } from "./bytes.ts";

/** A Blob by range: a part is read when it is asked for. */
export class BlobBytes implements Bytes {
  readonly byteLength: number;
  /** Of a File its size and when it was last modified; a Blob never changes, but is not told from another one either. */
  readonly version: string | undefined;
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.byteLength = blob.size;
    this.version = blob instanceof File ? `${blob.size}-${blob.lastModified}` : undefined;
  }

  async slice(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    const part = this.#blob.slice(start, endOfSlice(this, start, end));
    return readBlob(part, signal, Number.POSITIVE_INFINITY);
  }

  readInto(target: Uint8Array, start: number, signal?: AbortSignal): Promise<void> {
    return readSlice(this, target, start, signal);
  }
}

/**
 * All bytes of `blob`.
 *
 * @throws Error saying why they cannot be had, or that they are `most` or more; the reason of `signal` if that came.
 */
export async function readBlob(
  blob: Blob,
  signal: AbortSignal | undefined,
  most: number,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (blob.size >= most) throw tooLarge("Blob", most);
  const bytes = await blob.arrayBuffer().catch((cause: unknown) => {
    throw new Error(
      "The Blob cannot be read: the file behind it has changed or is gone. Open or choose it again.",
      { cause },
    );
  });
  signal?.throwIfAborted();
  return new Uint8Array(bytes);
}
