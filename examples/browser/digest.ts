/** The bytes of a stream of batches in one number: equal for equal streams, whoever loaded them. */

/** Of a stream without batches. */
export const emptyDigest = 0x811c9dc5;

/** The digest of a stream to which an array is added: FNV-1a, over words of four bytes. */
export function addTo(digest: number, { buffer, byteOffset, length }: Float32Array | Int32Array): number {
  const words = new Uint32Array(buffer, byteOffset, length);
  let hash = digest;
  for (let i = 0; i < length; i++) hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ words[i]!, 0x01000193);
  return hash >>> 0;
}

/** A digest as eight hexadecimal digits. */
export function showDigest(digest: number): string {
  return digest.toString(16).padStart(8, "0");
}
