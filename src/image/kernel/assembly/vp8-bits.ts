/**
 * Bits of VP8: a binary arithmetic coder. RFC 6386 chapter 7 and 13.
 *
 * Each bit waits for the one before, so that what happens between them is the time. Bits are taken from the upper end of
 * 64, which are filled up once for several; the coefficients' reader has its state in locals.
 *
 * Limits: past the end there are zeros, as many as are asked for; {@link isPastEnd} says whether any were. Eight bytes
 * past the data may be read.
 */
import { BoolReader, Vp8 } from "./layout.ts";

/** Makes `reader` read the bytes from `at` to `end`. */
export function beginBits(reader: usize, at: usize, end: usize): void {
  store<u64>(reader, 0, BoolReader.value);
  store<u32>(reader, 255, BoolReader.range);
  store<i32>(reader, -8, BoolReader.count);
  store<u32>(reader, <u32>at, BoolReader.at);
  store<u32>(reader, <u32>end, BoolReader.end);
}

/** Whether more was read than there is. */
export function isPastEnd(reader: usize): bool {
  const past = <i32>load<u32>(reader, BoolReader.at) - <i32>load<u32>(reader, BoolReader.end);
  return past << 3 > load<i32>(reader, BoolReader.count) + 8;
}

class Fill {
  /** How many bytes there is room for where `count` bits are there beyond eight. */
  @inline
  static size(count: i32): i32 {
    return ((48 - count) >> 3) + 1;
  }

  /** So many bytes from `at` on, in their place below the bits that are there. */
  @inline
  static bits(at: usize, end: usize, count: i32): u64 {
    return Fill.eight(at, end, Fill.size(count)) >> (count + 8);
  }

  @inline
  static eight(at: usize, end: usize, size: i32): u64 {
    let there = <i32>end - <i32>at;
    if (there <= 0) return 0;
    there = min(there, size);
    return bswap<u64>(load<u64>(at)) & ((<u64>-1) << ((8 - there) << 3));
  }
}

