/**
 * Inflates a zlib stream: RFC 1950 and 1951.
 *
 * Reading codes is most of the work, and each waits for the last. So the next look-up begins before its symbol is needed,
 * a refill is one load, and up to three look-ups share it. Two literals a look-up, where they fit, gain nothing: of a
 * photograph's, six bits each, few do.
 *
 * Limits: 1024 zeros follow the data, as the end is looked for once a block only while its codes are read, and 512 bytes of
 * room the result.
 */
import { adler32 } from "./adler.ts";
import { BLOCK_END, Code, LITERAL, makeTable, OTHER, SUBTABLE } from "./deflate-codes.ts";
import { Place } from "./layout.ts";

/** Bits read ahead, the next lowest; how many; and what follows them. */
let bits: u64 = 0;
let count: u64 = 0;
let next: usize = 0;

/** Where the next byte of the result goes. */
let out: usize = 0;

/** Whether the end of a block was read. */
let ended: bool = false;

/** What came of it. */
export enum Inflated {
  whole = 0,
  /** The data end too early, or say that they do. */
  truncated = 1,
  damaged = 2,
}

/**
 * Inflates the data from `data` to `end` into the room from `start` to `top`. Where there are more data than room, the rest
 * is not read, and so not the check sum, as libpng has it.
 */
export function inflate(data: usize, end: usize, start: usize, top: usize): Inflated {
  bits = 0;
  count = 0;
  next = data;
  out = start;
  refill();
  const head = <u32>take(16);
  const cmf = head & 0xff;
  const flags = head >> 8;
  if (end - data < 2) return Inflated.truncated;
  if ((cmf & 15) !== 8 || cmf >> 4 > 7 || ((cmf << 8) | flags) % 31 !== 0 || flags & 32)
    return Inflated.damaged;
  let last: u64 = 0;
  while (last === 0) {
    refill();
    last = take(1);
    const kind = <u32>take(2);
    let sound = kind !== 3;
    if (kind === 0) sound = stored(end, top);
    else if (sound) sound = (kind === 1 ? fixedCodes() : dynamicCodes()) && coded(start, end, top);
    const ends = !sound || kind === 0 || ended || out < top || blockEnds();
    if (next - <usize>(count >> 3) > end) return Inflated.truncated;
    if (!sound) return Inflated.damaged;
    if (out > top || !ends) return Inflated.whole;
  }
  if (out < top) return Inflated.truncated;
  toByte();
  if (next + 4 > end) return Inflated.truncated;
  return bswap(load<u32>(next)) === adler32(start, top) ? Inflated.whole : Inflated.damaged;
}

function refill(): void {
  bits |= load<u64>(next) << count;
  next += <usize>((63 - count) >> 3) & 7;
  count |= 56;
}

/** The next `n` bits. */
function take(n: u64): u64 {
  const value = bits & Bits.mask(n);
  bits >>= n;
  count -= n;
  return value;
}

/** Goes back to the byte after the bits that were taken. */
function toByte(): void {
  next -= <usize>(count >> 3);
  bits = 0;
  count = 0;
}

/** A block without compression; false: damage. Goes past the end where the data are too short, past the room where it is. */
function stored(end: usize, top: usize): bool {
  toByte();
  const length = <usize>load<u16>(next);
  const sound = length === (<usize>load<u16>(next, 2) ^ 0xffff);
  next += 4;
  if (!sound || next > end) return sound;
  const taken = min(length, top - out);
  memory.copy(out, next, min(taken, end - next));
  out += length;
  next += taken;
  return true;
}

/** The tables of a block with the codes that every decoder knows. */
function fixedCodes(): bool {
  const lengths: usize = Place.codeLengths;
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  literalBits = makeTable(Place.literals, lengths, 288, 11, Code.literals);
  memory.fill(lengths, 5, 32);
  distanceBits = makeTable(Place.distances, lengths, 32, 8, Code.distances);
  return true;
}

/** Bits that are looked up first in the tables of the block. */
let literalBits: u64 = 0;
let distanceBits: u64 = 0;

/** Reads the codes of a block, and makes their tables; false: damage. */
function dynamicCodes(): bool {
  const literals = 257 + <i32>take(5);
  const distances = 1 + <i32>take(5);
  const count = 4 + <i32>take(4);
  if (literals > 286 || distances > 30) return false;
  const lengths: usize = Place.codeLengths;
  memory.fill(lengths, 0, 19);
  for (let i = 0; i < count; i++) {
    if ((i & 15) === 0) refill();
    // 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
    const symbol = i < 3 ? 16 + i : i === 3 ? 0 : i & 1 ? 9 - ((i - 1) >> 1) : 6 + (i >> 1);
    store<u8>(lengths + symbol, <u8>take(3));
  }
  const first = makeTable(Place.lengths, lengths, 19, 7, Code.lengths);
  if (first === 0) return false;
  const mask = Bits.mask(first);
  const all = literals + distances;
  for (let i = 0; i < all; ) {
    refill();
    const e = <u64>load<u32>(Place.lengths + ((<usize>(bits & mask)) << 2));
    if (e & OTHER) return false;
    take(e & 15);
    const symbol = <i32>(e >> 16);
    if (symbol < 16) {
      store<u8>(lengths + i++, <u8>symbol);
      continue;
    }
    if (symbol === 16 && i === 0) return false;
    const value: u8 = symbol === 16 ? load<u8>(lengths + i - 1) : 0;
    const times = symbol === 16 ? 3 + <i32>take(2) : symbol === 17 ? 3 + <i32>take(3) : 11 + <i32>take(7);
    if (i + times > all) return false;
    memory.fill(lengths + i, value, times);
    i += times;
  }
  if (load<u8>(lengths + 256) === 0) return false;
  distanceBits = makeTable(Place.distances, lengths + literals, distances, 8, Code.distances);
  literalBits = makeTable(Place.literals, lengths, literals, 11, Code.literals);
  return distanceBits !== 0 && literalBits !== 0;
}

