/** What a snapshot is written on: new, or along an earlier one, where each number and leaf must be the one before. */
import type { Snapshot } from "./snapshot.ts";

/** Thrown where a value differs from its earlier picture. */
export const differs: unique symbol = Symbol("differs");

/** Two lists that are written, or compared with those of an earlier snapshot. */
export class Tape {
  readonly codes: number[] = [];
  readonly leaves: unknown[] = [];
  readonly #before: Pick<Snapshot, "codes" | "leaves"> | undefined;
  /** Places in the earlier snapshot. */
  #code = 0;
  #leaf = 0;

  constructor(before?: Pick<Snapshot, "codes" | "leaves">) {
    this.#before = before;
  }

  /** Whether it is compared, and not written. */
  get reads(): boolean {
    return this.#before !== undefined;
  }

  /** Whether all of the earlier snapshot was found. */
  get atEnd(): boolean {
    return this.#code === this.#before?.codes.length && this.#leaf === this.#before.leaves.length;
  }

  put(number: number): void {
    if (!this.#before) this.codes.push(number);
    else if (this.#before.codes[this.#code++] !== number) throw differs;
  }

  putLeaf(leaf: unknown): void {
    if (!this.#before) this.leaves.push(leaf);
    else if (!Object.is(this.#before.leaves[this.#leaf++], leaf)) throw differs;
  }

  /** The leaves of `array` in [from, to): the loop that a list of 100,000 paths is. */
  putLeaves(array: readonly unknown[], from: number, to: number): void {
    if (!this.#before) {
      for (let i = from; i < to; i++) this.leaves.push(array[i]);
      return;
    }
    const { leaves } = this.#before;
    let at = this.#leaf;
    for (let i = from; i < to; i++) if (!Object.is(leaves[at++], array[i])) throw differs;
    this.#leaf = at;
  }

  /** A copy of memory. */
  putMemory(buffer: ArrayBufferLike): void {
    if (!this.#before) {
      this.leaves.push(copyOf(buffer));
      return;
    }
    const before = this.#before.leaves[this.#leaf++];
    if (!(before instanceof ArrayBuffer && sameBytes(before, buffer))) throw differs;
  }

  /** Whether these codes come next where it is compared; they are then read. */
  skips(...codes: readonly number[]): boolean {
    if (!codes.every((code, i) => this.#before?.codes[this.#code + i] === code)) return false;
    this.#code += codes.length;
    return true;
  }
}

/** A copy as it is, resizable or not; of shared memory one that is not shared. */
function copyOf(buffer: ArrayBufferLike): ArrayBuffer {
  return buffer instanceof ArrayBuffer ? structuredClone(buffer) : new Uint8Array(buffer).slice().buffer;
}

function sameBytes(one: ArrayBuffer, other: ArrayBufferLike): boolean {
  if (one.byteLength !== other.byteLength) return false;
  const [a, b] = [new Uint8Array(one), new Uint8Array(other)];
  if (typeof Buffer !== "undefined") return Buffer.compare(a, b) === 0;
  return a.every((byte, i) => byte === b[i]);
}
