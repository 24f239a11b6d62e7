/**
 * Sequential JPEG: coded data to planes of samples. ITU-T T.81 annex F.
 *
 * Reading codes is most of the work, and each waits for the last: what a code is says where the next one begins. So a
 * look-up gives two coefficients at once where they fit (most do: a photograph's take 3.6 bits each), the next look-up
 * begins before they are put in place, and no branch depends on the data but the block's end. Stuffed bytes are taken
 * out of the coded data beforehand, which is stored backwards: a plain load then has the next bits in its upper end.
 *
 * Limits: the headers were read and checked by the caller, who filled the {@link Scan} and the {@link Plane}s.
 */
import {
  bitsOf,
  Codes,
  END,
  firstBitsOf,
  firstOf,
  following,
  LONG,
  longEntry,
  lookUp,
  peek,
  secondOf,
  secondStepOf,
  stepOf,
  withNumber,
} from "./huffman.ts";
import { BlockShape, Place, Plane, Quantiser, Scan } from "./layout.ts";
import { DAMAGE, readOver } from "./skip.ts";
import { flat, sampleOf, transform } from "./transform.ts";

/** Bits read. */
export let position: u32 = 0;

/** Where {@link unstuff} found a marker. */
let marker: usize = 0;

/** The last byte to be read. */
let bottom: usize = 0;

/** Bytes that a unit of damaged data can be read past it. */
let beyond: i32 = 0;

/** Units up to the next restart marker, and that marker's number. */
let unitsLeft: i32 = 0;
let restarts: i32 = 0;

/**
 * Decodes a sequential scan into the planes: of each the blocks that it needs; the others are read over.
 *
 * @param top end of room for the coded data once more; what a unit can be read past them lies below that room
 * @returns 0, or 1: the data ended too early, 2: the data is damaged
 */
export function decodeScan(top: usize): i32 {
  const count = load<i32>(Place.scan, Scan.components);
  const mcusX = load<i32>(Place.scan, Scan.mcusX);
  const rows = load<i32>(Place.scan, Scan.rows);
  beginScan(top);
  // The scan before may have ended in the middle of a block.
  memory.fill(Place.block, 0, 128);
  for (let my = 0; my < rows; my++) {
    for (let mx = 0; mx < mcusX; mx++) {
      const status = nextUnit(top);
      if (status !== 0) return status;
      for (let c = 0; c < count; c++) {
        if (!decodeUnit(planeOf(c), top, mx, my)) return 2;
      }
    }
  }
  return endScan(top);
}

/** The plane of a component of the scan. */
export function planeOf(c: i32): usize {
  return load<i32>(Place.scan + (c << 2), Scan.planes);
}

/** Begins to read the scan. */
export function beginScan(top: usize): void {
  const count = load<i32>(Place.scan, Scan.components);
  // Of 64 coefficients each has 31 bits at most.
  beyond = 64;
  for (let c = 0; c < count; c++) {
    const plane = planeOf(c);
    beyond += load<i32>(plane, Plane.h) * load<i32>(plane, Plane.v) * 256;
  }
  unitsLeft = load<i32>(Place.scan, Scan.restart);
  restarts = 0;
  begin(load<i32>(Place.scan, Scan.data), top);
}

/** Sees to it that a unit can be read, by a restart marker where one is due; returns what {@link decodeScan} does. */
export function nextUnit(top: usize): i32 {
  if (top - (position >> 3) + 8 < bottom) return 1;
  const restart = load<i32>(Place.scan, Scan.restart);
  if (restart === 0) return 0;
  if (unitsLeft === 0) {
    const unread = unreadBits(top);
    if (unread < 0) return 1;
    if (unread >= 8 || load<u8>(marker, 1) !== 0xd0 + restarts) return 2;
    restarts = (restarts + 1) & 7;
    unitsLeft = restart;
    begin(marker + 2, top);
  }
  unitsLeft--;
  return 0;
}

