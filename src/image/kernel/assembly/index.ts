/**
 * Resample, flip, crop, colour and dtype in one pass over decoded pixels. AssemblyScript, compiled to WASM SIMD.
 *
 * Both axes come as tables (see ../table.ts): for each output place the first input place and 14-bit weights that
 * sum to 2^14. One output row at a time: the input rows are weighted into one row of 16-bit numbers (7 bits of
 * fraction), that row into one row of float32 RGBA, and that row is written as asked. Both rows stay in the L1 cache;
 * each decoded byte is read from memory once or twice, each result is written once.
 *
 * Limits: all pointers are bytes in this module's memory and were checked by the caller. A table may name weights
 * of zero past the last row or column: the memory after the pixels must exist, its content does not matter.
 */

// Fixed-point: 8-bit pixels x 2^14 weights = 22 bits, shifted to 15 bits (fits i16), x 2^14 = 29 bits (fits i32).
const VERTICAL_SHIFT: i32 = 7;

/**
 * One image.
 *
 * @param source  pixels, `channels` bytes each, rows of `stride` bytes
 * @param rows    vertical table: per output row { i32 first, i32 pairs, i32 weights[pairs] }, `rowStep` bytes apart
 * @param columns horizontal table: per output column { i32 first byte offset in 16-bit row, i32 weights[pairs] }
 * @param from    first byte of a source row that is needed; to: one past the last
 * @param scratch room for one 16-bit row and one float32 RGBA row
 * @param colour  float32[20]: offset[4], then for each input channel its share of the 4 outputs [4][4]
 * @param mode    0: out = in x diagonal + offset; 1: the whole matrix
 * @param out     result, float32 or uint8, `outChannels` each
 */
export function render(
  source: usize,
  stride: i32,
  channels: i32,
  rows: usize,
  rowStep: i32,
  height: i32,
  columns: usize,
  pairs: i32,
  width: i32,
  from: i32,
  to: i32,
  scratch: usize,
  colour: usize,
  matrix: bool,
  outChannels: i32,
  float: bool,
  out: usize,
): void {
  const line = scratch;
  // The vertical pass writes whole blocks of 16 numbers, the horizontal one reads up to 16 past its last.
  const pixels = (scratch + ((to - from) << 1) + 128) & ~15;
  const outStep: usize = (width * outChannels) << (float ? 2 : 0);
  // The usual case goes without the float32 row in between.
  const direct = float && !matrix && channels == 3 && outChannels == 3;
  for (let y = 0; y < height; y++) {
    const row = rows + y * rowStep;
    vertical(source + load<i32>(row) * stride + from, stride, row + 8, load<i32>(row, 4), to - from, line);
    if (direct) {
      horizontal3(line, columns, pairs, width, v128.load(colour), diagonal(colour), out, 12);
    } else {
      if (channels == 3) horizontal3(line, columns, pairs, width, f32x4.splat(0), f32x4.splat(1), pixels, 16);
      else if (channels == 4) horizontal4(line, columns, pairs, width, pixels);
      else horizontal1(line, columns, pairs, width, pixels);
      finish(pixels, width, colour, matrix, outChannels, float, out);
    }
    out += outStep;
  }
}

// @ts-expect-error: decorator
@inline
function diagonal(colour: usize): v128 {
  return f32x4(load<f32>(colour, 16), load<f32>(colour, 36), load<f32>(colour, 56), load<f32>(colour, 76));
}

/** Weighted sum of `2 * pairs` source rows into 16-bit numbers, 16 bytes at a time. */
function vertical(source: usize, stride: i32, weights: usize, pairs: i32, length: i32, line: usize): void {
  const round = i32x4.splat(1 << (VERTICAL_SHIFT - 1));
  const end = weights + (pairs << 2);
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
    v128.store(
      target,
      i16x8.narrow_i32x4_s(i32x4.shr_s(a, VERTICAL_SHIFT), i32x4.shr_s(b, VERTICAL_SHIFT)),
    );
    v128.store(
      target,
      i16x8.narrow_i32x4_s(i32x4.shr_s(c, VERTICAL_SHIFT), i32x4.shr_s(d, VERTICAL_SHIFT)),
      16,
    );
  }
}

// One pair of RGB pixels: (r0 g0 b0 r1 g1 b1 . .) x weights.
// @ts-expect-error: decorator
@inline
function pair3(at: usize, weights: usize): v128 {
  const two = v128.load(at);
  return i32x4.dot_i16x8_s(
    i8x16.shuffle(two, two, 0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 0, 1, 6, 7),
    v128.load32_splat(weights),
  );
}

