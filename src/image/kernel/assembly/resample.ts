/** The two passes over rows of samples, and the last step to colour and dtype. Shared by both ways to render. */
import { ColumnWeights, Output, Plane, RowWeights } from "./layout.ts";

// Fixed-point: 8-bit pixels x 2^14 weights = 22 bits, shifted to 15 bits (fits i16), x 2^14 = 29 bits (fits i32).
const VERTICAL_SHIFT: i32 = 7;

/** Bytes of a row of the result. */
export function resultStep(output: usize): usize {
  const numbers = load<i32>(output, Output.width) * load<i32>(output, Output.channels);
  return numbers << (load<i32>(output, Output.float) ? 2 : 0);
}

/** Whether RGB becomes float32 RGB, each channel by itself: the usual case, which goes without the row in between. */
export function isDirect(output: usize): bool {
  return (
    load<i32>(output, Output.input) === 3 &&
    load<i32>(output, Output.channels) === 3 &&
    load<i32>(output, Output.float) !== 0 &&
    load<i32>(output, Output.mixes) === 0 &&
    load<i32>(output, Output.steps) === 0
  );
}

/** The factors of a colour matrix that has nothing off its diagonal. */
export function diagonal(output: usize): v128 {
  return f32x4(
    load<f32>(output, Output.matrix),
    load<f32>(output, Output.matrix + 20),
    load<f32>(output, Output.matrix + 40),
    load<f32>(output, Output.matrix + 60),
  );
}

/** The line of row `y` of the result: rows of the plane, weighted, as 16-bit numbers, 16 at a time. */
export function vertical(plane: usize, y: i32): void {
  const row: usize = load<i32>(plane, Plane.rows) + y * load<i32>(plane, Plane.rowStep);
  const stride = load<i32>(plane, Plane.stride);
  const from = load<i32>(plane, Plane.from);
  const length = load<i32>(plane, Plane.to) - from;
  const source: usize = load<i32>(plane, Plane.source) + load<i32>(row, RowWeights.first) * stride + from;
  const line: usize = load<i32>(plane, Plane.line);
  const weights = row + RowWeights.weights;
  const end = weights + (load<i32>(row, RowWeights.pairs) << 2);
  const round = i32x4.splat(1 << (VERTICAL_SHIFT - 1));
  for (let x = 0; x < length; x += 16) {
    let a = round;
    let b = round;
    let c = round;
    let d = round;
    let at = source + x;
    for (let w = weights; w < end; w += 4) {
      const weight = v128.load32_splat(w);
      const top = v128.load(at);
      const bottom = v128.load(at + stride);
      at += stride << 1;
      const low = i8x16.shuffle(top, bottom, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const high = i8x16.shuffle(top, bottom, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), weight));
      b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), weight));
      c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), weight));
      d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), weight));
    }
    const target = line + (x << 1);
    v128.store(target, asBytes(a, b));
    v128.store(target, asBytes(c, d), 16);
  }
}

/** 16-bit numbers of sums; what a bicubic filter takes beyond the bytes is cut off at both ends. */
function asBytes(a: v128, b: v128): v128 {
  const numbers = i16x8.narrow_i32x4_s(i32x4.shr_s(a, VERTICAL_SHIFT), i32x4.shr_s(b, VERTICAL_SHIFT));
  return i16x8.max_s(i16x8.min_s(numbers, i16x8.splat(255 << 7)), i16x8.splat(0));
}

// One pair of RGB pixels: (r0 r1 g0 g1 b0 b1 . .) x weights. Two loads and a shuffle that is one instruction.
function pair3(at: usize, weights: usize): v128 {
  return i32x4.dot_i16x8_s(
    i16x8.shuffle(v128.load(at), v128.load(at, 6), 0, 8, 1, 9, 2, 10, 3, 11),
    v128.load32_splat(weights),
  );
}

/** Weighted sums of RGB pixels, times `scale` plus `offset`; four float32 are stored `step` bytes apart. */
export function horizontal3(
  plane: usize,
  width: i32,
  offset: v128,
  scale: v128,
  out: usize,
  step: i32,
): void {
  const line: usize = load<i32>(plane, Plane.line);
  const pairs = load<i32>(plane, Plane.pairs);
  const columnStep = (pairs << 2) + ColumnWeights.weights;
  let columns: usize = load<i32>(plane, Plane.columns);
  if (pairs === 3) {
    for (let x = 0; x < width; x++) {
      const at = line + load<i32>(columns);
      const weights = columns + ColumnWeights.weights;
      const sum = i32x4.add(
        i32x4.add(pair3(at, weights), pair3(at + 12, weights + 4)),
        pair3(at + 24, weights + 8),
      );
      v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), scale), offset));
      out += step;
      columns += columnStep;
    }
    return;
  }
  for (let x = 0; x < width; x++) {
    let at = line + load<i32>(columns);
    const weights = columns + ColumnWeights.weights;
    let sum = pair3(at, weights);
    for (let p = 1; p < pairs; p++) {
      at += 12;
      sum = i32x4.add(sum, pair3(at, weights + (p << 2)));
    }
    v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), scale), offset));
    out += step;
    columns += columnStep;
  }
}

