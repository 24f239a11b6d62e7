/**
 * Planes of luma and chroma, which has half the rows and columns, to RGB or RGBA as libwebp has it: chroma between four
 * samples weighs them 9, 3, 3 and 1; BT.601, in 16 bits.
 *
 * Limits: chroma is read 16 bytes past a row's end, pixels are written 48 or 64 bytes past theirs.
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

/** A row of pixels, 16 at a time. */
function colour(y: usize, lineU: usize, lineV: usize, width: i32, out: usize, step: usize): void {
  for (let x = 0; x < width; x += 16) {
    const luma = v128.load(y + x);
    const lowY = i16x8.extend_low_i8x16_u(luma);
    const highY = i16x8.extend_high_i8x16_u(luma);
    const evenU = Chroma.even(lineU + x);
    const oddU = Chroma.odd(lineU + x);
    const evenV = Chroma.even(lineV + x);
    const oddV = Chroma.odd(lineV + x);
    const lowU = i16x8.shuffle(evenU, oddU, 0, 8, 1, 9, 2, 10, 3, 11);
    const highU = i16x8.shuffle(evenU, oddU, 4, 12, 5, 13, 6, 14, 7, 15);
    const lowV = i16x8.shuffle(evenV, oddV, 0, 8, 1, 9, 2, 10, 3, 11);
    const highV = i16x8.shuffle(evenV, oddV, 4, 12, 5, 13, 6, 14, 7, 15);
    const ly = Chroma.times(lowY, 19077);
    const hy = Chroma.times(highY, 19077);
    const r = Chroma.bytes(Chroma.red(ly, lowV), Chroma.red(hy, highV));
    const g = Chroma.bytes(Chroma.green(ly, lowU, lowV), Chroma.green(hy, highU, highV));
    const b = Chroma.bytes(Chroma.blue(ly, lowU), Chroma.blue(hy, highU));
    if (step === 3) store3(out, r, g, b);
    else store4(out, r, g, b);
    out += step << 4;
  }
}

class Chroma {
  /** Chroma of eight pixels at even places. */
  @inline
  static even(at: usize): v128 {
    return Chroma.between(v128.load(at), v128.load(at - 2));
  }

  @inline
  static odd(at: usize): v128 {
    return Chroma.between(v128.load(at), v128.load(at + 2));
  }

  @inline
  static between(near: v128, far: v128): v128 {
    const sum = i16x8.add(i16x8.add(i16x8.shl(near, 1), near), far);
    return i16x8.shr_u(i16x8.add(sum, i16x8.splat(8)), 4);
  }

  /** Times a factor of 8 bits of fraction, and cut. */
  @inline
  static times(a: v128, factor: u32): v128 {
    const factors = i16x8.splat(<i16>factor);
    return i16x8.narrow_i32x4_u(
      i32x4.shr_u(i32x4.extmul_low_i16x8_u(a, factors), 8),
      i32x4.shr_u(i32x4.extmul_high_i16x8_u(a, factors), 8),
    );
  }

  @inline
  static red(y: v128, v: v128): v128 {
    return i16x8.add(i16x8.sub(Chroma.times(v, 26149), i16x8.splat(14234)), y);
  }

  @inline
  static green(y: v128, u: v128, v: v128): v128 {
    const less = i16x8.add(Chroma.times(u, 6419), Chroma.times(v, 13320));
    return i16x8.sub(i16x8.add(y, i16x8.splat(8708)), less);
  }

  @inline
  static blue(y: v128, u: v128): v128 {
    return i16x8.add_sat_s(i16x8.sub(Chroma.times(u, 33050), i16x8.splat(17685)), y);
  }

  @inline
  static bytes(low: v128, high: v128): v128 {
    return i8x16.narrow_i16x8_u(i16x8.shr_s(low, 6), i16x8.shr_s(high, 6));
  }
}

function store3(out: usize, r: v128, g: v128, b: v128): void {
  // Red and green two and two, then blue among them.
  const low = i8x16.shuffle(r, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const high = i8x16.shuffle(r, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(out, i8x16.shuffle(low, b, 0, 1, 16, 2, 3, 17, 4, 5, 18, 6, 7, 19, 8, 9, 20, 10));
  const middle = i8x16.shuffle(low, high, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 0, 0, 0, 0, 0);
  v128.store(out, i8x16.shuffle(middle, b, 0, 21, 1, 2, 22, 3, 4, 23, 5, 6, 24, 7, 8, 25, 9, 10), 16);
  v128.store(out, i8x16.shuffle(high, b, 26, 6, 7, 27, 8, 9, 28, 10, 11, 29, 12, 13, 30, 14, 15, 31), 32);
}

function store4(out: usize, r: v128, g: v128, b: v128): void {
  const opaque = i8x16.splat(-1);
  const lowRG = i8x16.shuffle(r, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const highRG = i8x16.shuffle(r, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const lowBA = i8x16.shuffle(b, opaque, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const highBA = i8x16.shuffle(b, opaque, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(out, i16x8.shuffle(lowRG, lowBA, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(out, i16x8.shuffle(lowRG, lowBA, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  v128.store(out, i16x8.shuffle(highRG, highBA, 0, 8, 1, 9, 2, 10, 3, 11), 32);
  v128.store(out, i16x8.shuffle(highRG, highBA, 4, 12, 5, 13, 6, 14, 7, 15), 48);
}
