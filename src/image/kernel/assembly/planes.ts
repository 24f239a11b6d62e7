/**
 * Renders the planes of a decoded JPEG: each is resampled from the size it was stored in, so that colours are converted
 * for the pixels of the result only, four at a time.
 */
import { ColumnWeights, Output, Place, Plane } from "./layout.ts";
import { runProgram } from "./program.ts";
import { finish, isDirect, resultStep, vertical } from "./resample.ts";

/** 255 in the units of the passes. */
const MOST: f32 = 255.0 * 2097152.0;

/**
 * Numbers of the colours of JFIF (BT.601, full range) in those units: 128, 255, and the factors of red, of green (that of
 * blue first) and of blue. Read from memory, as engines make constants of vectors anew in each turn of a loop.
 */
const NUMBERS: usize = memory.data<f32>([128.0 * 2097152.0, MOST, 1.402, 0.344136286, 0.714136286, 1.772]);

const PLANE1: usize = Place.planes + Plane.bytes;
const PLANE2: usize = Place.planes + 2 * Plane.bytes;
const PLANE3: usize = Place.planes + 3 * Plane.bytes;

/** Renders {@link Place.planes} as {@link Place.planesOutput} says. */
export function renderPlanes(): void {
  const height = load<i32>(Place.planesOutput, Output.height);
  const count = load<i32>(Place.planesOutput, Output.input);
  const row: usize = load<i32>(Place.planesOutput, Output.row);
  let out: usize = load<i32>(Place.planesOutput, Output.result);
  const step = resultStep(Place.planesOutput);
  const direct = isDirect(Place.planesOutput);
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < count; c++) vertical(Place.planes + c * Plane.bytes, y);
    if (count === 1) grey(row);
    else if (count === 4) four(row);
    else three(direct, direct ? out : row);
    if (!direct) {
      runProgram(Place.planesOutput, y);
      finish(Place.planesOutput, out);
    }
    out += step;
  }
}

/**
 * Three planes to float32: RGB, scaled and shifted, if `direct`; else RGBA in the units of the passes, alpha 0.
 *
 * One long function, as its loop is the hot one: a third of it loads what all pixels of a row share.
 */
function three(direct: bool, out: usize): void {
  const ycc = load<i32>(Place.planesOutput, Output.ycc);
  const width = load<i32>(Place.planesOutput, Output.width);
  const scaleR = v128.load32_splat(Place.planesOutput, Output.matrix);
  const scaleG = v128.load32_splat(Place.planesOutput, Output.matrix + 20);
  const scaleB = v128.load32_splat(Place.planesOutput, Output.matrix + 40);
  const shiftR = v128.load32_splat(Place.planesOutput, Output.offset);
  const shiftG = v128.load32_splat(Place.planesOutput, Output.offset + 4);
  const shiftB = v128.load32_splat(Place.planesOutput, Output.offset + 8);
  const line0: usize = load<i32>(Place.planes, Plane.line);
  const line1: usize = load<i32>(PLANE1, Plane.line);
  const line2: usize = load<i32>(PLANE2, Plane.line);
  const step0 = columnStep(Place.planes);
  const step1 = columnStep(PLANE1);
  const step2 = columnStep(PLANE2);
  let columns0: usize = load<i32>(Place.planes, Plane.columns);
  let columns1: usize = load<i32>(PLANE1, Plane.columns);
  let columns2: usize = load<i32>(PLANE2, Plane.columns);
  // Up to eight weights a place, as usual; then both planes of chroma, or all three, have one table, which is loaded once.
  const short = columns1 === columns2 && step0 === STEP1 && step1 === STEP1;
  const alike = columns1 === columns0;
  for (let x = 0; x < width; x += 4) {
    let r: v128;
    let g: v128;
    let b: v128;
    if (short) {
      let at0: usize = load<i32>(columns0);
      let at1: usize = load<i32>(columns0, STEP1);
      let at2: usize = load<i32>(columns0, 2 * STEP1);
      let at3: usize = load<i32>(columns0, 3 * STEP1);
      let w0 = v128.load(columns0, ColumnWeights.weights);
      let w1 = v128.load(columns0, ColumnWeights.weights + STEP1);
      let w2 = v128.load(columns0, ColumnWeights.weights + 2 * STEP1);
      let w3 = v128.load(columns0, ColumnWeights.weights + 3 * STEP1);
      r = Sums.ofEights(line0, at0, at1, at2, at3, w0, w1, w2, w3);
      if (!alike) {
        at0 = load<i32>(columns1);
        at1 = load<i32>(columns1, STEP1);
        at2 = load<i32>(columns1, 2 * STEP1);
        at3 = load<i32>(columns1, 3 * STEP1);
        w0 = v128.load(columns1, ColumnWeights.weights);
        w1 = v128.load(columns1, ColumnWeights.weights + STEP1);
        w2 = v128.load(columns1, ColumnWeights.weights + 2 * STEP1);
        w3 = v128.load(columns1, ColumnWeights.weights + 3 * STEP1);
      }
      g = Sums.ofEights(line1, at0, at1, at2, at3, w0, w1, w2, w3);
      b = Sums.ofEights(line2, at0, at1, at2, at3, w0, w1, w2, w3);
    } else {
      r = ofFour(line0, columns0, step0);
      g = ofFour(line1, columns1, step1);
      b = ofFour(line2, columns2, step2);
    }
    columns0 += step0 << 2;
    columns1 += step1 << 2;
    columns2 += step2 << 2;
    if (ycc) {
      const cb = f32x4.sub(g, number(0));
      const cr = f32x4.sub(b, number(0));
      const y = r;
      r = clamp(f32x4.add(y, times(2, cr)));
      g = clamp(f32x4.sub(f32x4.sub(y, times(3, cb)), times(4, cr)));
      b = clamp(f32x4.add(y, times(5, cb)));
    }
    if (direct) {
      storeRgb(out, scaled(r, scaleR, shiftR), scaled(g, scaleG, shiftG), scaled(b, scaleB, shiftB));
      out += 48;
    } else {
      storeRgba(out, r, g, b);
      out += 64;
    }
  }
}

