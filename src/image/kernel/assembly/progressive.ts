/**
 * Progressive JPEG: scans of coded data to blocks of coefficients, and these to planes of samples. ITU-T T.81 annex G.
 *
 * A scan brings some coefficients of all blocks but for their lower bits, or one bit more of those that came before. In
 * the second kind a bit of each coefficient that is not zero lies between the codes of those that become so: which
 * those are is kept as the bits of one number, in zigzag order, so that to step over them is arithmetic, and their bits
 * are gathered for the whole block.
 *
 * Limits: the scan was checked by the caller, who filled the {@link Scan}, the {@link Plane}s and the selection, and
 * cleared the blocks.
 */
import {
  bitsOf,
  Codes,
  END,
  firstBitsOf,
  firstOf,
  LONG,
  longEntry,
  lookUp,
  peek,
  secondOf,
  secondStepOf,
  stepOf,
  withNumber,
} from "./huffman.ts";
import { Block, BlockShape, Place, Plane, Quantiser, Scan } from "./layout.ts";
import { beginScan, endScan, nextUnit, planeOf, position, seek } from "./scan.ts";
import { flat, transform, transposeBlock } from "./transform.ts";

/** Fills in {@link Place.zigzags} and {@link Place.bits}. */
export function fillZigzags(): void {
  for (let byte = 0; byte < 256; byte++) {
    let at = Place.bits + (byte << 3);
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) store<u8>(at++, <u8>bit);
  }
  memory.fill(Place.zigzags, 0, 16384);
  let k = 0;
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let i = max(0, diagonal - 7); i <= min(7, diagonal); i++) {
      const row = diagonal & 1 ? i : diagonal - i;
      const sets: usize = Place.zigzags + ((diagonal - row) << 11);
      for (let set = 0; set < 256; set++) {
        if ((set >> row) & 1) store<u64>(sets + (set << 3), load<u64>(sets + (set << 3)) | ((<u64>1) << k));
      }
      k++;
    }
  }
}

/** Decodes a progressive scan into blocks; parameter and result are those of `decodeScan`. */
export function decodeProgressive(top: usize): i32 {
  const count = load<i32>(Place.scan, Scan.components);
  const mcusX = load<i32>(Place.scan, Scan.mcusX);
  const rows = load<i32>(Place.scan, Scan.rows);
  const first = load<i32>(Place.scan, Scan.first);
  const refines = load<i32>(Place.scan, Scan.refines);
  beginScan(top);
  const plane = planeOf(0);
  for (let my = 0; my < rows; my++) {
    let block: usize =
      load<i32>(plane, Plane.coefficients) + my * load<i32>(plane, Plane.coefficientsRowStep);
    for (let mx = 0; mx < mcusX; mx++) {
      const status = nextUnit(top);
      if (status !== 0) return status;
      if (first === 0) {
        for (let c = 0; c < count; c++) if (!firstCoefficients(planeOf(c), top, mx, my)) return 2;
      } else if (refines) {
        if (!refine(block, plane, top)) return 2;
      } else if (!addCoefficients(block, plane, top)) return 2;
      block += Block.bytes;
    }
  }
  return endScan(top);
}

/** Decodes the first coefficients of the blocks of a plane in a unit, or a bit of each; false: damage. */
function firstCoefficients(plane: usize, top: usize, mx: i32, my: i32): bool {
  const h = load<i32>(plane, Plane.h);
  const v = load<i32>(plane, Plane.v);
  const low = load<i32>(Place.scan, Scan.low);
  const refines = load<i32>(Place.scan, Scan.refines);
  const dc: usize = load<i32>(plane, Plane.dc);
  const step = load<i32>(plane, Plane.coefficientsStep);
  const rowStep = load<i32>(plane, Plane.coefficientsRowStep);
  const unit: usize = load<i32>(plane, Plane.coefficients) + my * v * rowStep + mx * h * step;
  for (let row = 0; row < v; row++) {
    let block = unit + row * rowStep;
    for (let column = 0; column < h; column++) {
      const bits = peek(top, position);
      if (refines) {
        store<i16>(block, load<i16>(block) | <i16>((<i32>(bits >> 63)) << low));
        seek(position + 1);
      } else {
        let e = lookUp(bits, dc);
        if (e === LONG) {
          e = longEntry(bits, dc, Codes.dc);
          if (e === 0) return false;
        }
        if (e < 0) e = withNumber(e, bits);
        seek(position + bitsOf(e));
        const level = load<i32>(plane, Plane.previous) + <i16>firstOf(e);
        store<i32>(plane, level, Plane.previous);
        store<i16>(block, <i16>(level << low));
      }
      block += step;
    }
  }
  return true;
}

