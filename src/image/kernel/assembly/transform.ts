/**
 * The inverse transform of a block: libjpeg's accurate one (jidctint, after Loeffler, Ligtenberg and Moschytz), on four
 * columns at a time.
 */
import { BlockShape } from "./layout.ts";

/** The mean of a block, from its first coefficient, times its factor. */
export function sampleOf(first: i32, factors: usize): u8 {
  const mean: i32 = <i16>(first * load<i16>(factors));
  return clamped((mean + 4) >> 3);
}

function clamped(level: i32): u8 {
  return <u8>max(0, min(255, level + 128));
}

/** A block without detail. */
export function flat(first: i32, factors: usize, at: usize, stride: usize): void {
  const eight = <i64>sampleOf(first, factors) * 0x0101010101010101;
  for (let y = 0; y < 8; y++) {
    store<i64>(at, eight);
    at += stride;
  }
}

// Two 16-bit constants for a dot product with interleaved numbers.
function two(a: i32, b: i32): v128 {
  return i32x4.splat((a & 0xffff) | (b << 16));
}

function low(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

function high(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

function narrow(a: v128, b: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, shift), i32x4.shr_s(b, shift));
}

/** What is done to four columns of eight numbers at a time: for eight of them, registers are too few. */
class ColumnsOf8 {
  /** Four numbers of the row that begins `place` bytes on, times their factors if there are any. */
  @inline
  static row(at: usize, factors: usize, place: usize): v128 {
    const row = v128.load64_zero(at + place);
    return factors === 0 ? row : i16x8.mul(row, v128.load64_zero(factors + place));
  }

  /**
   * One pass of the transform over four columns. With `factors` it is the first: the columns are stored as rows, as the
   * second takes them. Without, it is the second, which stores bytes, `stride` from row to row.
   * Constants are those of jidctint times 2^12.
   *
   * One long function, as it is one butterfly: cut up, each part would take and give more numbers than it has lines.
   */
  @inline
  static pass(from: usize, factors: usize, bias: i32, shift: i32, to: usize, stride: usize): void {
    const r0 = ColumnsOf8.row(from, factors, 0);
    const r1 = ColumnsOf8.row(from, factors, 16);
    const r2 = ColumnsOf8.row(from, factors, 32);
    const r3 = ColumnsOf8.row(from, factors, 48);
    const r4 = ColumnsOf8.row(from, factors, 64);
    const r5 = ColumnsOf8.row(from, factors, 80);
    const r6 = ColumnsOf8.row(from, factors, 96);
    const r7 = ColumnsOf8.row(from, factors, 112);
    const zero = i64x2.splat(0);
    const biased = i32x4.splat(bias);

    // Even part.
    const r26 = low(r2, r6);
    const t2 = i32x4.dot_i16x8_s(r26, two(2217, -5352));
    const t3 = i32x4.dot_i16x8_s(r26, two(5352, 2217));
    const t0 = i32x4.add(i32x4.shr_s(low(zero, i16x8.add(r0, r4)), 4), biased);
    const t1 = i32x4.add(i32x4.shr_s(low(zero, i16x8.sub(r0, r4)), 4), biased);
    const x0 = i32x4.add(t0, t3);
    const x3 = i32x4.sub(t0, t3);
    const x1 = i32x4.add(t1, t2);
    const x2 = i32x4.sub(t1, t2);

    // Odd part.
    const r73 = low(r7, r3);
    const r51 = low(r5, r1);
    const sums = low(i16x8.add(r1, r7), i16x8.add(r3, r5));
    const y4 = i32x4.dot_i16x8_s(sums, two(1130, 4816));
    const y5 = i32x4.dot_i16x8_s(sums, two(4816, -5681));
    const x4 = i32x4.add(i32x4.dot_i16x8_s(r73, two(-6811, -8035)), y4);
    const x5 = i32x4.add(i32x4.dot_i16x8_s(r51, two(6811, -1598)), y5);
    const x6 = i32x4.add(i32x4.dot_i16x8_s(r73, two(-8035, 4551)), y5);
    const x7 = i32x4.add(i32x4.dot_i16x8_s(r51, two(-1598, 4551)), y4);

    // Rows 0 and 4, 1 and 5, and so on.
    const n0 = narrow(i32x4.add(x0, x7), i32x4.sub(x3, x4), shift);
    const n1 = narrow(i32x4.add(x1, x6), i32x4.sub(x2, x5), shift);
    const n2 = narrow(i32x4.add(x2, x5), i32x4.sub(x1, x6), shift);
    const n3 = narrow(i32x4.add(x3, x4), i32x4.sub(x0, x7), shift);
    if (factors === 0) ColumnsOf8.storeRows(to, stride, n0, n1, n2, n3);
    else ColumnsOf8.storeColumns(to, n0, n1, n2, n3);
  }