/**
 * Four planes to float32 (r, g, b, 0): the light that is left by each of three inks, times what black leaves. Files have
 * them as Adobe's do, in which 255 is no ink; so Pillow and OpenCV take all.
 */
function four(out: usize): void {
  const ycc = load<i32>(Place.planesOutput, Output.ycc);
  const width = load<i32>(Place.planesOutput, Output.width);
  for (let x = 0; x < width; x += 4) {
    let c = place(Place.planes, x);
    let m = place(PLANE1, x);
    let y = place(PLANE2, x);
    const k = f32x4.mul(f32x4.splat(1.0 / MOST), place(PLANE3, x));
    if (ycc) {
      const cb = f32x4.sub(m, number(0));
      const cr = f32x4.sub(y, number(0));
      const light = f32x4.sub(number(1), c);
      c = clamp(f32x4.sub(light, times(2, cr)));
      m = clamp(f32x4.add(f32x4.add(light, times(3, cb)), times(4, cr)));
      y = clamp(f32x4.sub(light, times(5, cb)));
    }
    storeRgba(out, f32x4.mul(c, k), f32x4.mul(m, k), f32x4.mul(y, k));
    out += 64;
  }
}

/** Weighted sums of a plane at place `x` of the row and the three after it. */
function place(plane: usize, x: i32): v128 {
  const step = columnStep(plane);
  return ofFour(load<i32>(plane, Plane.line), load<i32>(plane, Plane.columns) + x * step, step);
}

/** One plane to float32 (v, 0, 0, 0). */
function grey(out: usize): void {
  const width = load<i32>(Place.planesOutput, Output.width);
  const line: usize = load<i32>(Place.planes, Plane.line);
  const step = columnStep(Place.planes);
  let columns: usize = load<i32>(Place.planes, Plane.columns);
  for (let x = 0; x < width; x += 4) {
    storeRgba(out, ofFour(line, columns, step), f32x4.splat(0), f32x4.splat(0));
    out += 64;
    columns += step << 2;
  }
}

/** Bytes of an entry of columns with one block of eight weights. */
const STEP1: i32 = ColumnWeights.weights + 16;

/** Bytes of an entry of a plane's columns; weights come in blocks of eight. */
function columnStep(plane: usize): i32 {
  return (load<i32>(plane, Plane.pairs) << 2) + ColumnWeights.weights;
}

