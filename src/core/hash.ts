/**
 * Short names of what values hold: hashes of 32 bits.
 *
 * The saved state of a loader holds some of them, so equal values have equal hashes in every release of one state
 * version. Limits: not for cryptography, and two values in 2^32 share a name.
 *
 * Source: FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo, draft-eastlake-fnv).
 */

/** The hash of nothing, with which others begin. */
export const hashStart: number = 0x811c9dc5;

const prime = 0x01000193;

/** `hash` gone on with another word of 32 bits, or another hash. */
export function hashWord(hash: number, word: number): number {
  return Math.imul(hash ^ word, prime);
}

/** The hash of `words`, of 32 bits each, that goes on from `hash`. */
export function hashWords(words: ArrayLike<number>, hash: number = hashStart): number {
  let sum = hash;
  for (let i = 0; i < words.length; i++) sum = hashWord(sum, words[i]!);
  return sum;
}

/** The hash of a text and its length that goes on from `hash`. */
export function hashText(text: string, hash: number): number {
  let sum = hash;
  for (let i = 0; i < text.length; i++) sum = hashWord(sum, text.charCodeAt(i));
  return hashWord(sum, text.length);
}

/** A hash as eight hexadecimal digits. */
export function hexOf(hash: number): string {
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Up to this size all bytes count. */
const whole = 2 ** 20;

/** Of larger memory this many parts of `part` bytes, evenly spread, count: a sample is enough. */
const parts = 256;
const part = 2 ** 10;

/** The hash of `bytes`, taken a word at a time in two lanes; of more than 1 MB only that of 256 kB spread over all. */
export function hashBytes(bytes: Uint8Array): number {
  if (bytes.byteLength <= whole) return hashPart(bytes, bytes.byteLength);
  let hash = bytes.byteLength | 0;
  for (let i = 0; i < parts; i++) {
    const from = Math.floor(((bytes.byteLength - part) * i) / (parts - 1));
    hash = hashPart(bytes.subarray(from, from + part), hash);
  }
  return hash;
}

function hashPart(bytes: Uint8Array, seed: number): number {
  let one = hashStart ^ seed;
  let other = 0x9e3779b9;
  let i = 0;
  const aligned = -bytes.byteOffset & 3;
  for (; i < Math.min(aligned, bytes.length); i++) one = hashWord(one, bytes[i]!);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + i, (bytes.length - i) >>> 2);
  const { length } = words;
  for (let w = 0; w + 1 < length; w += 2) {
    one = hashWord(one, words[w]!);
    one ^= one >>> 15;
    other = Math.imul(other ^ words[w + 1]!, 0x85ebca6b);
    other ^= other >>> 13;
  }
  if (length % 2 === 1) other = Math.imul(other ^ words[length - 1]!, 0x85ebca6b);
  for (i += 4 * length; i < bytes.length; i++) one = hashWord(one, bytes[i]!);
  return (one ^ Math.imul(other, 0xc2b2ae35)) | 0;
}
