/**
 * Renders the planes of a decoded JPEG: each is resampled from the size it was stored in, so that colours are converted
 * for the pixels of the result only, four at a time.
 *
 * A plane is the second half of a component (see jpeg.ts): { i32 rows, row step, columns, blocks of 8 weights, from,
 * to, line }, the tables being those of pixels.ts for one channel.
 */
import { diagonal, finish, vertical } from "./resample";

/** 255 and 128 in the units of the passes. */
const MOST: f32 = 255.0 * 2097152.0;
const MIDDLE: f32 = 128.0 * 2097152.0;

/**
 * @param components the planes, 64 bytes each
 * @param count   1 (grey) or 3
 * @param ycc     whether three planes are luma and chroma (JFIF's), not RGB
 * @param pixels  room for one float32 RGBA row
 * @param colour  see pixels.ts
 */
export function renderPlanes(
  components: usize,
  count: i32,
  ycc: bool,
  height: i32,
  width: i32,
  pixels: usize,
  colour: usize,
  matrix: bool,
  outChannels: i32,
  float: bool,
  out: usize,
): void {
  const outStep: usize = (width * outChannels) << (float ? 2 : 0);
  const direct = float && !matrix && count == 3 && outChannels == 3;
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < count; c++) {
      const component = components + (c << 6);
      const stride = load<i32>(component, 4);
      const row = load<i32>(component, 32) + y * load<i32>(component, 36);
      const from = load<i32>(component, 48);
      vertical(
        load<i32>(component) + load<i32>(row) * stride + from,
        stride,
        row + 8,
        load<i32>(row, 4),
        load<i32>(component, 52) - from,
        load<i32>(component, 56),
      );
    }
    if (count == 1) grey(components, width, pixels);
    else if (direct) threeDirect(components, ycc, width, colour, out);
    else three(components, ycc, width, pixels);
    if (!direct) finish(pixels, width, colour, matrix, outChannels, float, out);
    out += outStep;
  }
}

/** Weighted sum of one place, in four parts. */
// @ts-ignore: decorator
@inline
function sum(line: usize, column: usize, blocks: i32): v128 {
  const at = line + load<i32>(column);
  let total = i32x4.dot_i16x8_s(v128.load(at), v128.load(column, 4));
  for (let b = 1; b < blocks; b++) {
    total = i32x4.add(
      total,
      i32x4.dot_i16x8_s(v128.load(at + (b << 4)), v128.load(column + (b << 4), 4)),
    );
  }
  return total;
}

/** Weighted sums of four neighbouring places as float32. */
// @ts-ignore: decorator
@inline
function sums(line: usize, columns: usize, blocks: i32): v128 {
  const step = (blocks << 4) + 4;
  const a = sum(line, columns, blocks);
  const b = sum(line, columns + step, blocks);
  const c = sum(line, columns + step * 2, blocks);
  const d = sum(line, columns + step * 3, blocks);
  return together(a, b, c, d);
}

/** The four parts of each of four sums, added up, as float32. */
// @ts-ignore: decorator
@inline
function together(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 2, 4, 6), i32x4.shuffle(a, b, 1, 3, 5, 7));
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 2, 4, 6), i32x4.shuffle(c, d, 1, 3, 5, 7));
  return f32x4.convert_i32x4_s(
    i32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7)),
  );
}

// @ts-ignore: decorator
@inline
function clamp(v: v128): v128 {
  return f32x4.pmax(f32x4.pmin(v, f32x4.splat(MOST)), f32x4.splat(0));
}

// Colour conversion of JFIF (BT.601, full range).
// @ts-ignore: decorator
@inline
function red(y: v128, cr: v128): v128 {
  return clamp(f32x4.add(y, f32x4.mul(f32x4.splat(1.402), cr)));
}
// @ts-ignore: decorator
@inline
function green(y: v128, cb: v128, cr: v128): v128 {
  return clamp(
    f32x4.sub(
      f32x4.sub(y, f32x4.mul(f32x4.splat(0.344136286), cb)),
      f32x4.mul(f32x4.splat(0.714136286), cr),
    ),
  );
}
// @ts-ignore: decorator
@inline
function blue(y: v128, cb: v128): v128 {
  return clamp(f32x4.add(y, f32x4.mul(f32x4.splat(1.772), cb)));
}