  /** Each column becomes a row of eight numbers. */
  @inline
  static storeColumns(to: usize, n0: v128, n1: v128, n2: v128, n3: v128): void {
    const a0 = low(n0, n2);
    const a1 = low(n1, n3);
    const a2 = high(n0, n2);
    const a3 = high(n1, n3);
    const b0 = low(a0, a1);
    const b1 = high(a0, a1);
    const b2 = low(a2, a3);
    const b3 = high(a2, a3);
    v128.store(to, i64x2.shuffle(b0, b2, 0, 2));
    v128.store(to, i64x2.shuffle(b0, b2, 1, 3), 16);
    v128.store(to, i64x2.shuffle(b1, b3, 0, 2), 32);
    v128.store(to, i64x2.shuffle(b1, b3, 1, 3), 48);
  }

  /** As bytes, eight rows of four. */
  @inline
  static storeRows(to: usize, stride: usize, n0: v128, n1: v128, n2: v128, n3: v128): void {
    const even = i8x16.narrow_i16x8_u(n0, n1);
    const odd = i8x16.narrow_i16x8_u(n2, n3);
    const below = to + (stride << 2);
    v128.store32_lane(to, even, 0);
    v128.store32_lane(to + stride, even, 2);
    v128.store32_lane(to + (stride << 1), odd, 0);
    v128.store32_lane(to + stride * 3, odd, 2);
    v128.store32_lane(below, even, 1);
    v128.store32_lane(below + stride, even, 3);
    v128.store32_lane(below + (stride << 1), odd, 1);
    v128.store32_lane(below + stride * 3, odd, 3);
  }
}

/** What is done to eight columns of four numbers. */
class ColumnsOf4 {
  /** A row, times its factors if there are any. */
  @inline
  static row(at: usize, factors: usize, place: usize): v128 {
    const row = v128.load(at + place);
    return factors === 0 ? row : i16x8.mul(row, v128.load(factors + place));
  }

  /** One pass of the transform, as {@link ColumnsOf8.pass}. */
  @inline
  static pass(from: usize, factors: usize, bias: i32, shift: i32, to: usize, stride: usize): void {
    const r0 = ColumnsOf4.row(from, factors, 0);
    const r1 = ColumnsOf4.row(from, factors, 16);
    const r2 = ColumnsOf4.row(from, factors, 32);
    const r3 = ColumnsOf4.row(from, factors, 48);
    const zero = i64x2.splat(0);
    const biased = i32x4.splat(bias);
    const sum = i16x8.add(r0, r2);
    const difference = i16x8.sub(r0, r2);
    const oddLow = low(r1, r3);
    const oddHigh = high(r1, r3);
    const e0 = i32x4.add(i32x4.shr_s(low(zero, sum), 4), biased);
    const e1 = i32x4.add(i32x4.shr_s(high(zero, sum), 4), biased);
    const f0 = i32x4.add(i32x4.shr_s(low(zero, difference), 4), biased);
    const f1 = i32x4.add(i32x4.shr_s(high(zero, difference), 4), biased);
    const o0 = i32x4.dot_i16x8_s(oddLow, two(5352, 2217));
    const o1 = i32x4.dot_i16x8_s(oddHigh, two(5352, 2217));
    const p0 = i32x4.dot_i16x8_s(oddLow, two(2217, -5352));
    const p1 = i32x4.dot_i16x8_s(oddHigh, two(2217, -5352));
    const n0 = narrow(i32x4.add(e0, o0), i32x4.add(e1, o1), shift);
    const n1 = narrow(i32x4.add(f0, p0), i32x4.add(f1, p1), shift);
    const n2 = narrow(i32x4.sub(f0, p0), i32x4.sub(f1, p1), shift);
    const n3 = narrow(i32x4.sub(e0, o0), i32x4.sub(e1, o1), shift);
    if (factors === 0) ColumnsOf4.storeRows(to, stride, n0, n1, n2, n3);
    else ColumnsOf4.storeColumns(to, n0, n1, n2, n3);
  }

