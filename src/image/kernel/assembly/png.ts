/**
 * Rows of a PNG to pixels: undoes the filters, and brings what is not bytes of grey, RGB or RGBA to that. PNG, third
 * edition (ISO/IEC 15948), chapters 9 and 13.
 *
 * Each byte waits for the one to its left, so a pixel's bytes are worked on together, with no branch between pixels.
 *
 * Limits: 16 bytes past the last row may be read. What a row's bytes mean was checked by the caller, who filled the
 * {@link Png} and the palette in.
 */
import { Place, Png } from "./layout.ts";

/**
 * Undoes the filters of `height` rows in their place: each is a byte that names the filter, and `length` bytes. False if
 * there is no such filter.
 *
 * @param size bytes of a pixel, or 1 if it has less
 * @param zero so many zeros: the row before the first
 */
export function unfilter(rows: usize, length: usize, height: i32, size: i32, zero: usize): bool {
  let above = zero;
  for (let y = 0; y < height; y++) {
    const filter: i32 = load<u8>(rows++);
    if (filter > 4) return false;
    const end = rows + length;
    if (filter === 2) up(rows, end, above);
    else if (filter === 1) sub(rows, end, size);
    else if (filter === 3) average(rows, end, above, size);
    else if (filter === 4) paeth(rows, end, above, size);
    above = rows;
    rows = end;
  }
  return true;
}

function up(at: usize, end: usize, above: usize): void {
  for (; at + 16 <= end; at += 16) {
    v128.store(at, i8x16.add(v128.load(at), v128.load(above)));
    above += 16;
  }
  for (; at < end; at++) store<u8>(at, load<u8>(at) + load<u8>(above++));
}

function sub(at: usize, end: usize, size: usize): void {
  let left = i64x2.splat(0);
  for (; at < end; at += size) {
    left = i8x16.add(left, v128.load64_zero(at));
    storePixel(at, left, size);
  }
}

function average(at: usize, end: usize, above: usize, size: usize): void {
  let left = i64x2.splat(0);
  for (; at < end; at += size) {
    const mean = i16x8.shr_u(i16x8.add(left, v128.load8x8_u(above)), 1);
    // Bytes, so that what is above 255 is cut.
    left = i8x16.add(mean, v128.load8x8_u(at));
    storePixel(at, i8x16.narrow_i16x8_u(left, left), size);
    above += size;
  }
}

/** Adds of left, above and above left that which is nearest to left + above - above left. */
function paeth(at: usize, end: usize, above: usize, size: usize): void {
  let left = i64x2.splat(0);
  let corner = i64x2.splat(0);
  for (; at < end; at += size) {
    const top = v128.load8x8_u(above);
    const down = i16x8.sub(top, corner);
    const across = i16x8.sub(left, corner);
    const fromLeft = i16x8.abs(down);
    const fromTop = i16x8.abs(across);
    const fromCorner = i16x8.abs(i16x8.add(down, across));
    const other = v128.bitselect(corner, top, i16x8.gt_s(fromTop, fromCorner));
    const nearest = v128.bitselect(other, left, i16x8.gt_s(fromLeft, i16x8.min_s(fromTop, fromCorner)));
    left = i8x16.add(nearest, v128.load8x8_u(at));
    storePixel(at, i8x16.narrow_i16x8_u(left, left), size);
    corner = top;
    above += size;
  }
}

/** The first `size` bytes: what follows them is yet to be read. The branches are the same for all pixels of an image. */
function storePixel(at: usize, bytes: v128, size: usize): void {
  if (size === 3) {
    v128.store16_lane(at, bytes, 0);
    v128.store8_lane(at, bytes, 2, 2);
  } else if (size === 1) v128.store8_lane(at, bytes, 0);
  else if (size === 4) v128.store32_lane(at, bytes, 0);
  else if (size === 2) v128.store16_lane(at, bytes, 0);
  else if (size === 6) {
    v128.store32_lane(at, bytes, 0);
    v128.store16_lane(at, bytes, 2, 4);
  } else v128.store64_lane(at, bytes, 0);
}

