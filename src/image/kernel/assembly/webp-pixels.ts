/** What WebP has decoded, brought to RGB, RGBA and alpha. */

/** Writes `count` pixels as RGB or RGBA. */
export function spreadPixels(pixels: usize, count: i32, out: usize, step: i32): void {
  for (let i = 0; i < count; i++) {
    const colour = load<u32>(pixels + (i << 2));
    const rgba = (bswap<u32>(colour) >> 8) | (colour & 0xff000000);
    if (step === 4) store<u32>(out, rgba);
    else {
      store<u16>(out, <u16>rgba);
      store<u8>(out, <u8>(rgba >> 16), 2);
    }
    out += step;
  }
}

/** Takes alpha out of the green of `count` pixels. */
export function takeGreen(pixels: usize, count: i32, out: usize): void {
  for (let i = 0; i < count; i++) store<u8>(out + i, load<u8>(pixels + (i << 2), 1));
}

/** Undoes what rows of alpha were predicted by: 1, what is to the left, 2, above, 3, both less what is between. */
export function unfilterAlpha(alpha: usize, width: i32, height: i32, filter: i32): void {
  for (let y = 0; y < height; y++) {
    const above = alpha - width;
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? <i32>load<u8>(alpha + x - 1) : y > 0 ? <i32>load<u8>(above) : 0;
      const top = y > 0 ? <i32>load<u8>(above + x) : left;
      const corner = y > 0 ? <i32>load<u8>(above + (x > 0 ? x - 1 : 0)) : left;
      let guess = left;
      if (filter === 2) guess = top;
      else if (filter === 3 && y > 0) guess = max(0, min(255, left + top - corner));
      store<u8>(alpha + x, <u8>(load<u8>(alpha + x) + guess));
    }
    alpha += width;
  }
}