/** Three planes to float32 RGB, scaled and shifted: the usual case. */
function threeDirect(components: usize, ycc: bool, width: i32, colour: usize, out: usize): void {
  const line0 = load<i32>(components, 56);
  const line1 = load<i32>(components, 56 + 64);
  const line2 = load<i32>(components, 56 + 128);
  const blocks0 = load<i32>(components, 44);
  const blocks1 = load<i32>(components, 44 + 64);
  const blocks2 = load<i32>(components, 44 + 128);
  let columns0 = load<i32>(components, 40);
  let columns1 = load<i32>(components, 40 + 64);
  let columns2 = load<i32>(components, 40 + 128);
  const scale = diagonal(colour);
  const scaleR = f32x4.splat(f32x4.extract_lane(scale, 0));
  const scaleG = f32x4.splat(f32x4.extract_lane(scale, 1));
  const scaleB = f32x4.splat(f32x4.extract_lane(scale, 2));
  const shiftR = v128.load32_splat(colour);
  const shiftG = v128.load32_splat(colour, 4);
  const shiftB = v128.load32_splat(colour, 8);
  if (columns0 == columns1 && columns0 == columns2 && blocks0 == 1) {
    // All planes have one size: offsets and weights are loaded once for the three.
    for (let x = 0; x < width; x += 4) {
      const at0 = load<i32>(columns0);
      const at1 = load<i32>(columns0, 20);
      const at2 = load<i32>(columns0, 40);
      const at3 = load<i32>(columns0, 60);
      const w0 = v128.load(columns0, 4);
      const w1 = v128.load(columns0, 24);
      const w2 = v128.load(columns0, 44);
      const w3 = v128.load(columns0, 64);
      columns0 += 80;
      rgb(
        four(line0, at0, at1, at2, at3, w0, w1, w2, w3),
        four(line1, at0, at1, at2, at3, w0, w1, w2, w3),
        four(line2, at0, at1, at2, at3, w0, w1, w2, w3),
        ycc,
        scaleR,
        scaleG,
        scaleB,
        shiftR,
        shiftG,
        shiftB,
        out,
      );
      out += 48;
    }
    return;
  }
  for (let x = 0; x < width; x += 4) {
    rgb(
      sums(line0, columns0, blocks0),
      sums(line1, columns1, blocks1),
      sums(line2, columns2, blocks2),
      ycc,
      scaleR,
      scaleG,
      scaleB,
      shiftR,
      shiftG,
      shiftB,
      out,
    );
    out += 48;
    columns0 += ((blocks0 << 4) + 4) << 2;
    columns1 += ((blocks1 << 4) + 4) << 2;
    columns2 += ((blocks2 << 4) + 4) << 2;
  }
}

/** Weighted sums of eight numbers each, at four places of a line. */
// @ts-ignore: decorator
@inline
function four(
  line: usize,
  at0: usize,
  at1: usize,
  at2: usize,
  at3: usize,
  w0: v128,
  w1: v128,
  w2: v128,
  w3: v128,
): v128 {
  return together(
    i32x4.dot_i16x8_s(v128.load(line + at0), w0),
    i32x4.dot_i16x8_s(v128.load(line + at1), w1),
    i32x4.dot_i16x8_s(v128.load(line + at2), w2),
    i32x4.dot_i16x8_s(v128.load(line + at3), w3),
  );
}

