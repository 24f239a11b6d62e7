/**
 * What VP8 predicts of a block from the pixels above and to the left, and what its coefficients add. RFC 6386 chapters 12
 * and 14.
 *
 * Limits: above each macroblock lies a row and to its left a column; above and beyond its right end are four more pixels.
 */

/** The modes of a macroblock, and the first ones of a block. */
const DC = 0;
const TM = 1;
const VERTICAL = 2;
const HORIZONTAL = 3;

/** Predicts `size` x `size` pixels, 16 or 8; `hasTop` and `hasLeft` matter to {@link DC} alone. */
export function predictSquare(
  mode: i32,
  at: usize,
  stride: usize,
  size: i32,
  hasTop: bool,
  hasLeft: bool,
): void {
  if (mode === TM) trueMotion(at, stride, size);
  else if (mode === VERTICAL) {
    const top = v128.load(at - stride);
    for (let y = 0; y < size; y++) put(at + y * stride, top, size);
  } else if (mode === HORIZONTAL) {
    for (let y = 0; y < size; y++) put(at + y * stride, v128.load8_splat(at + y * stride - 1), size);
  } else put2(at, stride, size, i8x16.splat(<i8>mean(at, stride, size, hasTop, hasLeft)));
}

function put(at: usize, pixels: v128, size: i32): void {
  if (size === 16) v128.store(at, pixels);
  else v128.store64_lane(at, pixels, 0);
}

function put2(at: usize, stride: usize, size: i32, pixels: v128): void {
  for (let y = 0; y < size; y++) put(at + y * stride, pixels, size);
}

function mean(at: usize, stride: usize, size: i32, hasTop: bool, hasLeft: bool): i32 {
  if (!hasTop && !hasLeft) return 128;
  let sum = 0;
  if (hasTop) for (let x = 0; x < size; x++) sum += load<u8>(at - stride + x);
  if (hasLeft) for (let y = 0; y < size; y++) sum += load<u8>(at + y * stride - 1);
  const count = hasTop && hasLeft ? 2 * size : size;
  return (sum + (count >> 1)) >> (31 - clz(count));
}

/** Above + left - above left. */
function trueMotion(at: usize, stride: usize, size: i32): void {
  const corner = <i32>load<u8>(at - stride - 1);
  const low = v128.load8x8_u(at - stride);
  const high = size === 16 ? v128.load8x8_u(at - stride, 8) : low;
  for (let y = 0; y < size; y++) {
    const difference = i16x8.splat(<i16>(<i32>load<u8>(at - 1) - corner));
    put(at, i8x16.narrow_i16x8_u(i16x8.add(low, difference), i16x8.add(high, difference)), size);
    at += stride;
  }
}

function two(a: u32, b: u32): u32 {
  return (a + b + 1) >> 1;
}

function three(a: u32, b: u32, c: u32): u32 {
  return (a + 2 * b + c + 2) >> 2;
}

/** Four pixels, the left one first. */
function four(a: u32, b: u32, c: u32, d: u32): u32 {
  return a | (b << 8) | (c << 16) | (d << 24);
}

function rows(at: usize, stride: usize, r0: u32, r1: u32, r2: u32, r3: u32): void {
  store<u32>(at, r0);
  store<u32>(at + stride, r1);
  store<u32>(at + 2 * stride, r2);
  store<u32>(at + 3 * stride, r3);
}

/**
 * Predicts a block of 4 x 4 pixels.
 *
 * One long function, as it is one list of ten modes: named as in the RFC, e to m are the pixels around a block, from the
 * left one below to those right above.
 */
