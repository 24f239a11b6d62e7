/** Bytes that are in memory already. */
import { type Bytes, checkWithin, endOfSlice } from "./bytes.ts";

/** Memory by range: nothing is copied, but of memory that other threads share, which not everybody takes. */
export class MemoryBytes implements Bytes {
  readonly version: string | undefined;
  readonly downloaded: Uint8Array | undefined;
  readonly #bytes: Uint8Array;
  readonly #shared: boolean;

  /** @param download that they were downloaded for this, and the version that the server gave, if it did */
  constructor(bytes: Uint8Array, download?: { readonly version: string | undefined }) {
    this.#bytes = bytes;
    // By tag: bytes may come from another realm, such as a test runner's.
    this.#shared = Object.prototype.toString.call(bytes.buffer) === "[object SharedArrayBuffer]";
    this.version = download?.version;
    this.downloaded = download === undefined ? undefined : bytes;
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  slice(start: number, end: number): Uint8Array {
    const to = endOfSlice(this, start, end);
    return this.#shared ? this.#bytes.slice(start, to) : this.#bytes.subarray(start, to);
  }

  readInto(target: Uint8Array, start: number): void {
    checkWithin(this, target, start);
    target.set(this.#bytes.subarray(start, start + target.length));
  }
}
