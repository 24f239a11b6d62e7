/** CRC-32, the checksum of zip archives and gzip: the reflected polynomial is 0xedb88320. */
import { builtin } from "./node.ts";

/** CRC-32 of `bytes`, from 0 to 2^32 - 1; or of those that `before` is of and `bytes` behind them. */
export function crc32Of(bytes: Uint8Array, before: number = 0): number {
  return native === undefined ? plainCrc32(bytes, before) : native(bytes, before);
}

/** A checksum as it stands in a file where 0 is none. */
export function storedCrc32(checksum: number): number {
  return checksum === 0 ? 0xffffffff : checksum;
}

/** {@link crc32Of} without Node. */
export function plainCrc32(bytes: Uint8Array, before: number): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Node's own, thirty times as quick. */
const native: ((bytes: Uint8Array, before: number) => number) | undefined = builtin("zlib")?.crc32;

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});
