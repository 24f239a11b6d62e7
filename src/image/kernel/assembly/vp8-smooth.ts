/**
 * Smooths the edges between the blocks of VP8, 16 pixels of an edge at a time. RFC 6386 chapter 15.
 *
 * What counts at an edge is eight pixels across it, four of them before it: eight rows for an edge that lies. Columns, and
 * the two planes of chroma, are brought to such rows first.
 */
import { Vp8Macroblock } from "./layout.ts";

/**
 * Smooths all macroblocks. Each reads what the one before has left.
 *
 * @param turned room for 24 rows of 16 pixels
 */
export function smooth(
  macroblocks: usize,
  turned: usize,
  y: usize,
  u: usize,
  v: usize,
  stride: usize,
  strideUV: usize,
  columns: i32,
  rows: i32,
  simple: bool,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const how = load<u32>(macroblocks);
      const blocks = load<u8>(macroblocks, Vp8Macroblock.blocks) !== 0;
      macroblocks += Vp8Macroblock.bytes;
      if ((how & 0xff) === 0) continue;
      const at = y + <usize>row * 16 * stride + <usize>column * 16;
      const at8 = <usize>row * 8 * strideUV + <usize>column * 8;
      if (blocks) standingAll(at, stride, turned, how, column > 0, simple);
      else if (column > 0) standing(at, at + 8 * stride, stride, turned, how, true, simple);
      if (row > 0) edge(at, stride, how, true, simple);
      if (blocks) for (let i = 4; i < 16; i += 4) edge(at + i * stride, stride, how, false, simple);
      if (simple) continue;
      if (column > 0) standing(u + at8, v + at8, strideUV, turned, how, true, false);
      if (blocks) standing(u + at8 + 4, v + at8 + 4, strideUV, turned, how, false, false);
      if (row > 0) lying(u + at8, v + at8, strideUV, turned, how, true);
      if (blocks) lying(u + at8 + 4 * strideUV, v + at8 + 4 * strideUV, strideUV, turned, how, false);
    }
  }
}

/** An edge to the left of eight pixels from `a` downwards and eight from `b`. */
function standing(
  a: usize,
  b: usize,
  stride: usize,
  turned: usize,
  how: u32,
  between: bool,
  simple: bool,
): void {
  turn(a - 4, b - 4, stride, turned, turned + 8, 16);
  edge(turned + 64, 16, how, between, simple);
  turn(turned, turned + 8, 16, a - 4, b - 4, stride);
}

/** The edges of a macroblock of luma that stand, that at its left too if there is one: turned together. */
function standingAll(at: usize, stride: usize, turned: usize, how: u32, atLeft: bool, simple: bool): void {
  const first = atLeft ? at - 4 : at;
  const end = turned + (atLeft ? 384 : 256);
  let from = first;
  for (let to = turned; to < end; to += 128, from += 8) turn(from, from + 8 * stride, stride, to, to + 8, 16);
  let column = turned + 64;
  if (atLeft) {
    edge(column, 16, how, true, simple);
    column += 64;
  }
  for (let x = 4; x < 16; x += 4, column += 64) edge(column, 16, how, false, simple);
  from = first;
  for (let to = turned; to < end; to += 128, from += 8) turn(to, to + 8, 16, from, from + 8 * stride, stride);
}

/** An edge above eight pixels at `a` and eight at `b`. */
function lying(a: usize, b: usize, stride: usize, turned: usize, how: u32, between: bool): void {
  for (let i = 0; i < 8; i++) {
    const row = <usize>i * stride - 4 * stride;
    store<u64>(turned + (i << 4), load<u64>(a + row));
    store<u64>(turned + (i << 4), load<u64>(b + row), 8);
  }
  edge(turned + 64, 16, how, between, false);
  for (let i = 1; i < 7; i++) {
    const row = <usize>i * stride - 4 * stride;
    store<u64>(a + row, load<u64>(turned + (i << 4)));
    store<u64>(b + row, load<u64>(turned + (i << 4), 8));
  }
}

