/** A short name for what memory or text holds. */

/** Up to this size all bytes count. */
const whole = 2 ** 20;

/** Of larger memory this many parts of `part` bytes, evenly spread, count where a sample is enough. */
const parts = 256;
const part = 2 ** 10;

/**
 * A hash of `bytes`, 32 bits; of more than 1 MB only that of 256 kB spread over all.
 * Source: FNV-1a over words, in two lanes (G. Fowler, L. C. Noll, K.-P. Vo, draft-eastlake-fnv).
 */
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
  let one = 0x811c9dc5 ^ seed;
  let other = 0x9e3779b9;
  let i = 0;
  const aligned = -bytes.byteOffset & 3;
  for (; i < Math.min(aligned, bytes.length); i++) one = Math.imul(one ^ bytes[i]!, 0x01000193);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + i, (bytes.length - i) >>> 2);
  const { length } = words;
  for (let w = 0; w + 1 < length; w += 2) {
    one = Math.imul(one ^ words[w]!, 0x01000193);
    one ^= one >>> 15;
    other = Math.imul(other ^ words[w + 1]!, 0x85ebca6b);
    other ^= other >>> 13;
  }
  if (length % 2 === 1) other = Math.imul(other ^ words[length - 1]!, 0x85ebca6b);
  for (i += 4 * length; i < bytes.length; i++) one = Math.imul(one ^ bytes[i]!, 0x01000193);
  return (one ^ Math.imul(other, 0xc2b2ae35)) | 0;
}
