/** Bytes that are in memory already. */
import { type Bytes, checkWithin, endOfSlice } from "./bytes.ts";

/** Memory by range: nothing is copied. */
export class MemoryBytes implements Bytes {
  readonly version: string | undefined;
  readonly #bytes: Uint8Array;

  /** @param version that of where the bytes were read from, if it has one */
  constructor(bytes: Uint8Array, version?: string) {
    this.#bytes = bytes;
    this.version = version;
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  slice(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, endOfSlice(this, start, end));
  }

  readInto(target: Uint8Array, start: number): void {
    checkWithin(this, target, start);
    target.set(this.#bytes.subarray(start, start + target.length));
  }
}