/** Decodes coefficients of a block, all but their lower bits; false: damage. */
function addCoefficients(block: usize, plane: usize, top: usize): bool {
  const ended = load<i32>(plane, Plane.previous);
  if (ended > 0) {
    store<i32>(plane, ended - 1, Plane.previous);
    return true;
  }
  const ac: usize = load<i32>(plane, Plane.ac);
  const last = load<i32>(Place.scan, Scan.last);
  let k = load<i32>(Place.scan, Scan.first);
  let at = position;
  let e: i64;
  do {
    let bits = peek(top, at);
    e = lookUp(bits, ac);
    if (e >= 0) {
      at += bitsOf(e);
      bits <<= bitsOf(e);
      const next = lookUp(bits, ac);
      k = put(block, e, k);
      if (k > last) break;
      e = next;
    }
    if (e === LONG) {
      e = longEntry(bits, ac, Codes.progressive);
      if (e === 0) return false;
    }
    if (e < 0) e = withNumber(e, bits);
    at += bitsOf(e);
    k = put(block, e, k);
  } while (k <= last);

  let step = secondStepOf(e);
  let number = secondOf(e);
  if (k - step > last) {
    // The block had ended before the second symbol, which belongs to the next.
    k -= step;
    at -= bitsOf(e) - firstBitsOf(e);
    step = stepOf(e);
    number = firstOf(e);
  }
  seek(at);
  if (step === END) store<i32>(plane, blocksOf(number) - 1, Plane.previous);
  else if (k > last + 1) return false;
  return true;
}

/** Puts an entry's numbers into the block; returns one more than the place after the last. */
function put(block: usize, e: i64, k: i32): i32 {
  k += stepOf(e);
  let place = load<u32>(Place.selection + (k << 2) - 4);
  store<i16>(block + (place >> 16), <i16>(firstOf(e) * place));
  k += secondStepOf(e);
  place = load<u32>(Place.selection + (k << 2) - 4);
  store<i16>(block + (place >> 16), <i16>(secondOf(e) * place));
  return k;
}

/**
 * How many blocks an end of blocks ends. It is 2^n + m, where m has n bits; an entry has m as if it were a coefficient
 * of n bits.
 */
function blocksOf(number: i32): i32 {
  const m: i32 = <i16>number;
  const power = 1 << (32 - clz(abs(m)));
  return m < 0 ? 2 * power - 1 + m : power + m;
}

/**
 * Decodes one bit more of a block's coefficients, and those that are not zero for the first time; false: damage.
 *
 * One long function, as its loop is the hot one: what a code says where the next begins stays in registers.
 */
function refine(block: usize, plane: usize, top: usize): bool {
  const last = load<i32>(Place.scan, Scan.last);
  const low = load<i32>(Place.scan, Scan.low);
  let before = load<i32>(Place.scan, Scan.first) - 1;
  const known = nonzero(block) & ((<u64>-2) << before) & (<u64>-1 >> (63 - last));
  let ended = load<i32>(plane, Plane.previous);
  let at = position;
  // One bit for each coefficient that is known, the last one at the lower end.
  let more: u64 = 0;
  if (ended === 0) {
    const ac: usize = load<i32>(plane, Plane.ac);
    const end = listZeros(~known & ((<u64>-2) << before) & (<u64>-1 >> (63 - last)));
    let zero: usize = Place.zeros - 1;
    let bits = peek(top, at);
    let left = 57;
    do {
      let e = lookUp(bits, ac);
      if (e < 0) {
        if (e === LONG) {
          e = longEntry(bits, ac, Codes.progressive);
          if (e === 0) return false;
        }
        e = withNumber(e, bits);
      }
      const used = firstBitsOf(e);
      const step = stepOf(e);
      const number: i32 = <i16>firstOf(e);
      if (step === END) {
        at += used;
        ended = blocksOf(number);
        break;
      }
      zero += step;
      if (zero >= end || number < -1 || number > 1) return false;
      const k: i32 = load<u8>(zero);
      // Those that are known lie between the zeros.
      const n = k - before - step;
      before = k;
      left -= used + n;
      if (left >= 0) {
        bits <<= used;
        more = (more << n) | ((bits >> 1) >> (63 - n));
        bits <<= n;
      } else more = append(more, n, top, at + used);
      at += used + n;
      store<i16>(block + placeOf(k), <i16>(number << low));
      // A code and what belongs to it has 30 bits at most.
      if (left < 30) {
        bits = peek(top, at);
        left = 57;
      }
    } while (before < last);
  }
  if (ended > 0) {
    const n = <i32>popcnt(known & ((<u64>-2) << before));
    more = append(more, n, top, at);
    at += n;
    ended--;
  }
  store<i32>(plane, ended, Plane.previous);
  seek(at);
  correct(block, known, more, low);
  return true;
}