/** Says which marker the scan was read up to; returns what {@link decodeScan} does. */
export function endScan(top: usize): i32 {
  store<i32>(Place.scan, marker, Scan.marker);
  return unreadBits(top) < 0 ? 1 : 0;
}

function unreadBits(top: usize): i32 {
  return ((<i32>(top - bottom)) << 3) - <i32>position;
}

/** Begins to read at `data`: each plane's first number is the difference to 0. */
function begin(data: usize, top: usize): void {
  const count = load<i32>(Place.scan, Scan.components);
  position = 0;
  for (let c = 0; c < count; c++) store<i32>(planeOf(c), 0, Plane.previous);
  bottom = unstuff(data, top);
  // What is there of the file before must not be read in its place.
  memory.fill(bottom - beyond, 0, beyond);
}

/** Goes on to read at a bit. */
export function seek(at: u32): void {
  position = at;
}

/** Decodes the blocks of a plane in the unit at column `mx` and row `my`; false: damage. */
function decodeUnit(plane: usize, top: usize, mx: i32, my: i32): bool {
  const h = load<i32>(plane, Plane.h);
  const v = load<i32>(plane, Plane.v);
  const shape = load<i32>(plane, Plane.shape);
  const left = load<i32>(plane, Plane.left);
  const across: u32 = load<i32>(plane, Plane.across);
  const step = load<i32>(plane, Plane.blockStep);
  const rowStep = load<i32>(plane, Plane.blockRowStep);
  for (let y = my * v; y < my * v + v; y++) {
    const needed: u32 =
      <u32>(y - load<i32>(plane, Plane.top)) < <u32>load<i32>(plane, Plane.down) ? across : 0;
    for (let x = mx * h; x < mx * h + h; x++) {
      if (<u32>(x - left) < needed) {
        const target: usize = load<i32>(plane, Plane.source) + y * rowStep + x * step;
        if (!decodeInto(plane, top, shape, target)) return false;
      } else if (!readRest(plane, top, 0, position)) return false;
    }
  }
  return true;
}

/** Decodes a block to samples; false: damage. */
function decodeInto(plane: usize, top: usize, shape: i32, target: usize): bool {
  const stride: usize = load<i32>(plane, Plane.stride);
  const factors: usize = load<i32>(plane, Plane.quantiser) + Quantiser.factors;
  if (shape === BlockShape.one) {
    const whole = readRest(plane, top, 0, position);
    store<u8>(target, sampleOf(load<i32>(plane, Plane.previous), factors));
    return whole;
  }
  // The last place in zigzag order of a square of 2 or 4.
  const last = shape === BlockShape.twoByTwo ? 4 : shape === BlockShape.fourByFour ? 24 : 63;
  const k = decodeBlock(plane, top, last);
  if (shape === BlockShape.eightByEight && k === END + 1) {
    flat(load<i16>(Place.block), factors, target, stride);
    store<i16>(Place.block, 0);
  } else transform(shape, Place.block, factors, target, stride);
  return k !== 0;
}

/**
 * Decodes the coefficients of a block up to the place `last` and reads over the others; returns the place after the last
 * that was read, 65 or more after an end of block; 0: damage.
 *
 * One long function, as four look-ups of one refill are written out: in a loop, a photograph takes 7 % longer.
 */