/** Four pixels from their planes: colour, scale, shift, and the twelve numbers in order. */
// @ts-ignore: decorator
@inline
function rgb(
  r: v128,
  g: v128,
  b: v128,
  ycc: bool,
  scaleR: v128,
  scaleG: v128,
  scaleB: v128,
  shiftR: v128,
  shiftG: v128,
  shiftB: v128,
  out: usize,
): void {
  if (ycc) {
    const cb = f32x4.sub(g, f32x4.splat(MIDDLE));
    const cr = f32x4.sub(b, f32x4.splat(MIDDLE));
    const y = r;
    r = red(y, cr);
    g = green(y, cb, cr);
    b = blue(y, cb);
  }
  r = f32x4.add(f32x4.mul(r, scaleR), shiftR);
  g = f32x4.add(f32x4.mul(g, scaleG), shiftG);
  b = f32x4.add(f32x4.mul(b, scaleB), shiftB);
  const t = i32x4.shuffle(r, g, 0, 4, 1, 5);
  const u = i32x4.shuffle(r, g, 2, 6, 3, 7);
  v128.store(out, i32x4.shuffle(t, b, 0, 1, 4, 2));
  v128.store(out, i32x4.shuffle(i32x4.shuffle(t, b, 3, 5, 3, 5), u, 0, 1, 4, 5), 16);
  v128.store(out, i32x4.shuffle(b, u, 2, 6, 7, 3), 32);
}

/** Three planes to float32 RGBA in the units of the passes, alpha 0. */
function three(components: usize, ycc: bool, width: i32, pixels: usize): void {
  let columns0 = load<i32>(components, 40);
  let columns1 = load<i32>(components, 40 + 64);
  let columns2 = load<i32>(components, 40 + 128);
  const blocks0 = load<i32>(components, 44);
  const blocks1 = load<i32>(components, 44 + 64);
  const blocks2 = load<i32>(components, 44 + 128);
  for (let x = 0; x < width; x += 4) {
    let r = sums(load<i32>(components, 56), columns0, blocks0);
    let g = sums(load<i32>(components, 56 + 64), columns1, blocks1);
    let b = sums(load<i32>(components, 56 + 128), columns2, blocks2);
    if (ycc) {
      const cb = f32x4.sub(g, f32x4.splat(MIDDLE));
      const cr = f32x4.sub(b, f32x4.splat(MIDDLE));
      const y = r;
      r = red(y, cr);
      g = green(y, cb, cr);
      b = blue(y, cb);
    }
    storePixels(pixels, r, g, b);
    pixels += 64;
    columns0 += ((blocks0 << 4) + 4) << 2;
    columns1 += ((blocks1 << 4) + 4) << 2;
    columns2 += ((blocks2 << 4) + 4) << 2;
  }
}

/** One plane to float32 (v, 0, 0, 0). */
function grey(components: usize, width: i32, pixels: usize): void {
  let columns = load<i32>(components, 40);
  const blocks = load<i32>(components, 44);
  for (let x = 0; x < width; x += 4) {
    storePixels(pixels, sums(load<i32>(components, 56), columns, blocks), f32x4.splat(0), f32x4.splat(0));
    pixels += 64;
    columns += ((blocks << 4) + 4) << 2;
  }
}

/** Four pixels (r, g, b, 0). */
// @ts-ignore: decorator
@inline
function storePixels(pixels: usize, r: v128, g: v128, b: v128): void {
  const zero = f32x4.splat(0);
  const rg = i32x4.shuffle(r, g, 0, 4, 1, 5);
  const rg2 = i32x4.shuffle(r, g, 2, 6, 3, 7);
  const b1 = i32x4.shuffle(b, zero, 0, 4, 1, 5);
  const b2 = i32x4.shuffle(b, zero, 2, 6, 3, 7);
  v128.store(pixels, i32x4.shuffle(rg, b1, 0, 1, 4, 5));
  v128.store(pixels, i32x4.shuffle(rg, b1, 2, 3, 6, 7), 16);
  v128.store(pixels, i32x4.shuffle(rg2, b2, 0, 1, 4, 5), 32);
  v128.store(pixels, i32x4.shuffle(rg2, b2, 2, 3, 6, 7), 48);
}
