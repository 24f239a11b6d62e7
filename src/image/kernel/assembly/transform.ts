/**
 * The inverse transform of a block: libjpeg's accurate one (jidctint, after Loeffler, Ligtenberg and Moschytz), on eight
 * columns at a time.
 */
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

/** What is done to eight columns, or rows, at a time. */
class EightColumns {
  /**
   * One pass of the transform over the eight rows at `from`, times `factors` unless 0, eight columns at a time, written
   * to `to`.
   * Constants are those of jidctint times 2^12.
   *
   * One long function, as it is one butterfly: cut up, each part would take and give more numbers than it has lines.
   */
  @inline
  static pass(from: usize, factors: usize, to: usize, bias: i32, shift: i32): void {
    let r0 = v128.load(from);
    let r1 = v128.load(from, 16);
    let r2 = v128.load(from, 32);
    let r3 = v128.load(from, 48);
    let r4 = v128.load(from, 64);
    let r5 = v128.load(from, 80);
    let r6 = v128.load(from, 96);
    let r7 = v128.load(from, 112);
    if (factors !== 0) {
      r0 = i16x8.mul(r0, v128.load(factors));
      r1 = i16x8.mul(r1, v128.load(factors, 16));
      r2 = i16x8.mul(r2, v128.load(factors, 32));
      r3 = i16x8.mul(r3, v128.load(factors, 48));
      r4 = i16x8.mul(r4, v128.load(factors, 64));
      r5 = i16x8.mul(r5, v128.load(factors, 80));
      r6 = i16x8.mul(r6, v128.load(factors, 96));
      r7 = i16x8.mul(r7, v128.load(factors, 112));
    }
    const zero = i64x2.splat(0);
    const biased = i32x4.splat(bias);

    // Even part.
    let l = low(r2, r6);
    let h = high(r2, r6);
    const t2l = i32x4.dot_i16x8_s(l, two(2217, -5352));
    const t2h = i32x4.dot_i16x8_s(h, two(2217, -5352));
    const t3l = i32x4.dot_i16x8_s(l, two(5352, 2217));
    const t3h = i32x4.dot_i16x8_s(h, two(5352, 2217));
    const sum = i16x8.add(r0, r4);
    const difference = i16x8.sub(r0, r4);
    const t0l = i32x4.add(i32x4.shr_s(low(zero, sum), 4), biased);
    const t0h = i32x4.add(i32x4.shr_s(high(zero, sum), 4), biased);
    const t1l = i32x4.add(i32x4.shr_s(low(zero, difference), 4), biased);
    const t1h = i32x4.add(i32x4.shr_s(high(zero, difference), 4), biased);
    const x0l = i32x4.add(t0l, t3l);
    const x0h = i32x4.add(t0h, t3h);
    const x3l = i32x4.sub(t0l, t3l);
    const x3h = i32x4.sub(t0h, t3h);
    const x1l = i32x4.add(t1l, t2l);
    const x1h = i32x4.add(t1h, t2h);
    const x2l = i32x4.sub(t1l, t2l);
    const x2h = i32x4.sub(t1h, t2h);

    // Odd part.
    l = low(r7, r3);
    h = high(r7, r3);
    const y0l = i32x4.dot_i16x8_s(l, two(-6811, -8035));
    const y0h = i32x4.dot_i16x8_s(h, two(-6811, -8035));
    const y2l = i32x4.dot_i16x8_s(l, two(-8035, 4551));
    const y2h = i32x4.dot_i16x8_s(h, two(-8035, 4551));
    l = low(r5, r1);
    h = high(r5, r1);
    const y1l = i32x4.dot_i16x8_s(l, two(6811, -1598));
    const y1h = i32x4.dot_i16x8_s(h, two(6811, -1598));
    const y3l = i32x4.dot_i16x8_s(l, two(-1598, 4551));
    const y3h = i32x4.dot_i16x8_s(h, two(-1598, 4551));
    const s17 = i16x8.add(r1, r7);
    const s35 = i16x8.add(r3, r5);
    l = low(s17, s35);
    h = high(s17, s35);
    const y4l = i32x4.dot_i16x8_s(l, two(1130, 4816));
    const y4h = i32x4.dot_i16x8_s(h, two(1130, 4816));
    const y5l = i32x4.dot_i16x8_s(l, two(4816, -5681));
    const y5h = i32x4.dot_i16x8_s(h, two(4816, -5681));
    const x4l = i32x4.add(y0l, y4l);
    const x4h = i32x4.add(y0h, y4h);
    const x5l = i32x4.add(y1l, y5l);
    const x5h = i32x4.add(y1h, y5h);
    const x6l = i32x4.add(y2l, y5l);
    const x6h = i32x4.add(y2h, y5h);
    const x7l = i32x4.add(y3l, y4l);
    const x7h = i32x4.add(y3h, y4h);

    v128.store(to, narrow(i32x4.add(x0l, x7l), i32x4.add(x0h, x7h), shift));
    v128.store(to, narrow(i32x4.sub(x0l, x7l), i32x4.sub(x0h, x7h), shift), 112);
    v128.store(to, narrow(i32x4.add(x1l, x6l), i32x4.add(x1h, x6h), shift), 16);
    v128.store(to, narrow(i32x4.sub(x1l, x6l), i32x4.sub(x1h, x6h), shift), 96);
    v128.store(to, narrow(i32x4.add(x2l, x5l), i32x4.add(x2h, x5h), shift), 32);
    v128.store(to, narrow(i32x4.sub(x2l, x5l), i32x4.sub(x2h, x5h), shift), 80);
    v128.store(to, narrow(i32x4.add(x3l, x4l), i32x4.add(x3h, x4h), shift), 48);
    v128.store(to, narrow(i32x4.sub(x3l, x4l), i32x4.sub(x3h, x4h), shift), 64);
  }

  @inline
  static transpose(block: usize): void {
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
}

/** Exchanges rows and columns of a block. */
export function transposeBlock(block: usize): void {
  EightColumns.transpose(block);
}

/**
 * A block (stored by columns), times its factors, becomes 2^size x 2^size samples. What was used of it is zero afterwards,
 * but for that of a single sample.
 */
export function transform(size: i32, block: usize, factors: usize, at: usize, stride: usize): void {
  if (size === 3) inverse(block, factors, at, stride);
  else if (size === 2) inverseOf4(block, factors, at, stride);
  else if (size === 1) inverseOf2(block, factors, at, stride);
  else store<u8>(at, sampleOf(load<i16>(block), factors));
}

/** The same of all coefficients and 8 x 8 samples. */
function inverse(block: usize, factors: usize, at: usize, stride: usize): void {
  EightColumns.pass(block, factors, block, 512, 10);
  EightColumns.transpose(block);
  EightColumns.pass(block, 0, block, 65536 + (128 << 17), 17);
  for (let y = 0; y < 8; y += 2) {
    const rows = i8x16.narrow_i16x8_u(v128.load(block), v128.load(block, 16));
    v128.store64_lane(at, rows, 0);
    v128.store64_lane(at + stride, rows, 1);
    at += stride << 1;
    v128.store(block, i64x2.splat(0));
    v128.store(block, i64x2.splat(0), 16);
    block += 32;
  }
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
