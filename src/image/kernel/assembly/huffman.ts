/**
 * What Huffman codes mean: ITU-T T.81 annexes C and F.
 *
 * A look-up of ten bits gives two coefficients at once, numbers and all, where they fit. An entry of the look-up is,
 * from its lower end, { 6 bits: bits of all, 6: bits of the first symbol, 4: those of its number, 16: number of the first
 * symbol, 16: of the second, 7: step of the first in zigzag order, 7: of the second, 1: free, 1: whether the number is
 * yet to be read }. Bits of all come first as a shift looks at its last six bits alone: so the next look-up, which all
 * waits for, begins one instruction earlier. One symbol alone has a second of step 0 with the same number: it is put in
 * place twice.
 */
import { HuffmanTable, Place } from "./layout.ts";

const LOOKUP: i32 = 10;

/** Step of an end of block: past any place in a block. */
export const END: i32 = 64;

/** The entry of a code that is longer than the look-up, or is none. */
export const LONG: i64 = i64.MIN_VALUE;

/** What codes may mean: differences, coefficients, or coefficients and how many blocks have ended. */
export enum Codes {
  dc,
  ac,
  progressive,
}

/**
 * Makes the table of a slot (0 to 3 for DC, 4 to 7 for AC) from its specification; false if it is none.
 *
 * @param progressive whether AC codes are those of a progressive scan
 */
export function huffman(slot: i32, progressive: bool): bool {
  const table: usize = Place.huffman + slot * HuffmanTable.bytes;
  const ac = slot > 3;
  const codes: Codes = ac ? (progressive ? Codes.progressive : Codes.ac) : Codes.dc;
  for (let i = 0; i < 1 << LOOKUP; i++) store<i64>(table + (i << 3), LONG);
  let code = 0;
  let k = 0;
  for (let length = 1; length <= 16; length++) {
    store<i32>(table + (length << 2), k - code, HuffmanTable.deltas);
    for (let n: i32 = load<u8>(Place.specification + length - 1); n > 0; n--) {
      if (code >= 1 << length || k > 255) return false;
      const symbol: i32 = load<u8>(Place.specification + 16 + k);
      if (!ac && symbol > 15) return false;
      store<u8>(table + k, <u8>symbol, HuffmanTable.symbols);
      if (length <= LOOKUP) addCode(table, code, length, entry(symbol, codes, length));
      code++;
      k++;
    }
    store<i32>(table + (length << 2), code << (16 - length), HuffmanTable.limits);
    code <<= 1;
  }
  if (ac) addSeconds(table);
  return true;
}

/** Puts a symbol's entry wherever ten bits begin with its code, with its number where they hold it. */
function addCode(table: usize, code: i32, length: i32, e: i64): void {
  const free = LOOKUP - length;
  const size = numberBitsOf(e);
  for (let rest = 0; rest < 1 << free; rest++) {
    const bits = (code << free) | rest;
    store<i64>(table + (bits << 3), size <= free ? withNumber(e, (<u64>bits) << (64 - LOOKUP)) : e);
  }
}

/** Adds to each entry the symbol that follows, where the look-up's bits hold it, too, and the block goes on. */
function addSeconds(table: usize): void {
  for (let i = 0; i < 1 << LOOKUP; i++) {
    const e = load<i64>(table + (i << 3));
    if (e < 0 || stepOf(e) === END) continue;
    const length = bitsOf(e);
    const second = load<i64>(table + (((i << length) & ((1 << LOOKUP) - 1)) << 3));
    const both = length + firstBitsOf(second);
    if (second < 0 || both > LOOKUP) continue;
    store<i64>(
      table + (i << 3),
      (e & 0x007f0000ffffffc0) |
        <i64>both |
        ((<i64>stepOf(second)) << 55) |
        ((<i64>firstOf(second) & 0xffff) << 32),
    );
  }
}

/** The entry of a symbol with a code of `length` bits, its number unread. */
function entry(symbol: i32, codes: Codes, length: i32): i64 {
  let size = symbol & 15;
  let step = 1;
  if (codes !== Codes.dc) {
    step = (symbol >> 4) + 1;
    if (size === 0 && symbol !== 0xf0) {
      // In a progressive scan it may be the end of up to 2^15 blocks.
      if (codes === Codes.progressive) size = symbol >> 4;
      step = END;
    }
  }
  const whole = <i64>(length + size);
  return LONG | whole | (whole << 6) | ((<i64>size) << 12) | ((<i64>step) << 48);
}

/** At least 57 bits from a position on, of coded data that end at `top` and are stored backwards. */
export function peek(top: usize, at: u32): u64 {
  return load<u64>(top - (at >> 3) - 8) << (at & 7);
}

/** The entry of the bits to come, which are at the upper end. */
export function lookUp(bits: u64, table: usize): i64 {
  return load<i64>(table + ((<usize>(bits >> (64 - LOOKUP))) << 3));
}

/** The entry of a code that is longer than the look-up; 0 if there is no such code. */
export function longEntry(bits: u64, table: usize, codes: Codes): i64 {
  const code = <i32>(bits >> 48);
  for (let length = LOOKUP + 1; length <= 16; length++) {
    if (code < load<i32>(table + (length << 2), HuffmanTable.limits)) {
      const k = (code >> (16 - length)) + load<i32>(table + (length << 2), HuffmanTable.deltas);
      return entry(load<u8>(table + (k & 255), HuffmanTable.symbols), codes, length);
    }
  }
  return 0;
}

/** The entry with its number read. */
export function withNumber(e: i64, bits: u64): i64 {
  const value = <i64>numberOf(bits, e) & 0xffff;
  return (e & 0x7fff00000000ffff) | (value << 32) | (value << 16);
}

/** The number that follows the code of an entry of one symbol: JPEG writes negative ones less one, so that they begin with 0. */
export function numberOf(bits: u64, e: i64): i32 {
  const size = numberBitsOf(e);
  const rest = bits << (firstBitsOf(e) - size);
  const value = <i32>((rest >> 1) >> (63 - size));
  return value + (<i32>(<i64>~rest >> 63) & (1 - (1 << size)));
}

/** Bits of all that an entry holds. */
export function bitsOf(e: i64): i32 {
  return <i32>e & 63;
}

/** The bits that follow all that an entry holds. */
export function following(bits: u64, e: i64): u64 {
  // A shift takes the last six bits of its distance, which are those that count.
  return bits << e;
}

/** Bits of its first symbol. */
export function firstBitsOf(e: i64): i32 {
  return (<i32>e >> 6) & 63;
}

/** Bits of the number of its first symbol. */
export function numberBitsOf(e: i64): i32 {
  return (<i32>e >> 12) & 15;
}

/** Step of its first symbol. */
export function stepOf(e: i64): i32 {
  return <i32>(e >> 48) & 127;
}

/** Step of its second. */
export function secondStepOf(e: i64): i32 {
  return <i32>(e >> 55) & 127;
}

/** The number of its first symbol, in the last 16 bits. */
export function firstOf(e: i64): i32 {
  return <i32>e >> 16;
}

/** The number of its second, in the last 16 bits. */
export function secondOf(e: i64): i32 {
  return <i32>(e >> 32);
}
