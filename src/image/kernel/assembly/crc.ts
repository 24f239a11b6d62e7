/** The cyclic redundancy check of PNG's chunks (CRC-32), sixteen bytes at a time: a table for each of them. */
import { Place } from "./layout.ts";

/** Fills the tables in, once for each memory. */
export function fillCrcTables(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? 0xedb88320 : 0);
    store<u32>(Place.crc + (i << 2), value);
  }
  for (let i: u32 = 0; i < 256 * 15; i++) {
    const value = load<u32>(Place.crc + (i << 2));
    store<u32>(Place.crc + (i << 2), (value >> 8) ^ load<u32>(Place.crc + ((value & 255) << 2)), 1024);
  }
}

/** The check of `length` bytes that follow those whose check is `crc`; 0 if there are none before. */
export function crc32(crc: u32, at: usize, length: usize): u32 {
  crc = ~crc;
  const end = at + length;
  for (; at + 16 <= end; at += 16) {
    const a = load<u64>(at) ^ <u64>crc;
    const b = load<u64>(at, 8);
    crc =
      part(a, 0, 15) ^
      part(a, 8, 14) ^
      part(a, 16, 13) ^
      part(a, 24, 12) ^
      part(a, 32, 11) ^
      part(a, 40, 10) ^
      part(a, 48, 9) ^
      part(a, 56, 8) ^
      part(b, 0, 7) ^
      part(b, 8, 6) ^
      part(b, 16, 5) ^
      part(b, 24, 4) ^
      part(b, 32, 3) ^
      part(b, 40, 2) ^
      part(b, 48, 1) ^
      part(b, 56, 0);
  }
  for (; at < end; at++)
    crc = (crc >> 8) ^ load<u32>(Place.crc + ((<usize>((crc ^ load<u8>(at)) & 255)) << 2));
  return ~crc;
}

/** A byte's part: `shift` bits of eight bytes are below it, `after` bytes follow it. */
function part(bytes: u64, shift: u64, after: usize): u32 {
  return load<u32>(Place.crc + (after << 10) + ((<usize>((bytes >> shift) & 255)) << 2));
}
