/** Takes pixels one by one, where nothing is resampled: quicker than tables whose weights are all one. */
import { Output, Place, Plane } from "./layout.ts";

/** Values of a row are bytes times this, as those of the other passes. */
const UNIT: f32 = 2097152.0;

/** Row `y` of the pixels into the output's row. */
export function copyRow(y: i32): void {
  const width = load<i32>(Place.pixelsOutput, Output.width);
  const channels: usize = load<i32>(Place.pixelsOutput, Output.input);
  const out: usize = load<i32>(Place.pixelsOutput, Output.row);
  const end = out + ((<usize>width) << 4);
  copyPixels(
    load<i32>(Place.pixels, Plane.source) + y * load<i32>(Place.pixels, Plane.stride),
    channels,
    out,
    end,
  );
}

/** Pixels of so many bytes from `at` on become float32 RGBA from `out` to `end`. */
export function copyPixels(at: usize, channels: usize, out: usize, end: usize): void {
  const unit = f32x4.splat(UNIT);
  for (; out < end; out += 16) {
    v128.store(out, f32x4.mul(f32x4.convert_i32x4_u(wholePixel(at)), unit));
    at += channels;
  }
}

/** The four bytes of a pixel as i32; of fewer channels those that follow, too. */
export function wholePixel(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}