/** Weighted sums of four neighbouring places of a line as float32. Inline, its loops would take the registers of others. */
function ofFour(line: usize, columns: usize, step: i32): v128 {
  return Sums.together(
    Sums.ofOne(line, columns, step),
    Sums.ofOne(line, columns + step, step),
    Sums.ofOne(line, columns + step * 2, step),
    Sums.ofOne(line, columns + step * 3, step),
  );
}

/** Weighted sums of places of a line. */
class Sums {
  /** Weighted sum of one place, in four parts. */
  @inline
  static ofOne(line: usize, column: usize, step: i32): v128 {
    let at = line + load<i32>(column);
    const end = column + step;
    column += ColumnWeights.weights;
    let total = i32x4.dot_i16x8_s(v128.load(at), v128.load(column));
    for (column += 16; column < end; column += 16) {
      at += 16;
      total = i32x4.add(total, i32x4.dot_i16x8_s(v128.load(at), v128.load(column)));
    }
    return total;
  }

  /** Weighted sums of eight numbers each, at four places of a line. */
  @inline
  static ofEights(
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
    return Sums.together(
      i32x4.dot_i16x8_s(v128.load(line + at0), w0),
      i32x4.dot_i16x8_s(v128.load(line + at1), w1),
      i32x4.dot_i16x8_s(v128.load(line + at2), w2),
      i32x4.dot_i16x8_s(v128.load(line + at3), w3),
    );
  }

  /** The four parts of each of four sums, added up, as float32. */
  @inline
  static together(a: v128, b: v128, c: v128, d: v128): v128 {
    const ab = i32x4.add(i32x4.shuffle(a, b, 0, 2, 4, 6), i32x4.shuffle(a, b, 1, 3, 5, 7));
    const cd = i32x4.add(i32x4.shuffle(c, d, 0, 2, 4, 6), i32x4.shuffle(c, d, 1, 3, 5, 7));
    return f32x4.convert_i32x4_s(
      i32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7)),
    );
  }
}

/** One of {@link NUMBERS}. */
function number(place: usize): v128 {
  return v128.load32_splat(NUMBERS + (place << 2));
}

/** The product with one of {@link NUMBERS}. */
function times(place: usize, v: v128): v128 {
  return f32x4.mul(number(place), v);
}

function clamp(v: v128): v128 {
  return f32x4.pmax(f32x4.pmin(v, number(1)), f32x4.splat(0));
}

/** In the result's values, where the matrix is a diagonal. */
function scaled(v: v128, scale: v128, shift: v128): v128 {
  return f32x4.add(f32x4.mul(v, scale), shift);
}

/** Four pixels as twelve numbers, by shuffles that are one instruction each: of two numbers of either. */
function storeRgb(out: usize, r: v128, g: v128, b: v128): void {
  const rg = i32x4.shuffle(r, g, 0, 4, 1, 5);
  const rg2 = i32x4.shuffle(r, g, 2, 6, 3, 7);
  v128.store(out, i32x4.shuffle(rg, i32x4.shuffle(b, r, 0, 0, 5, 5), 0, 1, 4, 6));
  v128.store(out, i32x4.shuffle(i32x4.shuffle(g, b, 1, 1, 5, 5), rg2, 0, 2, 4, 5), 16);
  const br = i32x4.shuffle(b, r, 2, 2, 7, 7);
  const gb = i32x4.shuffle(g, b, 3, 3, 7, 7);
  v128.store(out, i32x4.shuffle(br, gb, 0, 2, 4, 6), 32);
}

/** Four pixels (r, g, b, 0). */
function storeRgba(out: usize, r: v128, g: v128, b: v128): void {
  const zero = f32x4.splat(0);
  const rg = i32x4.shuffle(r, g, 0, 4, 1, 5);
  const rg2 = i32x4.shuffle(r, g, 2, 6, 3, 7);
  const b1 = i32x4.shuffle(b, zero, 0, 4, 1, 5);
  const b2 = i32x4.shuffle(b, zero, 2, 6, 3, 7);
  v128.store(out, i32x4.shuffle(rg, b1, 0, 1, 4, 5));
  v128.store(out, i32x4.shuffle(rg, b1, 2, 3, 6, 7), 16);
  v128.store(out, i32x4.shuffle(rg2, b2, 0, 1, 4, 5), 32);
  v128.store(out, i32x4.shuffle(rg2, b2, 2, 3, 6, 7), 48);
}
