/**
 * Bits of VP8: a binary arithmetic coder. RFC 6386 chapter 7 and 13.
 *
 * Each bit waits for the one before, so that what happens between them is the time: from a range to the next it takes a
 * shift, a multiplication, an addition or subtraction, a count of zeros and a shift. For that the range, less one, is kept
 * in the uppermost byte of 32 bits, and what lies below is any. Bits are taken from the upper end of 64, which are filled
 * up once for several, and tell themselves where they end. The coefficients' reader has its state in locals.
 *
 * Limits: past the end there are zeros, as many as are asked for; {@link isPastEnd} says whether any were. Four bytes
 * past the data may be read.
 */
import { BoolReader, Vp8, Vp8Context, Vp8Likely } from "./layout.ts";

/** One of the 256 parts that the largest range has, and what lies below it. */
const ONE: u32 = 1 << 24;
const BELOW: u32 = ONE - 1;

/** Makes `reader` read the bytes from `at` to `end`. */
export function beginBits(reader: usize, at: usize, end: usize): void {
  // None are there yet: the bit that marks their end is the first one.
  store<u64>(reader, (<u64>1) << 63, BoolReader.value);
  store<u32>(reader, 254 << 24, BoolReader.range);
  store<u32>(reader, <u32>at, BoolReader.at);
  store<u32>(reader, <u32>end, BoolReader.end);
}

/** Whether more was read than there is. */
export function isPastEnd(reader: usize): bool {
  const past = <i32>load<u32>(reader, BoolReader.at) - <i32>load<u32>(reader, BoolReader.end);
  return past << 3 > 63 - <i32>ctz<u64>(load<u64>(reader, BoolReader.value));
}

class Fill {
  /** The bits that are there, 31 at most, and behind them those of the next four bytes. */
  @inline
  static bits(value: u64, reader: usize): u64 {
    const at: usize = load<u32>(reader, BoolReader.at);
    const end: usize = load<u32>(reader, BoolReader.end);
    store<u32>(reader, <u32>at + 4, BoolReader.at);
    const bytes: u64 = at + 4 <= end ? bswap<u32>(load<u32>(at)) : Fill.last(at, end);
    return value + (((bytes << 1) - 0xffffffff) << ctz<u64>(value >> 32));
  }

  /** Four bytes where the data ends. */
  static last(at: usize, end: usize): u32 {
    return at >= end ? 0 : bswap<u32>(load<u32>(at)) & ((<u32>-1) << (<u32>((4 - (end - at)) << 3)));
  }
}

/** The next bit: it is 0 with a likelihood of `likely` of 256. */
export function bit(reader: usize, likely: u32): u32 {
  let value = load<u64>(reader, BoolReader.value);
  const range = load<u32>(reader, BoolReader.range);
  if (<u32>value === 0) value = Fill.bits(value, reader);
  let part = (range >> 24) * (likely << 16);
  const split = part | BELOW;
  const one: u64 = (<u64>split - (value >> 32)) >> 63;
  part += ONE + ((<u32>0 - <u32>one) & ((range | BELOW) - part - part - ONE));
  const shift = clz<u32>(part);
  value -= ((<u64>(split + 1)) << 32) & (0 - one);
  store<u64>(reader, value << shift, BoolReader.value);
  store<u32>(reader, ((part - ONE) | BELOW) << shift, BoolReader.range);
  return <u32>one;
}

/** A number of so many bits. */
export function bits(reader: usize, count: i32): i32 {
  let number = 0;
  while (count-- > 0) number = (number << 1) | bit(reader, 128);
  return number;
}

/** A number of so many bits, and its sign; 0 if a bit before it says so. */
export function optionalBits(reader: usize, count: i32): i32 {
  if (!bit(reader, 128)) return 0;
  const number = bits(reader, count);
  return bit(reader, 128) ? -number : number;
}

/** The tree of a block's modes: of each node where a 0 leads to and a 1. From 16 on these are modes. */
const MODES: usize = memory.data<u8>([16, 1, 17, 2, 18, 3, 4, 6, 19, 5, 20, 21, 22, 7, 23, 8, 24, 25]);