/** The next bit: it is 0 with a likelihood of `likely` of 256. */
export function bit(reader: usize, likely: u32): u32 {
  let value = load<u64>(reader, BoolReader.value);
  let range = load<u32>(reader, BoolReader.range);
  let count = load<i32>(reader, BoolReader.count);
  if (count < 0) {
    const at: usize = load<u32>(reader, BoolReader.at);
    value |= Fill.bits(at, load<u32>(reader, BoolReader.end), count);
    const size = Fill.size(count);
    store<u32>(reader, <u32>at + size, BoolReader.at);
    count += size << 3;
  }
  const split = 1 + (((range - 1) * likely) >> 8);
  const big = (<u64>split) << 56;
  let found: u32 = 0;
  if (value >= big) {
    value -= big;
    range -= split;
    found = 1;
  } else range = split;
  const shift = clz<u32>(range) - 24;
  store<u64>(reader, value << shift, BoolReader.value);
  store<u32>(reader, range << shift, BoolReader.range);
  store<i32>(reader, count - shift, BoolReader.count);
  return found;
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

/**
 * Reads the coefficients of `size` x `size` blocks, times their factors.
 *
 * One long function, as it is the hot one: state that is kept in locals cannot be handed over. What cannot be foreseen,
 * as signs, is no branch.
 *
 * @param likely likelihoods of this kind of block, for the coefficient of number 0
 * @param above  u8 of each column: whether the block above has coefficients; then whether the last of these has
 * @param left   the same of each row
 * @param start  number of the first that is there
 * @param out    room for 16 coefficients of each block, zeros
 * @param counts u8 of each block: the number of its last coefficient and one
 */
export function coefficients(
  work: usize,
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
  let value = load<u64>(reader, BoolReader.value);
  let range = load<u32>(reader, BoolReader.range);
  let count = load<i32>(reader, BoolReader.count);
  let at: usize = load<u32>(reader, BoolReader.at);
  const end: usize = load<u32>(reader, BoolReader.end);
  let split: u32;
  let big: u64;
  let shift: u32;
  for (let block = 0; block < size * size; block++) {
    const column = block & (size - 1);
    const row = block >> (size >> 1);
    const near = <i32>load<u8>(above + column) + <i32>load<u8>(left + row);
    let n = start;
    let p = likely + n * 33 + near * 11;
    while (n < 16) {
      if (count < 24) {
        value |= Fill.bits(at, end, count);
        at += Fill.size(count);
        count += Fill.size(count) << 3;
      }
      // Is there another one?
      split = 1 + (((range - 1) * load<u8>(p)) >> 8);
      big = (<u64>split) << 56;
      if (value < big) {
        shift = clz<u32>(split) - 24;
        range = split << shift;
        value <<= shift;
        count -= shift;
        break;
      }
      value -= big;
      range -= split;
      shift = clz<u32>(range) - 24;
      range <<= shift;
      value <<= shift;
      count -= shift;
      // Zeros before it.
      for (;;) {
        split = 1 + (((range - 1) * load<u8>(p, 1)) >> 8);
        big = (<u64>split) << 56;
        if (value >= big) break;
        shift = clz<u32>(split) - 24;
        range = split << shift;
        value <<= shift;
        count -= shift;
        n++;
        p = likely + n * 33;
        if (n === 16) break;
        if (count < 24) {
          value |= Fill.bits(at, end, count);
          at += Fill.size(count);
          count += Fill.size(count) << 3;
        }
      }
      if (n === 16) break;
      value -= big;
      range -= split;
      shift = clz<u32>(range) - 24;
      range <<= shift;
      value <<= shift;
      count -= shift;
      // Is it more than one?
      let number = 1;
      let next = 11;
      split = 1 + (((range - 1) * load<u8>(p, 2)) >> 8);
      big = (<u64>split) << 56;
      if (value < big) {
        shift = clz<u32>(split) - 24;
        range = split << shift;
        value <<= shift;
        count -= shift;
      } else {
        value -= big;
        range -= split;
        shift = clz<u32>(range) - 24;
        range <<= shift;
        value <<= shift;
        count -= shift;
        next = 22;
        let node = 0;
        do {
          if (count < 8) {
            value |= Fill.bits(at, end, count);
            at += Fill.size(count);
            count += Fill.size(count) << 3;
          }
          split = 1 + (((range - 1) * load<u8>(p + node, 3)) >> 8);
          big = (<u64>split) << 56;
          const one = value >= big;
          value -= select<u64>(big, 0, one);
          range = select<u32>(range - split, split, one);
          shift = clz<u32>(range) - 24;
          range <<= shift;
          value <<= shift;
          count -= shift;
          node = load<u8>(work + (node << 1) + <usize>one, Vp8.tree);
        } while (node < 16);
        number = node - 14;
        if (node >= 19) {
          let extra = work + Vp8.categories + (node - 19) * 12;
          number = 0;
          for (let chance = <u32>load<u8>(extra); chance !== 0; chance = load<u8>(++extra)) {
            if (count < 8) {
              value |= Fill.bits(at, end, count);
              at += Fill.size(count);
              count += Fill.size(count) << 3;
            }
            split = 1 + (((range - 1) * chance) >> 8);
            big = (<u64>split) << 56;
            const one = value >= big;
            value -= select<u64>(big, 0, one);
            range = select<u32>(range - split, split, one);
            number = (number << 1) | <i32>one;
            shift = clz<u32>(range) - 24;
            range <<= shift;
            value <<= shift;
            count -= shift;
          }
          number += 3 + (2 << (node - 19));
        }
      }
      // Its sign.
      split = (range + 1) >> 1;
      big = (<u64>split) << 56;
      const minus = value >= big;
      value -= select<u64>(big, 0, minus);
      range = select<u32>(range - split, split, minus);
      shift = clz<u32>(range) - 24;
      range <<= shift;
      value <<= shift;
      count -= shift;
      number *= n === 0 ? first : others;
      const place = out + ((<usize>load<u8>(work + n, Vp8.zigzag)) << 1);
      store<i16>(place, <i16>select<i32>(-number, number, minus));
      n++;
      p = likely + n * 33 + next;
    }
    const some: u8 = n > start ? 1 : 0;
    store<u8>(above + column, some);
    store<u8>(left + row, some);
    store<u8>(counts + block, <u8>n);
    out += 32;
  }
  store<u64>(reader, value, BoolReader.value);
  store<u32>(reader, range, BoolReader.range);
  store<i32>(reader, count, BoolReader.count);
  store<u32>(reader, <u32>at, BoolReader.at);
}