export function predictBlock(mode: i32, at: usize, stride: usize): void {
  const above = at - stride;
  const x = <u32>load<u8>(above - 1);
  const i = <u32>load<u8>(at - 1);
  const j = <u32>load<u8>(at + stride - 1);
  const k = <u32>load<u8>(at + 2 * stride - 1);
  const l = <u32>load<u8>(at + 3 * stride - 1);
  const a = <u32>load<u8>(above);
  const b = <u32>load<u8>(above, 1);
  const c = <u32>load<u8>(above, 2);
  const d = <u32>load<u8>(above, 3);
  if (mode === DC) {
    const level = ((a + b + c + d + i + j + k + l + 4) >> 3) * 0x01010101;
    rows(at, stride, level, level, level, level);
    return;
  }
  if (mode === TM) {
    const top = v128.load8x8_u(above);
    for (let y = 0; y < 4; y++) {
      const difference = i16x8.splat(<i16>(<i32>load<u8>(at - 1) - <i32>x));
      const row = i16x8.add(top, difference);
      v128.store32_lane(at, i8x16.narrow_i16x8_u(row, row), 0);
      at += stride;
    }
    return;
  }
  if (mode === VERTICAL) {
    const e = <u32>load<u8>(above, 4);
    const row = four(three(x, a, b), three(a, b, c), three(b, c, d), three(c, d, e));
    rows(at, stride, row, row, row, row);
    return;
  }
  if (mode === HORIZONTAL) {
    const one = <u32>0x01010101;
    rows(at, stride, three(x, i, j) * one, three(i, j, k) * one, three(j, k, l) * one, three(k, l, l) * one);
    return;
  }
  if (mode === 4) {
    // Down to the right.
    const diagonal =
      <u64>four(three(j, k, l), three(i, j, k), three(x, i, j), three(a, x, i)) |
      ((<u64>four(three(b, a, x), three(c, b, a), three(d, c, b), 0)) << 32);
    rows(at, stride, <u32>(diagonal >> 24), <u32>(diagonal >> 16), <u32>(diagonal >> 8), <u32>diagonal);
    return;
  }
  if (mode === 5) {
    // Down, a little to the right.
    const half = four(two(x, a), two(a, b), two(b, c), two(c, d));
    const full = four(three(i, x, a), three(x, a, b), three(a, b, c), three(b, c, d));
    rows(at, stride, half, full, (half << 8) | three(j, i, x), (full << 8) | three(k, j, i));
    return;
  }
  if (mode === 8) {
    // To the right, a little down.
    const r0 = four(two(i, x), three(i, x, a), three(x, a, b), three(a, b, c));
    const r1 = four(two(j, i), three(j, i, x), 0, 0) | (r0 << 16);
    const r2 = four(two(k, j), three(k, j, i), 0, 0) | (r1 << 16);
    const r3 = four(two(l, k), three(l, k, j), 0, 0) | (r2 << 16);
    rows(at, stride, r0, r1, r2, r3);
    return;
  }
  if (mode === 9) {
    // To the right, a little up.
    const r0 = four(two(i, j), three(i, j, k), two(j, k), three(j, k, l));
    const r1 = (r0 >> 16) | (two(k, l) << 16) | (three(k, l, l) << 24);
    const r2 = (r1 >> 16) | (l << 16) | (l << 24);
    rows(at, stride, r0, r1, r2, l * 0x01010101);
    return;
  }
  const e = <u32>load<u8>(above, 4);
  const f = <u32>load<u8>(above, 5);
  const g = <u32>load<u8>(above, 6);
  const h = <u32>load<u8>(above, 7);
  if (mode === 6) {
    // Down to the left.
    const diagonal =
      <u64>four(three(a, b, c), three(b, c, d), three(c, d, e), three(d, e, f)) |
      ((<u64>four(three(e, f, g), three(f, g, h), three(g, h, h), 0)) << 32);
    rows(at, stride, <u32>diagonal, <u32>(diagonal >> 8), <u32>(diagonal >> 16), <u32>(diagonal >> 24));
    return;
  }
  // Down, a little to the left.
  const r0 = four(two(a, b), two(b, c), two(c, d), two(d, e));
  const r1 = four(three(a, b, c), three(b, c, d), three(c, d, e), three(d, e, f));
  const r2 = (r0 >> 8) | (three(e, f, g) << 24);
  const r3 = (r1 >> 8) | (three(f, g, h) << 24);
  rows(at, stride, r0, r1, r2, r3);
}

/**
 * Adds what the coefficients of a block say, and makes them zeros again: `count` of them, of which those but the first are
 * zero if it is less than 2.
 */
export function addBlock(coefficients: usize, count: i32, at: usize, stride: usize): void {
  if (count > 1) {
    Residual.add(coefficients, at, stride);
    v128.store(coefficients, i32x4.splat(0));
    v128.store(coefficients, i32x4.splat(0), 16);
    return;
  }
  const first = <i32>load<i16>(coefficients);
  if (first === 0) return;
  store<i16>(coefficients, 0);
  const level = i16x8.splat(<i16>((first + 4) >> 3));
  Residual.addRows(level, at, at + stride);
  Residual.addRows(level, at + 2 * stride, at + 3 * stride);
}

