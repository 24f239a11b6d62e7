/**
 * Baseline JPEG: coded data to planes of samples. ITU-T T.81 annex F.
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
import { Place, Plane, Scan } from "./layout.ts";
import { DAMAGE, readOver } from "./skip.ts";
import { flat, inverse, inverseOf2, inverseOf4, sampleOf } from "./transform.ts";

/** Bits read. */
let position: u32 = 0;

/** Where {@link unstuff} found a marker. */
let marker: usize = 0;

/**
 * Decodes the scan into the planes: of each the blocks that it needs; the others are read over.
 *
 * @param top end of room for the coded data once more; what lies 4 kB below that room may be read
 * @returns 0, or 1: the data ended too early, 2: the data is damaged
 */
export function decodeScan(top: usize): i32 {
  const count = load<i32>(Place.scan, Scan.components);
  const mcusX = load<i32>(Place.scan, Scan.mcusX);
  const rows = load<i32>(Place.scan, Scan.rows);
  const restart = load<i32>(Place.scan, Scan.restart);
  let bottom = begin(load<i32>(Place.scan, Scan.data), top, count);
  // The scan before may have ended in the middle of a block.
  memory.fill(Place.block, 0, 128);
  let left = restart;
  let restarts = 0;
  for (let my = 0; my < rows; my++) {
    for (let mx = 0; mx < mcusX; mx++) {
      if (top - (position >> 3) + 8 < bottom) return 1;
      if (restart > 0) {
        if (left === 0) {
          const unread = ((<i32>(top - bottom)) << 3) - <i32>position;
          if (unread < 0) return 1;
          if (unread >= 8 || load<u8>(marker, 1) !== 0xd0 + restarts) return 2;
          restarts = (restarts + 1) & 7;
          left = restart;
          bottom = begin(marker + 2, top, count);
        }
        left--;
      }
      for (let c = 0; c < count; c++) {
        if (!decodeUnit(Place.planes + c * Plane.bytes, top, mx, my)) return 2;
      }
    }
  }
  return ((<i32>(top - bottom)) << 3) - <i32>position < 0 ? 1 : 0;
}

/** Begins to read at `data`: each plane's first number is the difference to 0. Returns the last byte to be read. */
function begin(data: usize, top: usize, count: i32): usize {
  position = 0;
  for (let c = 0; c < count; c++) store<i32>(Place.planes + c * Plane.bytes, 0, Plane.previous);
  return unstuff(data, top);
}

/** Decodes the blocks of a plane in the unit at column `mx` and row `my`; false: damage. */
function decodeUnit(plane: usize, top: usize, mx: i32, my: i32): bool {
  const h = load<i32>(plane, Plane.h);
  const v = load<i32>(plane, Plane.v);
  const size = load<i32>(plane, Plane.size);
  const left = load<i32>(plane, Plane.left);
  const across: u32 = load<i32>(plane, Plane.across);
  for (let y = my * v; y < my * v + v; y++) {
    const needed: u32 =
      <u32>(y - load<i32>(plane, Plane.top)) < <u32>load<i32>(plane, Plane.down) ? across : 0;
    for (let x = mx * h; x < mx * h + h; x++) {
      if (<u32>(x - left) < needed) {
        const stride: usize = load<i32>(plane, Plane.stride);
        const target = load<i32>(plane, Plane.source) + ((<usize>y * stride + x) << size);
        if (!decodeInto(plane, top, size, target, stride)) return false;
      } else if (decodeBlock(plane, top, 0) === 0) return false;
    }
  }
  return true;
}

/** Decodes a block to 2^size x 2^size samples; false: damage. */
function decodeInto(plane: usize, top: usize, size: i32, target: usize, stride: usize): bool {
  if (size === 3) {
    const k = decodeBlock(plane, top, 63);
    if (k === 0) return false;
    if (k === END + 1) {
      flat(load<i16>(Place.block), target, stride);
      store<i16>(Place.block, 0);
    } else inverse(Place.block, target, stride);
    return true;
  }
  // The last place in zigzag order of a square of 1, 2 or 4.
  const k = decodeBlock(plane, top, size === 0 ? 0 : size === 1 ? 4 : 24);
  if (size === 0) store<u8>(target, sampleOf(load<i16>(Place.block)));
  else if (size === 1) inverseOf2(Place.block, target, stride);
  else inverseOf4(Place.block, target, stride);
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
  let at = position;
  let bits = peek(top, at);
  let e = lookUp(bits, dc);
  if (e < 0) {
    if (e === LONG) {
      e = longEntry(bits, dc, false);
      if (e === 0) return 0;
    }
    e = withNumber(e, bits);
  }
  at += bitsOf(e);
  const level = load<i32>(plane, Plane.previous) + <i16>firstOf(e);
  store<i32>(plane, level, Plane.previous);
  store<i16>(Place.block, <i16>(level * load<u16>(quantiser)));

  let k = 1;
  if (last === 0) return readRest(plane, top, k, at);
  do {
    bits = peek(top, at);
    e = lookUp(bits, ac);
    if (e >= 0) {
      at += bitsOf(e);
      bits = following(bits, e);
      const e1 = lookUp(bits, ac);
      k = put(e, k, quantiser);
      if (k > last) break;
      e = e1;
      if (e >= 0) {
        at += bitsOf(e);
        bits = following(bits, e);
        const e2 = lookUp(bits, ac);
        k = put(e, k, quantiser);
        if (k > last) break;
        e = e2;
        if (e >= 0) {
          at += bitsOf(e);
          bits = following(bits, e);
          const e3 = lookUp(bits, ac);
          k = put(e, k, quantiser);
          if (k > last) break;
          e = e3;
          if (e >= 0) {
            at += bitsOf(e);
            k = put(e, k, quantiser);
            if (k > last) break;
            continue;
          }
        }
      }
    }
    bits = peek(top, at);
    if (e === LONG) {
      e = longEntry(bits, ac, true);
      if (e === 0) return 0;
    }
    e = withNumber(e, bits);
    at += bitsOf(e);
    k = put(e, k, quantiser);
  } while (k <= last);
  return k > 63 ? endOfBlock(e, k, at) : readRest(plane, top, k, at);
}

/** Reads over the rest of a block from place `k` on; 0: damage. */
function readRest(plane: usize, top: usize, k: i32, at: u32): i32 {
  position = readOver(top, k, at, load<i32>(plane, Plane.ac), load<i32>(plane, Plane.skip));
  return position === DAMAGE ? 0 : k;
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

/** Puts an entry's numbers, times their factors, into the block; returns one more than the place after the last. */
function put(e: i64, k: i32, quantiser: usize): i32 {
  k += stepOf(e);
  let place = load<u32>(quantiser + (k << 2) - 4);
  store<i16>(place >> 16, <i16>(firstOf(e) * place));
  k += secondStepOf(e);
  place = load<u32>(quantiser + (k << 2) - 4);
  store<i16>(place >> 16, <i16>(secondOf(e) * place));
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
      inside = load<u8>(data, 1) === 0;
      if (inside) {
        store<u8>(--top, 0xff);
        data += 2;
      }
    }
  } while (inside);
  marker = data;
  memory.fill(top - 16, 0, 16);
  return top;
}