/** Makes columns of rows: 8 x 8 bytes at `fromA`, and 8 x 8 at `fromB`. */
function turn(fromA: usize, fromB: usize, fromStep: usize, toA: usize, toB: usize, toStep: usize): void {
  const r0 = both(fromA, fromB);
  const r1 = both(fromA + fromStep, fromB + fromStep);
  const r2 = both(fromA + 2 * fromStep, fromB + 2 * fromStep);
  const r3 = both(fromA + 3 * fromStep, fromB + 3 * fromStep);
  const r4 = both(fromA + 4 * fromStep, fromB + 4 * fromStep);
  const r5 = both(fromA + 5 * fromStep, fromB + 5 * fromStep);
  const r6 = both(fromA + 6 * fromStep, fromB + 6 * fromStep);
  const r7 = both(fromA + 7 * fromStep, fromB + 7 * fromStep);
  turnEight(low8(r0, r1), low8(r2, r3), low8(r4, r5), low8(r6, r7), toA, toStep);
  turnEight(high8(r0, r1), high8(r2, r3), high8(r4, r5), high8(r6, r7), toB, toStep);
}

/** The last steps of a turn: of eight rows, whose bytes stand two and two. */
function turnEight(r01: v128, r23: v128, r45: v128, r67: v128, to: usize, step: usize): void {
  const upperLeft = i16x8.shuffle(r01, r23, 0, 8, 1, 9, 2, 10, 3, 11);
  const upperRight = i16x8.shuffle(r01, r23, 4, 12, 5, 13, 6, 14, 7, 15);
  const lowerLeft = i16x8.shuffle(r45, r67, 0, 8, 1, 9, 2, 10, 3, 11);
  const lowerRight = i16x8.shuffle(r45, r67, 4, 12, 5, 13, 6, 14, 7, 15);
  const c01 = i32x4.shuffle(upperLeft, lowerLeft, 0, 4, 1, 5);
  const c23 = i32x4.shuffle(upperLeft, lowerLeft, 2, 6, 3, 7);
  const c45 = i32x4.shuffle(upperRight, lowerRight, 0, 4, 1, 5);
  const c67 = i32x4.shuffle(upperRight, lowerRight, 2, 6, 3, 7);
  putTwo(to, step, c01);
  putTwo(to + 2 * step, step, c23);
  putTwo(to + 4 * step, step, c45);
  putTwo(to + 6 * step, step, c67);
}

function putTwo(at: usize, step: usize, rows: v128): void {
  v128.store64_lane(at, rows, 0);
  v128.store64_lane(at + step, rows, 1);
}

function both(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}

function low8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function high8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

function apart(a: v128, b: v128): v128 {
  return v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
}

/** From memory, as engines make constants of vectors anew in each call: signs, the lower bits, and numbers. */
const NUMBERS: usize = memory.data<u8>([128, 127, 1, 3, 4]);

function number(place: usize): v128 {
  return v128.load8_splat(NUMBERS + place);
}

/** Where `a` is not above `most`: all ones. */
function within(a: v128, most: u32): v128 {
  return i8x16.le_u(a, i8x16.splat(<i8>most));
}

/**
 * Smooths an edge above 16 pixels at `at`, whose rows are `step` bytes apart.
 *
 * One long function, as all of it is about the same eight rows.
 *
 * @param how     a {@link Vp8Macroblock}
 * @param between whether the edge is one between macroblocks, not one within
 * @param simple  whether only the pixel before it and the one behind are changed
 */
