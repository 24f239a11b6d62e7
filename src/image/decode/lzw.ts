/** Compression by a growing list of strings, with codes of 3 to 12 bits: GIF89a, appendix F. */

/** What came of the codes: all indices, too few as the file ends, or codes that make no sense. */
export type LzwStatus = "whole" | "truncated" | "damaged";

/** No code has more bits: the list ends there. */
const mostStrings = 4096;

/**
 * Fills `indices` by the codes at `at`: their size, then parts, each with its length. Codes behind the last index are not
 * read.
 *
 * Each string is one before and an index more, and that is how they stand in `indices`: so of each only its place there
 * and its length are kept.
 */
export function decompressLzw(bytes: Uint8Array, at: number, indices: Uint8Array): LzwStatus {
  const least = bytes[at]!;
  if (least < 1 || least > 8) return "damaged";
  const clear = 1 << least;
  const starts = new Uint32Array(mostStrings);
  const lengths = new Uint32Array(mostStrings);
  let next = clear + 2;
  let size = least + 1;
  /** Length of the string before, 0 where there is none; it ends where the next one begins. */
  let before = 0;
  let from = at + 1;
  let left = 0;
  let buffer = 0;
  let bits = 0;
  for (let to = 0; to < indices.length; ) {
    for (; bits < size; bits += 8) {
      if (left === 0) left = bytes[from++] ?? 0;
      if (left === 0 || from >= bytes.length) return "truncated";
      left--;
      buffer |= bytes[from++]! << bits;
    }
    const code = buffer & ((1 << size) - 1);
    buffer >>>= size;
    bits -= size;
    if (code === clear) {
      next = clear + 2;
      size = least + 1;
      before = 0;
      continue;
    }
    if (before > 0 && next < mostStrings) {
      starts[next] = to - before;
      lengths[next] = before + 1;
      next++;
      if (next === 1 << size && size < 12) size++;
    }
    if (code < clear) {
      indices[to++] = code;
      before = 1;
      continue;
    }
    if (code === clear + 1 || code >= next) return "damaged";
    const start = starts[code]!;
    before = lengths[code]!;
    // The string may be the one that begins here. What is too long is not written: arrays end.
    for (let i = 0; i < before; i++) indices[to + i] = indices[start + i]!;
    to += before;
  }
  return "whole";
}