  /** Each column becomes the first four numbers of a row of eight. */
  @inline
  static storeColumns(to: usize, n0: v128, n1: v128, n2: v128, n3: v128): void {
    const a0 = low(n0, n2);
    const a1 = low(n1, n3);
    const a2 = high(n0, n2);
    const a3 = high(n1, n3);
    const b0 = low(a0, a1);
    const b1 = high(a0, a1);
    const b2 = low(a2, a3);
    const b3 = high(a2, a3);
    v128.store64_lane(to, b0, 0);
    v128.store64_lane(to, b0, 1, 16);
    v128.store64_lane(to, b1, 0, 32);
    v128.store64_lane(to, b1, 1, 48);
    v128.store64_lane(to, b2, 0, 64);
    v128.store64_lane(to, b2, 1, 80);
    v128.store64_lane(to, b3, 0, 96);
    v128.store64_lane(to, b3, 1, 112);
  }

  /** As bytes, four rows of eight. */
  @inline
  static storeRows(to: usize, stride: usize, n0: v128, n1: v128, n2: v128, n3: v128): void {
    const upper = i8x16.narrow_i16x8_u(n0, n1);
    const lower = i8x16.narrow_i16x8_u(n2, n3);
    v128.store64_lane(to, upper, 0);
    v128.store64_lane(to + stride, upper, 1);
    v128.store64_lane(to + (stride << 1), lower, 0);
    v128.store64_lane(to + stride * 3, lower, 1);
  }
}

/** A block between the two passes. */
const BETWEEN: usize = memory.data(128, 16);

/** Exchanges rows and columns of a block. */
export function transposeBlock(block: usize): void {
  const r0 = v128.load(block);
  const r1 = v128.load(block, 16);
  const r2 = v128.load(block, 32);
  const r3 = v128.load(block, 48);
  const r4 = v128.load(block, 64);
  const r5 = v128.load(block, 80);
  const r6 = v128.load(block, 96);
  const r7 = v128.load(block, 112);
  // Three rounds of interleaving the first half of the rows with the second.
  const a0 = low(r0, r4);
  const a1 = high(r0, r4);
  const a2 = low(r1, r5);
  const a3 = high(r1, r5);
  const a4 = low(r2, r6);
  const a5 = high(r2, r6);
  const a6 = low(r3, r7);
  const a7 = high(r3, r7);
  const b0 = low(a0, a4);
  const b1 = high(a0, a4);
  const b2 = low(a1, a5);
  const b3 = high(a1, a5);
  const b4 = low(a2, a6);
  const b5 = high(a2, a6);
  const b6 = low(a3, a7);
  const b7 = high(a3, a7);
  v128.store(block, low(b0, b4));
  v128.store(block, high(b0, b4), 16);
  v128.store(block, low(b1, b5), 32);
  v128.store(block, high(b1, b5), 48);
  v128.store(block, low(b2, b6), 64);
  v128.store(block, high(b2, b6), 80);
  v128.store(block, low(b3, b7), 96);
  v128.store(block, high(b3, b7), 112);
}

/**
 * A block (stored by columns), times its factors, becomes samples. What was used of it is zero afterwards, but for that of
 * a single sample.
 */
export function transform(shape: i32, block: usize, factors: usize, at: usize, stride: usize): void {
  if (shape === BlockShape.eightByEight) inverse(block, factors, at, stride);
  else if (shape === BlockShape.eightByFour) inverseOf8By4(block, factors, at, stride);
  else if (shape === BlockShape.fourByEight) inverseOf4By8(block, factors, at, stride);
  else if (shape === BlockShape.fourByFour) inverseOf4(block, factors, at, stride);
  else if (shape === BlockShape.twoByTwo) inverseOf2(block, factors, at, stride);
  else store<u8>(at, sampleOf(load<i16>(block), factors));
}

/** The same of all coefficients and 8 x 8 samples. */
function inverse(block: usize, factors: usize, at: usize, stride: usize): void {
  ColumnsOf8.pass(block, factors, 512, 10, BETWEEN, 0);
  ColumnsOf8.pass(block + 8, factors + 8, 512, 10, BETWEEN + 64, 0);
  ColumnsOf8.pass(BETWEEN, 0, 65536 + (128 << 17), 17, at, stride);
  ColumnsOf8.pass(BETWEEN + 8, 0, 65536 + (128 << 17), 17, at + 4, stride);
  clear(block);
  clear(block + 64);
}

