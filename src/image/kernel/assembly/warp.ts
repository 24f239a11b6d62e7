/**
 * Samples pixels under a 3 x 3 matrix: turned, sheared, seen in perspective. Each pixel of the result looks where it comes
 * from, by the centres of pixels, and takes the four around in their shares, or the nearest. What lies outside is filled.
 *
 * Positions are float64, so that they are the same in every engine; shares are float32.
 */
import { wholePixel } from "./copy.ts";
import { Output, Place, Plane, Warp } from "./layout.ts";

/** Values of a row are bytes times this, as those of the other passes. */
const UNIT: f32 = 2097152.0;

const OUTSIDE: f64 = -16;

/** Row `y` of the result into the output's row. */
export function warpRow(y: i32): void {
  const m0 = load<f64>(Place.sampling, Warp.matrix);
  const m3 = load<f64>(Place.sampling, Warp.matrix + 24);
  const m6 = load<f64>(Place.sampling, Warp.matrix + 48);
  const fy = <f64>y + 0.5;
  const u0 = load<f64>(Place.sampling, Warp.matrix + 8) * fy + load<f64>(Place.sampling, Warp.matrix + 16);
  const v0 = load<f64>(Place.sampling, Warp.matrix + 32) * fy + load<f64>(Place.sampling, Warp.matrix + 40);
  const w0 = load<f64>(Place.sampling, Warp.matrix + 56) * fy + load<f64>(Place.sampling, Warp.matrix + 64);
  const width = load<i32>(Place.pixelsOutput, Output.width);
  const isNearest = load<i32>(Place.sampling, Warp.nearest) !== 0;
  let out: usize = load<i32>(Place.pixelsOutput, Output.row);
  if (isNearest && m6 === 0 && w0 === 1) {
    nearestRow(m0, u0, m3, v0, out, out + ((<usize>width) << 4));
    return;
  }
  for (let x = 0; x < width; x++) {
    const fx = <f64>x + 0.5;
    const w = m6 * fx + w0;
    // Behind the eye, or at its height: nothing of the image is there.
    const u = w > 1e-9 ? near((m0 * fx + u0) / w) : OUTSIDE;
    const v = w > 1e-9 ? near((m3 * fx + v0) / w) : OUTSIDE;
    v128.store(out, f32x4.mul(isNearest ? nearestPixel(u, v) : between(u - 0.5, v - 0.5), f32x4.splat(UNIT)));
    out += 16;
  }
}

/** Pixels from `out` to `end` that are nearest where there is no perspective: without the divisions. */
function nearestRow(m0: f64, u0: f64, m3: f64, v0: f64, out: usize, end: usize): void {
  const source: usize = load<i32>(Place.pixels, Plane.source);
  const stride = load<i32>(Place.pixels, Plane.stride);
  const channels = load<i32>(Place.pixelsOutput, Output.input);
  const width = <f64>load<i32>(Place.sampling, Warp.width);
  const height = <f64>load<i32>(Place.sampling, Warp.height);
  const unit = f32x4.splat(UNIT);
  const fill = f32x4.mul(v128.load(Place.sampling, Warp.fill), unit);
  for (let fx: f64 = 0.5; out < end; fx++, out += 16) {
    const u = m0 * fx + u0;
    const v = m3 * fx + v0;
    if (u >= 0 && u < width && v >= 0 && v < height) {
      const pixel = wholePixel(source + <i32>v * stride + <i32>u * channels);
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_u(pixel), unit));
    } else v128.store(out, fill);
  }
}

function nearestPixel(u: f64, v: f64): v128 {
  return pixel(whole(u), whole(v));
}

/** The four pixels around, in their shares. */
function between(u: f64, v: f64): v128 {
  const x = whole(u);
  const y = whole(v);
  const right = f32x4.splat(<f32>(u - <f64>x));
  const below = f32x4.splat(<f32>(v - <f64>y));
  const a = pixel(x, y);
  const c = pixel(x, y + 1);
  const top = f32x4.add(a, f32x4.mul(f32x4.sub(pixel(x + 1, y), a), right));
  const bottom = f32x4.add(c, f32x4.mul(f32x4.sub(pixel(x + 1, y + 1), c), right));
  return f32x4.add(top, f32x4.mul(f32x4.sub(bottom, top), below));
}

/** The position, or one that is outside as well and no number too large to reckon with. */
function near(position: f64): f64 {
  return max<f64>(OUTSIDE, min<f64>(1e9, position));
}

function whole(position: f64): i32 {
  return <i32>floor<f64>(position);
}

/** The pixel as float32 RGBA, or what lies outside. */
function pixel(x: i32, y: i32): v128 {
  const width = load<i32>(Place.sampling, Warp.width);
  if (x < 0 || y < 0 || x >= width || y >= load<i32>(Place.sampling, Warp.height))
    return v128.load(Place.sampling, Warp.fill);
  const channels = load<i32>(Place.pixelsOutput, Output.input);
  const at: usize =
    load<i32>(Place.pixels, Plane.source) + y * load<i32>(Place.pixels, Plane.stride) + x * channels;
  const bytes = v128.load32_zero(at);
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)));
}