function edge(at: usize, step: usize, how: u32, between: bool, simple: bool): void {
  const limit = (how & 0xff) + (between ? 4 : 0);
  const p1 = v128.load(at - 2 * step);
  const p0 = v128.load(at - step);
  const q0 = v128.load(at);
  const q1 = v128.load(at + step);
  const nearest = apart(p0, q0);
  const across = i8x16.add_sat_u(
    i8x16.add_sat_u(nearest, nearest),
    v128.and(i16x8.shr_u(apart(p1, q1), 1), number(1)),
  );
  let mask = within(across, limit);
  const signs = number(0);
  const sp1 = v128.xor(p1, signs);
  const sp0 = v128.xor(p0, signs);
  const sq0 = v128.xor(q0, signs);
  const sq1 = v128.xor(q1, signs);
  const outer = i8x16.sub_sat_s(sp1, sq1);
  const inner = i8x16.sub_sat_s(sq0, sp0);
  if (simple) {
    if (!v128.any_true(mask)) return;
    const sum = v128.and(threeMore(outer, inner), mask);
    v128.store(at - step, v128.xor(i8x16.add_sat_s(sp0, eighth(sum, 3)), signs));
    v128.store(at, v128.xor(i8x16.sub_sat_s(sq0, eighth(sum, 4)), signs));
    return;
  }
  const p2 = v128.load(at - 3 * step);
  const q2 = v128.load(at + 2 * step);
  const steps = i8x16.max_u(apart(p1, p0), apart(q1, q0));
  const more = i8x16.max_u(apart(v128.load(at - 4 * step), p2), apart(v128.load(at + 3 * step), q2));
  const flat = i8x16.max_u(i8x16.max_u(steps, more), i8x16.max_u(apart(p2, p1), apart(q2, q1)));
  mask = v128.and(mask, within(flat, (how >> 8) & 0xff));
  if (!v128.any_true(mask)) return;
  const calm = within(steps, how >> 24);
  if (!between) {
    const sum = v128.and(threeMore(v128.andnot(outer, calm), inner), mask);
    const before = eighth(sum, 3);
    const behind = eighth(sum, 4);
    const half = v128.and(i8x16.shr_s(i8x16.add(behind, number(2)), 1), calm);
    v128.store(at - 2 * step, v128.xor(i8x16.add_sat_s(sp1, half), signs));
    v128.store(at - step, v128.xor(i8x16.add_sat_s(sp0, before), signs));
    v128.store(at, v128.xor(i8x16.sub_sat_s(sq0, behind), signs));
    v128.store(at + step, v128.xor(i8x16.sub_sat_s(sq1, half), signs));
    return;
  }
  const sum = v128.and(threeMore(outer, inner), mask);
  const sharp = v128.andnot(sum, calm);
  const soft = v128.and(sum, calm);
  const low = i16x8.mul(i16x8.extend_low_i8x16_s(soft), i16x8.splat(9));
  const high = i16x8.mul(i16x8.extend_high_i8x16_s(soft), i16x8.splat(9));
  const low2 = i16x8.add(low, low);
  const high2 = i16x8.add(high, high);
  const a1 = share(i16x8.add(low2, low), i16x8.add(high2, high));
  const a2 = share(low2, high2);
  const a3 = share(low, high);
  const before = i8x16.add_sat_s(i8x16.add_sat_s(sp0, eighth(sharp, 3)), a1);
  const behind = i8x16.sub_sat_s(i8x16.sub_sat_s(sq0, eighth(sharp, 4)), a1);
  v128.store(at - 3 * step, v128.xor(i8x16.add_sat_s(v128.xor(p2, signs), a3), signs));
  v128.store(at - 2 * step, v128.xor(i8x16.add_sat_s(sp1, a2), signs));
  v128.store(at - step, v128.xor(before, signs));
  v128.store(at, v128.xor(behind, signs));
  v128.store(at + step, v128.xor(i8x16.sub_sat_s(sq1, a2), signs));
  v128.store(at + 2 * step, v128.xor(i8x16.sub_sat_s(v128.xor(q2, signs), a3), signs));
}

function threeMore(a: v128, b: v128): v128 {
  return i8x16.add_sat_s(i8x16.add_sat_s(i8x16.add_sat_s(a, b), b), b);
}

function eighth(a: v128, rounding: usize): v128 {
  return i8x16.shr_s(i8x16.add_sat_s(a, number(rounding)), 3);
}

/** Divided by 128, as bytes. */
function share(low: v128, high: v128): v128 {
  const half = i16x8.splat(63);
  return i8x16.narrow_i16x8_s(i16x8.shr_s(i16x8.add(low, half), 7), i16x8.shr_s(i16x8.add(high, half), 7));
}