/** Writes the places of the bits that are set to {@link Place.zeros}; returns the end of the list. */
function listZeros(zeros: u64): usize {
  let at: usize = Place.zeros;
  for (let i = 0; i < 64; i += 8) {
    const byte = <usize>(zeros >> i) & 255;
    store<u64>(at, load<u64>(Place.bits + (byte << 3)) + <u64>i * 0x0101010101010101);
    at += popcnt(byte);
  }
  return at;
}

/** Appends the next `n` bits. */
function append(more: u64, n: i32, top: usize, at: u32): u64 {
  if (n > 56) {
    more = (more << 32) | (peek(top, at) >> 32);
    at += 32;
    n -= 32;
  }
  return (more << n) | ((peek(top, at) >> 1) >> (63 - n));
}

/** Where in a block a coefficient of the scan belongs. */
function placeOf(k: i32): usize {
  return load<u32>(Place.selection + (k << 2)) >> 16;
}

/** Adds a bit to each of the coefficients that are known; the last one's is the lowest of `more`. */
function correct(block: usize, known: u64, more: u64, low: i32): void {
  // So that the first one's is the uppermost.
  more <<= 64 - popcnt(known);
  while (known !== 0) {
    const at = block + placeOf(<i32>ctz(known));
    const value: i32 = load<i16>(at);
    const sign = (value >> 31) | 1;
    store<i16>(at, <i16>(value + ((sign << low) & <i32>(<i64>more >> 63))));
    more <<= 1;
    known &= known - 1;
  }
}

/** Which of a block's coefficients are not zero, as bits in zigzag order. */
function nonzero(block: usize): u64 {
  return (
    nonzeroColumns(block, 0) | nonzeroColumns(block, 2) | nonzeroColumns(block, 4) | nonzeroColumns(block, 6)
  );
}

/** The same of two columns. */
function nonzeroColumns(block: usize, column: i32): u64 {
  block += column << 4;
  const bytes = i8x16.narrow_i16x8_s(v128.load(block), v128.load(block, 16));
  const set = i8x16.bitmask(i8x16.ne(bytes, i64x2.splat(0)));
  const sets: usize = Place.zigzags + (column << 11);
  return load<u64>(sets + ((set & 255) << 3)) | load<u64>(sets + ((set >> 8) << 3), 2048);
}

/** Transforms the blocks of a plane that are needed to its samples. */
export function transformBlocks(plane: usize): void {
  const turned: bool = load<i32>(Place.scan, Scan.turned) !== 0;
  const stride: usize = load<i32>(plane, Plane.stride);
  const factors: usize = load<i32>(plane, Plane.quantiser) + Quantiser.factors;
  const shape = load<i32>(plane, Plane.shape);
  const left = load<i32>(plane, Plane.left);
  const top = load<i32>(plane, Plane.top);
  const across = load<i32>(plane, Plane.across);
  const step = load<i32>(plane, Plane.coefficientsStep);
  const blockStep = load<i32>(plane, Plane.blockStep);
  const bottom = top + load<i32>(plane, Plane.down);
  for (let y = top; y < bottom; y++) {
    const row = y * load<i32>(plane, Plane.coefficientsRowStep) + left * step;
    let block: usize = load<i32>(plane, Plane.coefficients) + row;
    let target: usize =
      load<i32>(plane, Plane.source) + y * load<i32>(plane, Plane.blockRowStep) + left * blockStep;
    for (let x = 0; x < across; x++) {
      if (shape === BlockShape.eightByEight && isFlat(block)) flat(load<i16>(block), factors, target, stride);
      else {
        if (turned && shape !== BlockShape.one) transposeBlock(block);
        transform(shape, block, factors, target, stride);
      }
      block += step;
      target += blockStep;
    }
  }
}

/** Whether none but the first of a block's coefficients counts. */
function isFlat(block: usize): bool {
  let all = v128.and(v128.load(block), i16x8(0, -1, -1, -1, -1, -1, -1, -1));
  for (let i = 16; i < 128; i += 16) all = v128.or(all, v128.load(block + i));
  return !v128.any_true(all);
}
