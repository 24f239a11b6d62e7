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

import { diagonal, finish, horizontal1, horizontal3, horizontal4, vertical } from "./resample";

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
