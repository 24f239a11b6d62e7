/**
 * Samples pixels with the eight around them: each pixel of the result is a share of its own and a share of the sum of all
 * nine, channel by channel. At the edges, where some of the nine are missing, pixels stay as they are.
 */
import { copyPixels, wholePixel } from "./copy.ts";
import { Output, Place, Plane, Sharpen } from "./layout.ts";

/** Values of a row are bytes times this, as those of the other passes. */
const UNIT: f32 = 2097152.0;

/** Row `y` of the result, which has the size of the pixels, into the output's row. */
export function sharpenRow(y: i32): void {
  const height = load<i32>(Place.pixelsOutput, Output.height);
  const width = load<i32>(Place.pixelsOutput, Output.width);
  const channels: usize = load<i32>(Place.pixelsOutput, Output.input);
  const stride: usize = load<i32>(Place.pixels, Plane.stride);
  let at: usize = load<i32>(Place.pixels, Plane.source) + y * stride;
  let out: usize = load<i32>(Place.pixelsOutput, Output.row);
  const end = out + ((<usize>width) << 4);
  if (y === 0 || y === height - 1 || width < 3) {
    copyPixels(at, channels, out, end);
    return;
  }
  copyPixels(at, channels, out, out + 16);
  const own = f32x4.mul(v128.load(Place.sampling, Sharpen.own), f32x4.splat(UNIT));
  const all = f32x4.mul(v128.load(Place.sampling, Sharpen.all), f32x4.splat(UNIT));
  let left = column(at, stride);
  at += channels;
  let middle = column(at, stride);
  for (out += 16; out < end - 16; out += 16) {
    const right = column(at + channels, stride);
    const sum = f32x4.convert_i32x4_u(i32x4.add(i32x4.add(left, middle), right));
    const pixel = f32x4.convert_i32x4_u(wholePixel(at));
    v128.store(out, f32x4.add(f32x4.mul(pixel, own), f32x4.mul(sum, all)));
    left = middle;
    middle = right;
    at += channels;
  }
  copyPixels(at, channels, out, end);
}

/** The sum of three pixels, one below the other, as i32 RGBA. */
function column(at: usize, stride: usize): v128 {
  return i32x4.add(i32x4.add(wholePixel(at - stride), wholePixel(at)), wholePixel(at + stride));
}