function decodeBlock(plane: usize, top: usize, last: i32): i32 {
  const quantiser: usize = load<i32>(plane, Plane.quantiser);
  const dc: usize = load<i32>(plane, Plane.dc);
  const ac: usize = load<i32>(plane, Plane.ac);
  // `count` of the bits are known to follow `position`, at the upper end of `bits`; the next are at `next`.
  let count: u64 = 56 - (position & 7);
  let bits = peek(top, position);
  let next = top - (position >> 3) - 15;
  let e = lookUp(bits, dc);
  if (e < 0) {
    if (e === LONG) {
      e = longEntry(bits, dc, Codes.dc);
      if (e === 0) return 0;
    }
    e = withNumber(e, bits);
  }
  bits = following(bits, e);
  count -= e & 63;
  const level = load<i32>(plane, Plane.previous) + <i16>firstOf(e);
  store<i32>(plane, level, Plane.previous);
  store<i16>(Place.block, <i16>level);

  let k = 1;
  do {
    // At least 56 bits: those that were known already are read again, which changes nothing.
    bits |= load<u64>(next) >> count;
    next -= <usize>((63 - count) >> 3);
    count |= 56;
    e = lookUp(bits, ac);
    if (e >= 0) {
      bits = following(bits, e);
      count -= e & 63;
      const e1 = lookUp(bits, ac);
      k = put(e, k, quantiser);
      if (k > last) break;
      e = e1;
      if (e >= 0) {
        bits = following(bits, e);
        count -= e & 63;
        const e2 = lookUp(bits, ac);
        k = put(e, k, quantiser);
        if (k > last) break;
        e = e2;
        if (e >= 0) {
          bits = following(bits, e);
          count -= e & 63;
          const e3 = lookUp(bits, ac);
          k = put(e, k, quantiser);
          if (k > last) break;
          e = e3;
          if (e >= 0) {
            bits = following(bits, e);
            count -= e & 63;
            k = put(e, k, quantiser);
            if (k > last) break;
            continue;
          }
        }
      }
    }
    bits |= load<u64>(next) >> count;
    next -= <usize>((63 - count) >> 3);
    count |= 56;
    if (e === LONG) {
      e = longEntry(bits, ac, Codes.ac);
      if (e === 0) return 0;
    }
    e = withNumber(e, bits);
    bits = following(bits, e);
    count -= e & 63;
    k = put(e, k, quantiser);
  } while (k <= last);
  const at = ((top - 8 - next) << 3) - <u32>count;
  if (k > 63) return endOfBlock(e, k, at);
  return readRest(plane, top, k, at) ? k : 0;
}

/** Reads over a block from place `k` on, which begins at the bit `at`; false: damage. */
function readRest(plane: usize, top: usize, k: i32, at: u32): bool {
  position = readOver(plane, top, k, at);
  return position !== DAMAGE;
}

/** Sets the position after the last entry of a block; returns the place after its last coefficient, or 0: damage. */
function endOfBlock(e: i64, k: i32, at: u32): i32 {
  let last = secondStepOf(e);
  if (k - last > 63) {
    // The block had ended before the second symbol, which belongs to the next.
    k -= last;
    at -= bitsOf(e) - firstBitsOf(e);
    last = stepOf(e);
  }
  position = at;
  // The last symbol ended the block or gave its last coefficient; a run went past it otherwise.
  return k > 64 && last !== END ? 0 : k;
}

/** Puts an entry's numbers into the block; returns one more than the place after the last. */
function put(e: i64, k: i32, places: usize): i32 {
  k += stepOf(e);
  store<i16>(<usize>load<u8>(places + k, Quantiser.places), <i16>firstOf(e), Place.block);
  k += secondStepOf(e);
  store<i16>(<usize>load<u8>(places + k, Quantiser.places), <i16>secondOf(e), Place.block);
  return k;
}

/** Copies coded data up to the next marker to the memory below `top`, backwards and unstuffed; returns its last byte. */
function unstuff(data: usize, top: usize): usize {
  const stuffed = i8x16.splat(-1);
  let inside = true;
  do {
    const bytes = v128.load(data);
    const found = i8x16.bitmask(i8x16.eq(bytes, stuffed));
    v128.store(top - 16, i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    if (found === 0) {
      top -= 16;
      data += 16;
    } else {
      const n = ctz(found);
      top -= n;
      data += n;
      // Markers may have any number of such bytes before them.
      while (load<u8>(data, 1) === 0xff) data++;
      inside = load<u8>(data, 1) === 0;
      if (inside) {
        store<u8>(--top, 0xff);
        data += 2;
      }
    }
  } while (inside);
  marker = data;
  return top;
}
