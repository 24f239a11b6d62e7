/**
 * Resample, flip, crop, colour and dtype in one pass over decoded pixels.
 *
 * Both axes come as tables (see ../table.ts): for each output place the first input place and 14-bit weights that
 * sum to 2^14. One output row at a time: the input rows are weighted into one row of 16-bit numbers (7 bits of
 * fraction), that row into one row of float32 RGBA, and that row is written as asked. Both rows stay in the L1 cache;
 * each decoded byte is read from memory once or twice, each result is written once.
 *
 * Limits: all addresses were checked by the caller. A table may name weights of zero past the last row or column: the
 * memory after the pixels must exist, its content does not matter.
 */
import { Output, Place } from "./layout.ts";
import { runProgram } from "./program.ts";
import {
  diagonal,
  finish,
  horizontal1,
  horizontal3,
  horizontal4,
  isDirect,
  resultStep,
  vertical,
} from "./resample.ts";

/** Renders {@link Place.pixels} as {@link Place.pixelsOutput} says. */
export function renderPixels(): void {
  const height = load<i32>(Place.pixelsOutput, Output.height);
  const width = load<i32>(Place.pixelsOutput, Output.width);
  const channels = load<i32>(Place.pixelsOutput, Output.input);
  const row: usize = load<i32>(Place.pixelsOutput, Output.row);
  let out: usize = load<i32>(Place.pixelsOutput, Output.result);
  const step = resultStep(Place.pixelsOutput);
  const direct = isDirect(Place.pixelsOutput);
  for (let y = 0; y < height; y++) {
    vertical(Place.pixels, y);
    if (direct) {
      const offset = v128.load(Place.pixelsOutput, Output.offset);
      horizontal3(Place.pixels, width, offset, diagonal(Place.pixelsOutput), out, 12);
    } else {
      if (channels === 3) horizontal3(Place.pixels, width, f32x4.splat(0), f32x4.splat(1), row, 16);
      else if (channels === 4) horizontal4(Place.pixels, width, row);
      else horizontal1(Place.pixels, width, row);
      runProgram(Place.pixelsOutput, y);
      finish(Place.pixelsOutput, out);
    }
    out += step;
  }
}

/**
 * EXIF orientations 5 to 8: swaps rows and columns; flips are left to the tables.
 *
 * @param source `height` rows of `width` pixels of `channels` bytes, and `gap` bytes between the rows
 * @param out    `width` rows of `height` pixels; room for 4 more bytes
 */
export function transpose(
  source: usize,
  gap: usize,
  width: i32,
  height: i32,
  channels: i32,
  out: usize,
): void {
  for (let y = 0; y < height; y++) {
    let target = out + y * channels;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) store<u8>(target + c, load<u8>(source + c));
      source += channels;
      target += height * channels;
    }
    source += gap;
  }
}
