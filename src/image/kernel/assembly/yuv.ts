/**
 * Planes of luma and chroma, which has half the rows and columns, to RGB or RGBA as libwebp has it: chroma between four
 * samples weighs them 9, 3, 3 and 1; BT.601, in 16 bits.
 *
 * Limits: chroma is read 16 bytes past a row's end, pixels are written 52 or 64 bytes past theirs.
 */

/**
 * Writes `width` x `height` pixels.
 *
 * @param line  room for two rows of chroma, i16, and 64 bytes
 * @param alpha plane of alpha, without borders; 0 where all is opaque
 */
export function renderYuv(
  y: usize,
  u: usize,
  v: usize,
  stride: usize,
  strideUV: usize,
  width: i32,
  height: i32,
  line: usize,
  out: usize,
  step: usize,
  alpha: usize,
  outStride: usize,
): void {
  const half = (width + 1) >> 1;
  const last = ((height + 1) >> 1) - 1;
  const lineU = line + 16;
  const lineV = lineU + 2 * half + 48;
  for (let row = 0; row < height; row++) {
    const near = row >> 1;
    const far = max(0, min(last, row & 1 ? near + 1 : near - 1));
    blend(u + <usize>near * strideUV, u + <usize>far * strideUV, half, lineU);
    blend(v + <usize>near * strideUV, v + <usize>far * strideUV, half, lineV);
    colour(y, lineU, lineV, width, out, step);
    if (alpha !== 0) {
      for (let x = 0; x < width; x++) store<u8>(out + (x << 2), load<u8>(alpha + x), 3);
      alpha += width;
    }
    y += stride;
    out += outStride;
  }
}

/** Three times a row and once another, its ends repeated. */
function blend(near: usize, far: usize, count: i32, to: usize): void {
  for (let x = 0; x < count; x += 8) {
    const twice = v128.load8x8_u(near + x);
    const sum = i16x8.add(i16x8.add(i16x8.shl(twice, 1), twice), v128.load8x8_u(far + x));
    v128.store(to + (x << 1), sum);
  }
  store<u16>(to - 2, load<u16>(to));
  store<u16>(to + (count << 1), load<u16>(to + ((count - 1) << 1)));
}

/**
 * Numbers of {@link Chroma}, u16: factors as their whole and their fraction, of 8 bits; and what is added or taken off.
 * They are read from memory, as engines make constants of vectors anew in each turn of a loop.
 */
const NUMBERS: usize = memory.data<u16>([74, 133, 102, 37, 25, 19, 129, 26, 52, 14234, 8708, 17685, 8]);

/** Which bytes of four pixels of RGBA are kept for RGB. */
const WITHOUT_ALPHA: usize = memory.data<u8>([0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255]);

/** A row of pixels, 16 at a time: those at even places and those at odd ones apart, until they are stored. */
function colour(y: usize, lineU: usize, lineV: usize, width: i32, out: usize, step: usize): void {
  for (let x = 0; x < width; x += 16) {
    const luma = v128.load(y + x);
    const evenY = Chroma.times(i16x8.shr_u(i16x8.shl(luma, 8), 8), 0);
    const oddY = Chroma.times(i16x8.shr_u(luma, 8), 0);
    const midU = Chroma.thrice(lineU + x);
    const midV = Chroma.thrice(lineV + x);
    const evenU = Chroma.between(midU, lineU + x - 2);
    const oddU = Chroma.between(midU, lineU + x + 2);
    const evenV = Chroma.between(midV, lineV + x - 2);
    const oddV = Chroma.between(midV, lineV + x + 2);
    const r = i8x16.narrow_i16x8_u(Chroma.red(evenY, evenV), Chroma.red(oddY, oddV));
    const g = i8x16.narrow_i16x8_u(Chroma.green(evenY, evenU, evenV), Chroma.green(oddY, oddU, oddV));
    const b = i8x16.narrow_i16x8_u(Chroma.blue(evenY, evenU), Chroma.blue(oddY, oddU));
    storePixels(out, step, r, g, b);
    out += step << 4;
  }
}

class Chroma {
  @inline
  static number(place: usize): v128 {
    return v128.load16_splat(NUMBERS + (place << 1));
  }

  /** Three times eight samples, and half of what they are divided by. */
  @inline
  static thrice(at: usize): v128 {
    const near = v128.load(at);
    return i16x8.add(i16x8.add(i16x8.shl(near, 1), near), Chroma.number(12));
  }

  @inline
  static between(thrice: v128, far: usize): v128 {
    return i16x8.shr_u(i16x8.add(thrice, v128.load(far)), 4);
  }

  /** Bytes times the factor at a place, and cut. */
  @inline
  static times(a: v128, factor: usize): v128 {
    const fraction = i16x8.shr_u(i16x8.mul(a, Chroma.number(factor + 1)), 8);
    return i16x8.add(i16x8.mul(a, Chroma.number(factor)), fraction);
  }

  @inline
  static red(y: v128, v: v128): v128 {
    return i16x8.shr_s(i16x8.add(i16x8.sub(Chroma.times(v, 2), Chroma.number(9)), y), 6);
  }

  @inline
  static green(y: v128, u: v128, v: v128): v128 {
    const lessV = i16x8.add(i16x8.mul(v, Chroma.number(8)), i16x8.shr_u(v, 5));
    const less = i16x8.add(Chroma.times(u, 4), lessV);
    return i16x8.shr_s(i16x8.sub(i16x8.add(y, Chroma.number(10)), less), 6);
  }

  @inline
  static blue(y: v128, u: v128): v128 {
    return i16x8.shr_s(i16x8.add_sat_s(i16x8.sub(Chroma.times(u, 6), Chroma.number(11)), y), 6);
  }
}

/** Stores 16 pixels, of which those at even places come first; in RGB with four bytes behind them. */
function storePixels(out: usize, step: usize, r: v128, g: v128, b: v128): void {
  const opaque = i8x16.splat(-1);
  const evenRG = i8x16.shuffle(r, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const oddRG = i8x16.shuffle(r, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const evenBA = i8x16.shuffle(b, opaque, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const oddBA = i8x16.shuffle(b, opaque, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const even0 = i16x8.shuffle(evenRG, evenBA, 0, 8, 1, 9, 2, 10, 3, 11);
  const even1 = i16x8.shuffle(evenRG, evenBA, 4, 12, 5, 13, 6, 14, 7, 15);
  const odd0 = i16x8.shuffle(oddRG, oddBA, 0, 8, 1, 9, 2, 10, 3, 11);
  const odd1 = i16x8.shuffle(oddRG, oddBA, 4, 12, 5, 13, 6, 14, 7, 15);
  let p0 = i32x4.shuffle(even0, odd0, 0, 4, 1, 5);
  let p1 = i32x4.shuffle(even0, odd0, 2, 6, 3, 7);
  let p2 = i32x4.shuffle(even1, odd1, 0, 4, 1, 5);
  let p3 = i32x4.shuffle(even1, odd1, 2, 6, 3, 7);
  if (step === 3) {
    const kept = v128.load(WITHOUT_ALPHA);
    p0 = i8x16.swizzle(p0, kept);
    p1 = i8x16.swizzle(p1, kept);
    p2 = i8x16.swizzle(p2, kept);
    p3 = i8x16.swizzle(p3, kept);
  }
  v128.store(out, p0);
  v128.store(out + 4 * step, p1);
  v128.store(out + 8 * step, p2);
  v128.store(out + 12 * step, p3);
}