/** The same of the first four columns of coefficients, and eight rows of four samples. */
function inverseOf8By4(block: usize, factors: usize, at: usize, stride: usize): void {
  ColumnsOf4.pass(block, factors, 512, 10, BETWEEN, 0);
  ColumnsOf8.pass(BETWEEN, 0, 65536 + (128 << 17), 17, at, stride);
  clear(block);
}

/** The same of the first four rows of coefficients, and four rows of eight samples. */
function inverseOf4By8(block: usize, factors: usize, at: usize, stride: usize): void {
  ColumnsOf8.pass(block, factors, 512, 10, BETWEEN, 0);
  ColumnsOf4.pass(BETWEEN, 0, 65536 + (128 << 17), 17, at, stride);
  clear(block);
  clear(block + 64);
}

/** Half of a block is zero afterwards. */
function clear(half: usize): void {
  v128.store(half, i64x2.splat(0));
  v128.store(half, i64x2.splat(0), 16);
  v128.store(half, i64x2.splat(0), 32);
  v128.store(half, i64x2.splat(0), 48);
}

/**
 * A block of which four coefficients were read becomes 2 x 2 samples: the inverse transform of that size. They are zero
 * afterwards.
 */
function inverseOf2(block: usize, factors: usize, at: usize, stride: usize): void {
  const mean: i32 = <i16>(load<i16>(block) * load<i16>(factors)) + 4;
  const x: i32 = <i16>(load<i16>(block, 16) * load<i16>(factors, 16));
  const y: i32 = <i16>(load<i16>(block, 2) * load<i16>(factors, 2));
  const xy: i32 = <i16>(load<i16>(block, 18) * load<i16>(factors, 18));
  store<u8>(at, clamped((mean + x + y + xy) >> 3));
  store<u8>(at, clamped((mean - x + y - xy) >> 3), 1);
  store<u8>(at + stride, clamped((mean + x - y - xy) >> 3));
  store<u8>(at + stride, clamped((mean - x - y + xy) >> 3), 1);
  store<i32>(block, 0);
  store<i32>(block, 0, 16);
}

/** The same of sixteen coefficients and 4 x 4 samples. */
function inverseOf4(block: usize, factors: usize, at: usize, stride: usize): void {
  const first = i16x8.mul(FourColumns.two(block), FourColumns.two(factors));
  const last = i16x8.mul(FourColumns.two(block + 32), FourColumns.two(factors + 32));
  FourColumns.pass(block, first, last, 512, 10);
  const a = v128.load(block);
  const b = v128.load(block, 16);
  FourColumns.pass(
    block,
    i16x8.shuffle(a, b, 0, 4, 8, 12, 1, 5, 9, 13),
    i16x8.shuffle(a, b, 2, 6, 10, 14, 3, 7, 11, 15),
    65536 + (128 << 17),
    17,
  );
  const rows = i8x16.narrow_i16x8_u(v128.load(block), v128.load(block, 16));
  v128.store32_lane(at, rows, 0);
  v128.store32_lane(at + stride, rows, 1);
  v128.store32_lane(at + (stride << 1), rows, 2);
  v128.store32_lane(at + stride * 3, rows, 3);
  for (let end = block + 64; block < end; block += 16) v128.store(block, i64x2.splat(0));
}

class FourColumns {
  /** Four numbers each of two columns of a block. */
  @inline
  static two(column: usize): v128 {
    return v128.load64_lane(column + 16, v128.load64_zero(column), 1);
  }

  /** One pass of the transform of four numbers: two rows of four columns each in `a` and in `b`, and at `to` again. */
  @inline
  static pass(to: usize, a: v128, b: v128, bias: i32, shift: i32): void {
    const zero = i64x2.splat(0);
    const biased = i32x4.splat(bias);
    const odd = high(a, b);
    const o0 = i32x4.dot_i16x8_s(odd, two(5352, 2217));
    const o1 = i32x4.dot_i16x8_s(odd, two(2217, -5352));
    const e0 = i32x4.add(i32x4.shr_s(low(zero, i16x8.add(a, b)), 4), biased);
    const e1 = i32x4.add(i32x4.shr_s(low(zero, i16x8.sub(a, b)), 4), biased);
    v128.store(to, narrow(i32x4.add(e0, o0), i32x4.add(e1, o1), shift));
    v128.store(to, narrow(i32x4.sub(e1, o1), i32x4.sub(e0, o0), shift), 16);
  }
}