/** Weighted sums of RGBA pixels, as float32. */
export function horizontal4(plane: usize, width: i32, out: usize): void {
  const line: usize = load<i32>(plane, Plane.line);
  const pairs = load<i32>(plane, Plane.pairs);
  let columns: usize = load<i32>(plane, Plane.columns);
  for (let x = 0; x < width; x++) {
    let at = line + load<i32>(columns);
    columns += ColumnWeights.weights;
    let sum = i32x4.splat(0);
    for (let p = 0; p < pairs; p++) {
      const pair = i16x8.shuffle(v128.load(at), v128.load(at, 8), 0, 8, 1, 9, 2, 10, 3, 11);
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(pair, v128.load32_splat(columns)));
      at += 16;
      columns += 4;
    }
    v128.store(out, f32x4.convert_i32x4_s(sum));
    out += 16;
  }
}

/** Weighted sums of grey pixels, as float32 (v, 0, 0, 0). */
export function horizontal1(plane: usize, width: i32, out: usize): void {
  const line: usize = load<i32>(plane, Plane.line);
  const pairs = load<i32>(plane, Plane.pairs);
  let columns: usize = load<i32>(plane, Plane.columns);
  for (let x = 0; x < width; x++) {
    const at = line + load<i32>(columns);
    columns += ColumnWeights.weights;
    let sum = 0;
    for (let p = 0; p < pairs; p++) {
      sum +=
        load<i16>(at + (p << 2)) * load<i16>(columns) + load<i16>(at + (p << 2), 2) * load<i16>(columns, 2);
      columns += 4;
    }
    v128.store(out, f32x4.replace_lane(f32x4.splat(0), 0, <f32>sum));
    out += 16;
  }
}

/** Colour, offset and dtype: the row of float32 RGBA becomes a row of the result. What follows that may be overwritten. */
export function finish(output: usize, out: usize): void {
  const outChannels = load<i32>(output, Output.channels);
  const row: usize = load<i32>(output, Output.row);
  const end = row + ((<usize>load<i32>(output, Output.width)) << 4);
  let offset = v128.load(output, Output.offset);
  let factors = diagonal(output);
  if (load<i32>(output, Output.mixes)) {
    mixChannels(output + Output.offset, output + Output.matrix, row, end);
    offset = f32x4.splat(0);
    factors = f32x4.splat(1);
  }
  if (load<i32>(output, Output.float) === 0) storeBytes(row, end, outChannels, factors, offset, out);
  else if (outChannels === 1) {
    const factor = f32x4.extract_lane(factors, 0);
    const shift = f32x4.extract_lane(offset, 0);
    for (let at = row; at < end; at += 16, out += 4) store<f32>(out, load<f32>(at) * factor + shift);
  } else {
    for (let at = row; at < end; at += 16, out += outChannels << 2)
      v128.store(out, scaled(at, factors, offset));
  }
}

/** Pixels from `row` to `end` through a matrix, in place. */
export function mixChannels(offsetAt: usize, matrix: usize, row: usize, end: usize): void {
  const offset = v128.load(offsetAt);
  const m0 = v128.load(matrix);
  const m1 = v128.load(matrix, 16);
  const m2 = v128.load(matrix, 32);
  const m3 = v128.load(matrix, 48);
  for (let at = row; at < end; at += 16) {
    const p = v128.load(at);
    const v = f32x4.add(
      f32x4.add(
        f32x4.mul(i32x4.shuffle(p, p, 0, 0, 0, 0), m0),
        f32x4.mul(i32x4.shuffle(p, p, 1, 1, 1, 1), m1),
      ),
      f32x4.add(
        f32x4.mul(i32x4.shuffle(p, p, 2, 2, 2, 2), m2),
        f32x4.mul(i32x4.shuffle(p, p, 3, 3, 3, 3), m3),
      ),
    );
    v128.store(at, f32x4.add(v, offset));
  }
}

/** Four pixels at a time: nearest, ties to even; narrowing clamps to 0 and 255. */
function storeBytes(row: usize, end: usize, channels: i32, factors: v128, offset: v128, out: usize): void {
  for (let at = row; at < end; at += 64) {
    const a = whole(scaled(at, factors, offset));
    const b = whole(scaled(at + 16, factors, offset));
    const c = whole(scaled(at + 32, factors, offset));
    const d = whole(scaled(at + 48, factors, offset));
    const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
    if (channels === 3)
      v128.store(out, i8x16.shuffle(bytes, bytes, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0));
    else if (channels === 1)
      v128.store(out, i8x16.shuffle(bytes, bytes, 0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    else v128.store(out, bytes);
    out += channels << 2;
  }
}

function scaled(at: usize, factors: v128, offset: v128): v128 {
  return f32x4.add(f32x4.mul(v128.load(at), factors), offset);
}

function whole(v: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(v));
}