/**
 * Writes pixels of 1, 3 or 4 bytes for `height` rows of `width` pixels, whose filters are undone and which are `length`
 * bytes and a filter each. Of 16 bits the upper 8 count.
 *
 * @param step   bytes from a pixel that is written to the next
 * @param stride bytes from a row that is written to the next
 */
export function expand(
  rows: usize,
  length: usize,
  width: i32,
  height: i32,
  out: usize,
  step: usize,
  stride: usize,
): void {
  const colour = load<i32>(Place.png, Png.colour);
  for (let y = 0; y < height; y++) {
    if (colour === 3) indexed(rows + 1, width, out, step);
    else if (colour & 2) coloured(rows + 1, width, out, step);
    else grey(rows + 1, width, out, step);
    rows += length + 1;
    out += stride;
  }
}

function indexed(row: usize, width: i32, out: usize, step: usize): void {
  const depth = load<i32>(Place.png, Png.depth);
  const channels = load<i32>(Place.png, Png.channels);
  for (let x = 0; x < width; x++) {
    const colour = load<u32>(Place.palette + (sample(row, x, depth) << 2));
    if (channels === 4) store<u32>(out, colour);
    else {
      store<u16>(out, <u16>colour);
      store<u8>(out, <u8>(colour >> 16), 2);
    }
    out += step;
  }
}

function coloured(row: usize, width: i32, out: usize, step: usize): void {
  const depth = load<i32>(Place.png, Png.depth);
  const channels = load<i32>(Place.png, Png.channels);
  const samples = load<i32>(Place.png, Png.colour) & 4 ? 4 : 3;
  const shift = depth - 8;
  const red = load<i32>(Place.png, Png.red);
  const green = load<i32>(Place.png, Png.green);
  const blue = load<i32>(Place.png, Png.blue);
  for (let x = 0; x < width; x++) {
    const r = sample(row, x * samples, depth);
    const g = sample(row, x * samples + 1, depth);
    const b = sample(row, x * samples + 2, depth);
    store<u8>(out, <u8>(r >> shift));
    store<u8>(out, <u8>(g >> shift), 1);
    store<u8>(out, <u8>(b >> shift), 2);
    if (channels === 4) {
      let alpha = r === red && g === green && b === blue ? 0 : 255;
      if (samples === 4) alpha = sample(row, x * samples + 3, depth) >> shift;
      store<u8>(out, <u8>alpha, 3);
    }
    out += step;
  }
}

function grey(row: usize, width: i32, out: usize, step: usize): void {
  const depth = load<i32>(Place.png, Png.depth);
  const channels = load<i32>(Place.png, Png.channels);
  const samples = load<i32>(Place.png, Png.colour) & 4 ? 2 : 1;
  const shift = max(0, depth - 8);
  // What makes the highest sample 255.
  const unscaled = depth > 8 || load<i32>(Place.png, Png.unscaled) !== 0;
  const factor = unscaled ? 1 : 255 / ((1 << depth) - 1);
  const transparent = load<i32>(Place.png, Png.red);
  for (let x = 0; x < width; x++) {
    const value = sample(row, x * samples, depth);
    const level = (value >> shift) * factor;
    store<u8>(out, <u8>level);
    if (channels === 4) {
      let alpha = value === transparent ? 0 : 255;
      if (samples === 2) alpha = sample(row, x * 2 + 1, depth) >> shift;
      store<u8>(out, <u8>level, 1);
      store<u8>(out, <u8>level, 2);
      store<u8>(out, <u8>alpha, 3);
    }
    out += step;
  }
}

/** Sample `i` of a row: a number of `depth` bits. */
function sample(row: usize, i: i32, depth: i32): i32 {
  if (depth === 8) return load<u8>(row + i);
  if (depth === 16) return ((<i32>load<u8>(row + (i << 1))) << 8) | load<u8>(row + (i << 1), 1);
  const bit = i * depth;
  return (<i32>load<u8>(row + (bit >> 3)) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}