/**
 * The symbols of a block; false: damage. Ends when there is no room or there are no data any more, too.
 *
 * One long function, since all of its state is in locals.
 */
function coded(start: usize, end: usize, top: usize): bool {
  const literalMask = Bits.mask(literalBits);
  const distanceMask = Bits.mask(distanceBits);
  let buffer = bits | (load<u64>(next) << count);
  let from = next + Bits.refilled(count);
  let left = count | 56;
  let to = out;
  let sound = true;
  ended = false;
  let e = Bits.lookUp(Place.literals, buffer & literalMask);
  while (to < top && from <= end + 8) {
    let before = buffer;
    buffer >>= e;
    left -= e;
    if (e & LITERAL) {
      store<u8>(to++, <u8>(e >> 16));
      e = Bits.lookUp(Place.literals, buffer & literalMask);
      before = buffer;
      buffer >>= e;
      left -= e;
      if (e & LITERAL) {
        store<u8>(to++, <u8>(e >> 16));
        e = Bits.lookUp(Place.literals, buffer & literalMask);
        before = buffer;
        buffer >>= e;
        left -= e;
      }
    }
    if (e & OTHER) {
      if (e & SUBTABLE) {
        e = Bits.lookUp(Place.literals, (e >> 16) + (buffer & Bits.mask((e >> 8) & 15)));
        before = buffer;
        buffer >>= e;
        left -= e;
      }
      if (e & OTHER) {
        ended = (e & BLOCK_END) !== 0;
        sound = ended;
        break;
      }
    }
    // Two literals, a long code and what is added to it have taken 42 bits at most.
    buffer |= load<u64>(from) << left;
    from += Bits.refilled(left);
    left |= 56;
    if (e & LITERAL) {
      store<u8>(to++, <u8>(e >> 16));
      e = Bits.lookUp(Place.literals, buffer & literalMask);
      continue;
    }
    const length = <usize>Bits.value(e, before);
    e = Bits.lookUp(Place.distances, buffer & distanceMask);
    if (e & SUBTABLE) {
      buffer >>= e;
      left -= e;
      e = Bits.lookUp(Place.distances, (e >> 16) + (buffer & Bits.mask((e >> 8) & 15)));
    }
    before = buffer;
    buffer >>= e;
    left -= e;
    const distance = <usize>Bits.value(e, before);
    if (e & OTHER || distance > to - start) {
      sound = false;
      break;
    }
    buffer |= load<u64>(from) << left;
    from += Bits.refilled(left);
    left |= 56;
    e = Bits.lookUp(Place.literals, buffer & literalMask);
    copy(to, distance, length);
    to += length;
  }
  bits = buffer;
  count = left & 63;
  next = from;
  out = to;
  return sound;
}

/** Whether the symbol that follows ends the block. */
function blockEnds(): bool {
  refill();
  let e = Bits.lookUp(Place.literals, bits & Bits.mask(literalBits));
  take(e & 63);
  if (e & SUBTABLE) {
    e = Bits.lookUp(Place.literals, (e >> 16) + (bits & Bits.mask((e >> 8) & 15)));
    take(e & 63);
  }
  return (e & BLOCK_END) !== 0;
}

/** What is done with bits and entries, where functions are not inlined. */
class Bits {
  /** Bytes that a refill takes where there are so many bits. */
  @inline
  static refilled(left: u64): usize {
    return <usize>((63 - left) >> 3) & 7;
  }

  @inline
  static lookUp(table: usize, index: u64): u64 {
    return load<u32>(table + ((<usize>index) << 2));
  }

  @inline
  static mask(n: u64): u64 {
    return ((<u64>1) << n) - 1;
  }

  /** The length or distance of an entry, what is added to it in the bits that began with its code. */
  @inline
  static value(e: u64, before: u64): u64 {
    return (e >> 16) + ((before & Bits.mask(e)) >> (e >> 8));
  }
}

/** Copies what lies `distance` bytes before, which may overlap; writes up to 15 bytes more. */
function copy(to: usize, distance: usize, length: usize): void {
  const end = to + length;
  let from = to - distance;
  if (distance >= 16) {
    do {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    } while (to < end);
  } else if (distance === 1) {
    const value = i8x16.splat(load<i8>(from));
    do {
      v128.store(to, value);
      to += 16;
    } while (to < end);
  } else {
    // Each step doubles, or nearly, what is known.
    const step = min(distance, 8);
    do {
      store<u64>(to, load<u64>(from));
      from += step;
      to += step;
    } while (to < end);
  }
}