class Residual {
  /** The inverse transform of a block, four columns at a time, and then four rows. */
  @inline
  static add(coefficients: usize, at: usize, stride: usize): void {
    let r0 = v128.load16x4_s(coefficients);
    let r1 = v128.load16x4_s(coefficients, 8);
    let r2 = v128.load16x4_s(coefficients, 16);
    let r3 = v128.load16x4_s(coefficients, 24);
    let a = i32x4.add(r0, r2);
    let b = i32x4.sub(r0, r2);
    let c = i32x4.sub(Residual.sine(r1), Residual.cosine(r3));
    let d = i32x4.add(Residual.cosine(r1), Residual.sine(r3));
    let t0 = i32x4.add(a, d);
    let t1 = i32x4.add(b, c);
    let t2 = i32x4.sub(b, c);
    let t3 = i32x4.sub(a, d);
    // Rows become columns.
    let l01 = i32x4.shuffle(t0, t1, 0, 4, 1, 5);
    let h01 = i32x4.shuffle(t0, t1, 2, 6, 3, 7);
    let l23 = i32x4.shuffle(t2, t3, 0, 4, 1, 5);
    let h23 = i32x4.shuffle(t2, t3, 2, 6, 3, 7);
    r0 = i32x4.add(i64x2.shuffle(l01, l23, 0, 2), i32x4.splat(4));
    r1 = i64x2.shuffle(l01, l23, 1, 3);
    r2 = i64x2.shuffle(h01, h23, 0, 2);
    r3 = i64x2.shuffle(h01, h23, 1, 3);
    a = i32x4.add(r0, r2);
    b = i32x4.sub(r0, r2);
    c = i32x4.sub(Residual.sine(r1), Residual.cosine(r3));
    d = i32x4.add(Residual.cosine(r1), Residual.sine(r3));
    t0 = i32x4.shr_s(i32x4.add(a, d), 3);
    t1 = i32x4.shr_s(i32x4.add(b, c), 3);
    t2 = i32x4.shr_s(i32x4.sub(b, c), 3);
    t3 = i32x4.shr_s(i32x4.sub(a, d), 3);
    l01 = i32x4.shuffle(t0, t1, 0, 4, 1, 5);
    h01 = i32x4.shuffle(t0, t1, 2, 6, 3, 7);
    l23 = i32x4.shuffle(t2, t3, 0, 4, 1, 5);
    h23 = i32x4.shuffle(t2, t3, 2, 6, 3, 7);
    const rows01 = i16x8.narrow_i32x4_s(i64x2.shuffle(l01, l23, 0, 2), i64x2.shuffle(l01, l23, 1, 3));
    const rows23 = i16x8.narrow_i32x4_s(i64x2.shuffle(h01, h23, 0, 2), i64x2.shuffle(h01, h23, 1, 3));
    Residual.addRows(rows01, at, at + stride);
    Residual.addRows(rows23, at + 2 * stride, at + 3 * stride);
  }

  /** Adds four numbers to the pixels at `a`, and four to those at `b`. */
  @inline
  static addRows(levels: v128, a: usize, b: usize): void {
    const pixels = v128.load32_lane(b, v128.load32_zero(a), 1);
    const sum = i16x8.add(i16x8.extend_low_i8x16_u(pixels), levels);
    const bytes = i8x16.narrow_i16x8_u(sum, sum);
    v128.store32_lane(a, bytes, 0);
    v128.store32_lane(b, bytes, 1);
  }

  /** Times sqrt(2) cos(pi / 8), in 16 bits of fraction. */
  @inline
  static cosine(a: v128): v128 {
    return i32x4.add(i32x4.shr_s(i32x4.mul(a, i32x4.splat(20091)), 16), a);
  }

  /** Times sqrt(2) sin(pi / 8). */
  @inline
  static sine(a: v128): v128 {
    return i32x4.shr_s(i32x4.mul(a, i32x4.splat(35468)), 16);
  }
}

/**
 * Makes the first coefficients of 16 blocks, 32 bytes apart, of the 16 coefficients at `from` (Walsh and Hadamard), and
 * makes these zeros again.
 */
export function spreadFirsts(from: usize, to: usize): void {
  for (let i = 0; i < 4; i++) {
    const at = from + (i << 1);
    const i0 = <i32>load<i16>(at);
    const i1 = <i32>load<i16>(at, 8);
    const i2 = <i32>load<i16>(at, 16);
    const i3 = <i32>load<i16>(at, 24);
    const a0 = i0 + i3;
    const a1 = i1 + i2;
    const a2 = i1 - i2;
    const a3 = i0 - i3;
    store<i16>(at, <i16>(a0 + a1));
    store<i16>(at, <i16>(a3 + a2), 8);
    store<i16>(at, <i16>(a0 - a1), 16);
    store<i16>(at, <i16>(a3 - a2), 24);
  }
  for (let i = 0; i < 4; i++) {
    const at = from + (i << 3);
    const dc = <i32>load<i16>(at) + 3;
    const i1 = <i32>load<i16>(at, 2);
    const i2 = <i32>load<i16>(at, 4);
    const i3 = <i32>load<i16>(at, 6);
    const a0 = dc + i3;
    const a1 = i1 + i2;
    const a2 = i1 - i2;
    const a3 = dc - i3;
    store<i16>(to, <i16>((a0 + a1) >> 3));
    store<i16>(to, <i16>((a3 + a2) >> 3), 32);
    store<i16>(to, <i16>((a0 - a1) >> 3), 64);
    store<i16>(to, <i16>((a3 - a2) >> 3), 96);
    to += 128;
  }
  v128.store(from, i32x4.splat(0));
  v128.store(from, i32x4.splat(0), 16);
}
