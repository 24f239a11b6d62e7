/**
 * What deflate's Huffman codes mean: RFC 1951, 3.2.
 *
 * A look-up of a table's first bits gives an entry that says all there is to know of a symbol: from its upper end
 * { 16 bits: the literal, or the least length or distance, 4: flags, 4: bits of the code, 8: bits of the code and of what
 * is to be added }. Codes with more bits than are looked up lead to a table for those that follow: { 16: its first entry,
 * 4: flags, 4: how many bits, 8: bits so far }.
 */
import { Place } from "./layout.ts";

/** The entry is a literal. */
export const LITERAL: u64 = 0x1000;

/** The entry is no literal, length or distance: with {@link SUBTABLE} or {@link BLOCK_END}, or else there is no such code. */
export const OTHER: u64 = 0x8000;

/** The entry leads to another table. */
export const SUBTABLE: u64 = 0x4000;

/** The entry ends a block. */
export const BLOCK_END: u64 = 0x2000;

/** What symbols stand for. */
export enum Code {
  lengths,
  literals,
  distances,
}

/**
 * Makes a table of the symbols whose code lengths are at `lengths`; returns the bits that are looked up first, at most
 * `most`, or 0: no such codes.
 *
 * Codes are taken in their order, bits reversed. A table of few bits is made first and doubled whenever codes become
 * longer, so that most entries are copied and not made.
 */
export function makeTable(table: usize, lengths: usize, count: i32, most: i32, kind: Code): i32 {
  const longest = sortSymbols(lengths, count, kind);
  if (longest < 0) return 0;
  const bits = max(1, min(most, longest));
  let symbols: usize = Place.codeSymbols;
  if (longest < 2) {
    // The only codes that need not use all bits: one of a single bit, or none.
    store<u32>(table, <u32>OTHER | 1);
    store<u32>(table, <u32>OTHER | 1, 4);
    for (let i = 0; i < countOf(1); i++) {
      store<u32>(table + (i << 2), entry(load<u16>(symbols), 1, kind));
      symbols += 2;
    }
    return 1;
  }
  let code = 0;
  let end = 1;
  for (let length = 1; length <= bits; length++) {
    memory.copy(table + (end << 2), table, end << 2);
    end <<= 1;
    for (let left = countOf(length); left > 0; left--) {
      store<u32>(table + (code << 2), entry(load<u16>(symbols), length, kind));
      symbols += 2;
      code = following(code, end - 1);
    }
  }
  if (longest > bits) addSubtables(table, bits, code, symbols, kind);
  return bits;
}

/** The tables for what follows the first `bits` bits, from `code` on. */
function addSubtables(table: usize, bits: i32, code: i32, symbols: usize, kind: Code): void {
  const mask = (1 << bits) - 1;
  let end = 1 << bits;
  let length = bits + 1;
  let left = countOf(length);
  while (true) {
    while (left === 0) {
      if (++length > 15) return;
      left = countOf(length);
    }
    const prefix = code & mask;
    const start = end;
    // As long as the codes that begin so: they are together, the shortest first.
    let more = length - bits;
    for (let free = (1 << more) - left; free > 0; free = (free << 1) - countOf(bits + more)) more++;
    end += 1 << more;
    store<u32>(table + (prefix << 2), (start << 16) | <u32>(OTHER | SUBTABLE) | (more << 8) | bits);
    do {
      const e = entry(load<u16>(symbols), length - bits, kind);
      symbols += 2;
      for (let i = start + (code >> bits); i < end; i += 1 << (length - bits))
        store<u32>(table + (i << 2), e);
      if (code === (1 << length) - 1) return;
      code = following(code, (1 << length) - 1);
      left--;
      while (left === 0) left = countOf(++length);
    } while ((code & mask) === prefix);
  }
}

/** The next code of as many bits as `mask` has, bits reversed; the last has none. */
function following(code: i32, mask: i32): i32 {
  const free = code ^ mask;
  if (free === 0) return 0;
  const bit = 1 << (31 - clz(free));
  return (code & (bit - 1)) | bit;
}

/** Counts and sorts the symbols by the lengths of their codes; returns the longest, or -1 if these are no codes. */
function sortSymbols(lengths: usize, count: i32, kind: Code): i32 {
  memory.fill(Place.codeCounts, 0, 64);
  for (let i = 0; i < count; i++) {
    const at = Place.codeCounts + ((<i32>load<u8>(lengths + i)) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  let longest = 0;
  let free = 1;
  let place = 0;
  for (let length = 1; length <= 15; length++) {
    const n = countOf(length);
    if (n > 0) longest = length;
    free = (free << 1) - n;
    if (free < 0) return -1;
    // In the place of a length before it, which is not looked for any more: where its symbols begin.
    store<i32>(Place.codeStarts + (length << 2), place);
    place += n;
  }
  if (free > 0 && (kind === Code.lengths || longest > 1)) return -1;
  for (let i = 0; i < count; i++) {
    const length: i32 = load<u8>(lengths + i);
    if (length === 0) continue;
    const at = Place.codeStarts + (length << 2);
    const start = load<i32>(at);
    store<i32>(at, start + 1);
    store<u16>(Place.codeSymbols + (start << 1), <u16>i);
  }
  return longest;
}

/** How many codes have so many bits. */
function countOf(length: i32): i32 {
  return load<i32>(Place.codeCounts + (length << 2));
}

/** The entry of a symbol with a code of `length` bits. */
function entry(symbol: i32, length: i32, kind: Code): u32 {
  if (kind === Code.lengths) return (symbol << 16) | length;
  let extra = 0;
  let least = 0;
  if (kind === Code.literals) {
    if (symbol < 256) return (symbol << 16) | <u32>LITERAL | length;
    if (symbol === 256) return <u32>(OTHER | BLOCK_END) | length;
    if (symbol > 285) return <u32>OTHER | length;
    if (symbol < 265) least = symbol - 254;
    else if (symbol === 285) least = 258;
    else {
      extra = (symbol - 261) >> 2;
      least = ((4 + ((symbol - 265) & 3)) << extra) + 3;
    }
  } else {
    if (symbol > 29) return <u32>OTHER | length;
    if (symbol < 4) least = symbol + 1;
    else {
      extra = (symbol >> 1) - 1;
      least = ((2 + (symbol & 1)) << extra) + 1;
    }
  }
  return (least << 16) | (length << 8) | (length + extra);
}