/** Reads the modes of 16 blocks, each by those of the blocks above it and to its left. */
export function blockModes(work: usize, reader: usize, context: usize): void {
  let value = load<u64>(reader, BoolReader.value);
  let range = load<u32>(reader, BoolReader.range);
  for (let block = 0; block < 16; block++) {
    const above = context + (block & 3);
    const left = work + Vp8.left + (block >> 2);
    const before: usize = load<u8>(left, Vp8Context.modes);
    const likely = work + Vp8.modes + <usize>load<u8>(above, Vp8Context.modes) * 90 + before * 9;
    let node = 0;
    do {
      if (<u32>value === 0) value = Fill.bits(value, reader);
      let part = (range >> 24) * ((<u32>load<u8>(likely + node)) << 16);
      const split = part | BELOW;
      if (<u32>(value >> 32) <= split) {
        node = load<u8>(MODES + (node << 1));
        const shift = clz<u32>(part + ONE);
        range = split << shift;
        value <<= shift;
      } else {
        node = load<u8>(MODES + (node << 1), 1);
        value -= (<u64>(split + 1)) << 32;
        part = (range | BELOW) - part;
        const shift = clz<u32>(part);
        range = ((part - ONE) | BELOW) << shift;
        value <<= shift;
      }
    } while (node < 16);
    const mode = <u8>(node - 16);
    store<u8>(above, mode, Vp8Context.modes);
    store<u8>(left, mode, Vp8Context.modes);
    store<u8>(work + block, mode, Vp8.blocks);
  }
  store<u64>(reader, value, BoolReader.value);
  store<u32>(reader, range, BoolReader.range);
}

/**
 * Reads the coefficients of `size` x `size` blocks, times their factors.
 *
 * @param likely a {@link Vp8Likely} for each number of coefficient, of this kind of block
 * @param above  u8 of each column: whether the block above has coefficients; then whether the last of these has
 * @param left   the same of each row
 * @param start  number of the first that is there
 * @param out    room for 16 coefficients of each block, zeros
 * @param counts u8 of each block: the number of its last coefficient and one
 */
export function coefficients(
  reader: usize,
  likely: usize,
  above: usize,
  left: usize,
  size: i32,
  first: i32,
  others: i32,
  start: i32,
  out: usize,
  counts: usize,
): void {
  for (let block = 0; block < size * size; block++) {
    const column = above + (block & (size - 1));
    const row = left + (block >> (size >> 1));
    const near = <i32>load<u8>(column) + <i32>load<u8>(row);
    const n = blockCoefficients(reader, likely, start, near, out, first, others);
    const some: u8 = n > start ? 1 : 0;
    store<u8>(column, some);
    store<u8>(row, some);
    store<u8>(counts + block, <u8>n);
    out += 32;
  }
}

/** The tree of coefficients that are more than one: of each node where a 0 leads to and a 1. From 16 on these are leaves. */
const LARGE: usize = memory.data<u8>([1, 3, 16, 2, 17, 18, 4, 5, 19, 20, 6, 7, 21, 22, 23, 24]);

/** What the extra bits of its six last leaves are likely to be, up to a 0; 12 bytes each. */
const EXTRA: usize = memory.data<u8>([
  159, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 165, 145, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 173, 148, 140, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 176, 155, 140, 135, 0, 0, 0, 0, 0, 0, 0, 0, 180, 157, 141, 134, 130, 0, 0, 0, 0, 0, 0, 0, 254,
  254, 243, 230, 196, 177, 153, 140, 133, 130, 129, 0,
]);

/**
 * Reads the coefficients of a block. Returns the number of the last one and one.
 *
 * One long function, as it is the hot one: state that is kept in locals cannot be handed over. It has one block only, so
 * that engines find registers for all that it needs. Signs, which cannot be foreseen, are no branches; all else is, as a
 * processor goes on where it expects to, while what is chosen between two has to be waited for.
 */