/** Weighted sums of RGB pixels, times `scale` plus `offset`; four float32 are stored `step` bytes apart. */
function horizontal3(
  line: usize,
  columns: usize,
  pairs: i32,
  width: i32,
  offset: v128,
  scale: v128,
  out: usize,
  step: i32,
): void {
  const columnStep = (pairs << 2) + 4;
  if (pairs == 3) {
    for (let x = 0; x < width; x++) {
      const at = line + load<i32>(columns);
      const sum = i32x4.add(
        i32x4.add(pair3(at, columns + 4), pair3(at + 12, columns + 8)),
        pair3(at + 24, columns + 12),
      );
      v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), scale), offset));
      out += step;
      columns += columnStep;
    }
    return;
  }
  for (let x = 0; x < width; x++) {
    let at = line + load<i32>(columns);
    let sum = pair3(at, columns + 4);
    for (let p = 1; p < pairs; p++) {
      at += 12;
      sum = i32x4.add(sum, pair3(at, columns + 4 + (p << 2)));
    }
    v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), scale), offset));
    out += step;
    columns += columnStep;
  }
}

/** Weighted sums of RGBA pixels, as float32. */
function horizontal4(line: usize, columns: usize, pairs: i32, width: i32, out: usize): void {
  for (let x = 0; x < width; x++) {
    let at = line + load<i32>(columns);
    columns += 4;
    let sum = i32x4.splat(0);
    for (let p = 0; p < pairs; p++) {
      const two = v128.load(at);
      sum = i32x4.add(
        sum,
        i32x4.dot_i16x8_s(
          i8x16.shuffle(two, two, 0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15),
          v128.load32_splat(columns),
        ),
      );
      at += 16;
      columns += 4;
    }
    v128.store(out, f32x4.convert_i32x4_s(sum));
    out += 16;
  }
}

/** Weighted sums of grey pixels, as float32 (v, 0, 0, 0). */
function horizontal1(line: usize, columns: usize, pairs: i32, width: i32, out: usize): void {
  for (let x = 0; x < width; x++) {
    const at = line + load<i32>(columns);
    columns += 4;
    let sum = 0;
    for (let p = 0; p < pairs; p++) {
      sum += load<i16>(at + (p << 2)) * load<i16>(columns) + load<i16>(at + (p << 2), 2) * load<i16>(columns, 2);
      columns += 4;
    }
    v128.store(out, f32x4.replace_lane(f32x4.splat(0), 0, <f32>sum));
    out += 16;
  }
}

/** Colour, offset and dtype: one row of float32 RGBA becomes one row of the result. */
function finish(
  pixels: usize,
  width: i32,
  colour: usize,
  matrix: bool,
  outChannels: i32,
  float: bool,
  out: usize,
): void {
  const offset = v128.load(colour);
  const m0 = v128.load(colour, 16);
  const m1 = v128.load(colour, 32);
  const m2 = v128.load(colour, 48);
  const m3 = v128.load(colour, 64);
  const scale = diagonal(colour);
  for (let x = 0; x < width; x++) {
    const p = v128.load(pixels);
    pixels += 16;
    let v: v128;
    if (matrix) {
      v = f32x4.add(
        f32x4.add(
          f32x4.add(
            f32x4.mul(f32x4.splat(f32x4.extract_lane(p, 0)), m0),
            f32x4.mul(f32x4.splat(f32x4.extract_lane(p, 1)), m1),
          ),
          f32x4.add(
            f32x4.mul(f32x4.splat(f32x4.extract_lane(p, 2)), m2),
            f32x4.mul(f32x4.splat(f32x4.extract_lane(p, 3)), m3),
          ),
        ),
        offset,
      );
    } else v = f32x4.add(f32x4.mul(p, scale), offset);
    if (float) {
      if (outChannels == 1) store<f32>(out, f32x4.extract_lane(v, 0));
      else v128.store(out, v);
      out += outChannels << 2;
    } else {
      // Nearest, ties to even; narrowing clamps to 0 and 255.
      const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(v));
      const words = i16x8.narrow_i32x4_s(whole, whole);
      const bytes = i8x16.narrow_i16x8_u(words, words);
      if (outChannels == 1) store<u8>(out, <u8>i8x16.extract_lane_u(bytes, 0));
      else store<i32>(out, i32x4.extract_lane(bytes, 0));
      out += outChannels;
    }
  }
}

/**
 * EXIF orientations 5 to 8: swaps rows and columns; flips are left to the tables.
 *
 * @param source `height` rows of `width` pixels of `channels` bytes
 * @param out    `width` rows of `height` pixels; room for 4 more bytes
 */
export function transpose(source: usize, width: i32, height: i32, channels: i32, out: usize): void {
  for (let y = 0; y < height; y++) {
    let target = out + y * channels;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) store<u8>(target + c, load<u8>(source + c));
      source += channels;
      target += height * channels;
    }
  }
}
