/**
 * LZ4 frames, which pandas' `to_feather` writes unless it is told otherwise: whole, with each offset and length checked.
 *
 * Limits: checksums are passed over, and dictionaries are refused, as Arrow's writers use none.
 */

/**
 * The bytes that are in a frame, which are to be `length`.
 *
 * @throws Error if the frame is damaged or cut off.
 */
export function decompressLz4(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 7 || view.getUint32(0, true) !== 0x184d2204) throw damaged();
  const flags = input[4]!;
  const [blockChecksums, hasSize, hasDictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  if (flags >> 6 !== 1 || hasDictionary !== 0) throw damaged();
  let at = 7 + (hasSize === 0 ? 0 : 8);
  // No more comes of a block than 255 times its bytes: what says more is not made room for.
  if (length > input.length * 255) throw damaged();
  const output = new Uint8Array(length);
  let filled = 0;
  for (;;) {
    if (at + 4 > input.length) throw damaged();
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) break;
    const size = header & 0x7fffffff;
    const block = input.subarray(at, at + size);
    if (block.length < size) throw damaged();
    if (header >>> 31 === 1) {
      if (filled + size > length) throw damaged();
      output.set(block, filled);
      filled += size;
    } else filled = decompressBlock(block, output, filled);
    at += size + (blockChecksums === 0 ? 0 : 4);
  }
  if (filled !== length) throw damaged();
  return output;
}

/** Writes what is in `block` to `output` from `at` on, where it may repeat what stands before; returns where it ends. */
function decompressBlock(block: Uint8Array, output: Uint8Array, at: number): number {
  let next = 0;
  /** A length whose first four bits are `start`: bytes are added to 15 until one is less than 255. */
  const lengthFrom = (start: number): number => {
    let total = start;
    for (let byte = start === 15 ? 255 : 0; byte === 255; total += byte) {
      if (next >= block.length) throw damaged();
      byte = block[next++]!;
    }
    return total;
  };
  while (next < block.length) {
    const token = block[next++]!;
    const literals = lengthFrom(token >> 4);
    if (next + literals > block.length || at + literals > output.length) throw damaged();
    for (let i = 0; i < literals; i++) output[at++] = block[next++]!;
    if (next === block.length) return at;
    const distance = block[next]! | (block[next + 1]! << 8);
    next += 2;
    const copied = lengthFrom(token & 15) + 4;
    if (!(distance >= 1 && distance <= at) || at + copied > output.length) throw damaged();
    for (const end = at + copied; at < end; at++) output[at] = output[at - distance]!;
  }
  throw damaged();
}

function damaged(): Error {
  return new Error("Its bytes are no whole LZ4 frame.");
}