function blockCoefficients(
  reader: usize,
  likely: usize,
  start: i32,
  near: i32,
  out: usize,
  first: i32,
  others: i32,
): i32 {
  let value = load<u64>(reader, BoolReader.value);
  let range = load<u32>(reader, BoolReader.range);
  let part: u32;
  let split: u32;
  let shift: u32;
  let one: u64;
  const stop = likely + 16 * Vp8Likely.bytes;
  let these = likely + start * Vp8Likely.bytes;
  let p = these + near * 11;
  do {
    if (<u32>value === 0) value = Fill.bits(value, reader);
    // Is there another one?
    part = (range >> 24) * ((<u32>load<u8>(p)) << 16);
    split = part | BELOW;
    if (<u32>(value >> 32) <= split) {
      shift = clz<u32>(part + ONE);
      range = split << shift;
      value <<= shift;
      break;
    }
    value -= (<u64>(split + 1)) << 32;
    part = (range | BELOW) - part;
    shift = clz<u32>(part);
    range = ((part - ONE) | BELOW) << shift;
    value <<= shift;
    // Zeros before it.
    for (;;) {
      part = (range >> 24) * ((<u32>load<u8>(p, 1)) << 16);
      split = part | BELOW;
      if (<u32>(value >> 32) > split) break;
      shift = clz<u32>(part + ONE);
      range = split << shift;
      value <<= shift;
      these += Vp8Likely.bytes;
      p = these;
      if (these === stop) break;
      if (<u32>value === 0) value = Fill.bits(value, reader);
    }
    if (these === stop) break;
    value -= (<u64>(split + 1)) << 32;
    part = (range | BELOW) - part;
    shift = clz<u32>(part);
    range = ((part - ONE) | BELOW) << shift;
    value <<= shift;
    // Is it more than one?
    let number = 1;
    part = (range >> 24) * ((<u32>load<u8>(p, 2)) << 16);
    split = part | BELOW;
    if (<u32>(value >> 32) <= split) {
      shift = clz<u32>(part + ONE);
      range = split << shift;
      value <<= shift;
      p = these + Vp8Likely.bytes + 11;
    } else {
      value -= (<u64>(split + 1)) << 32;
      part = (range | BELOW) - part;
      shift = clz<u32>(part);
      range = ((part - ONE) | BELOW) << shift;
      value <<= shift;
      let node = 0;
      do {
        if (<u32>value === 0) value = Fill.bits(value, reader);
        part = (range >> 24) * ((<u32>load<u8>(p + node, 3)) << 16);
        split = part | BELOW;
        if (<u32>(value >> 32) <= split) {
          node = load<u8>(LARGE + (node << 1));
          shift = clz<u32>(part + ONE);
          range = split << shift;
        } else {
          node = load<u8>(LARGE + (node << 1), 1);
          value -= (<u64>(split + 1)) << 32;
          part = (range | BELOW) - part;
          shift = clz<u32>(part);
          range = ((part - ONE) | BELOW) << shift;
        }
        value <<= shift;
      } while (node < 16);
      number = node - 14;
      if (node >= 19) {
        let extra = EXTRA + (node - 19) * 12;
        number = 0;
        for (let chance = <u32>load<u8>(extra); chance !== 0; chance = load<u8>(++extra)) {
          if (<u32>value === 0) value = Fill.bits(value, reader);
          part = (range >> 24) * (chance << 16);
          split = part | BELOW;
          one = (<u64>split - (value >> 32)) >> 63;
          part += ONE + ((<u32>0 - <u32>one) & ((range | BELOW) - part - part - ONE));
          value -= ((<u64>(split + 1)) << 32) & (0 - one);
          shift = clz<u32>(part);
          range = ((part - ONE) | BELOW) << shift;
          value <<= shift;
          number = (number << 1) | <i32>one;
        }
        number += 3 + (2 << (node - 19));
      }
      p = these + Vp8Likely.bytes + 22;
    }
    // Its sign: the range is halved, and doubled again.
    split = (range >> 1) | BELOW;
    one = <u64>(<i64>(<u64>split - (value >> 32)) >> 63);
    value = (value - (((<u64>(split + 1)) << 32) & one)) << 1;
    range = (range + ((<u32>one) << 24)) | ONE;
    number = ((number * (these === likely ? first : others)) ^ <i32>one) - <i32>one;
    store<i16>(out + load<u8>(these, Vp8Likely.place), <i16>number);
    these += Vp8Likely.bytes;
  } while (these !== stop);
  store<u64>(reader, value, BoolReader.value);
  store<u32>(reader, range, BoolReader.range);
  return load<u8>(these, Vp8Likely.number);
}
