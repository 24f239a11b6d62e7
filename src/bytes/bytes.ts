/**
 * The contract of this floor: bytes by range, wherever they are.
 *
 * What is at hand answers at once, what is far away with a promise; who asks takes either, so that a batch of local
 * files is made without any promise. A `Uint8Array` keeps the contract as it is. Whoever fails throws an Error whose
 * message is a sentence that says why, with the platform's own error, which has a code, as `cause` where there is one;
 * whoever asked says what for, and in which of our errors.
 */

/** Bytes by range. */
export interface Bytes {
  /** How many there are. */
  readonly byteLength: number;
  /** The bytes from `start` up to, not including, `end`: a copy, and shorter where there are no more. */
  slice(start: number, end: number): Uint8Array | Promise<Uint8Array>;
  /** Fills `target` from `start` on; returns how many there were. For who has memory already. */
  readInto?(target: Uint8Array, start: number): number | Promise<number>;
  /** Another one when the bytes are others; absent where that cannot be told. */
  readonly version?: string;
}

/** Why more than `most` bytes are not read into memory together. */
export function tooLarge(what: string, most: number): Error {
  return new Error(
    `The ${what} is larger than ${most / 2 ** 30} GiB, which is not read into memory at once.`,
  );
}
