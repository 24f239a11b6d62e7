/**
 * Undoes what VP8L did to pixels before they were coded. RFC 9649 chapter 4.
 *
 * Limits: above each row but the first there is one, and behind each but the last another.
 */

/** How many tiles of `bits` bits cover `size` pixels. */
export function tiles(size: i32, bits: i32): i32 {
  return (size + (1 << bits) - 1) >> bits;
}

/** Sums of the bytes of two pixels. */
export function sumOfPixels(a: u32, b: u32): u32 {
  return (
    (((a & 0xff00ff00) + (b & 0xff00ff00)) & 0xff00ff00) | (((a & 0xff00ff) + (b & 0xff00ff)) & 0xff00ff)
  );
}

/** Halves of the sums of their bytes. */
function mean(a: u32, b: u32): u32 {
  return (((a ^ b) & 0xfefefefe) >> 1) + (a & b);
}

function byte(a: u32, shift: i32): i32 {
  return (a >> shift) & 255;
}

/** Pixels were less what a mode of each tile says of them. */
export function addPredicted(pixels: usize, width: i32, height: i32, modes: usize, bits: i32): void {
  const row = (<usize>width) << 2;
  const across = tiles(width, bits);
  let at = pixels;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let mode = 2;
      if (y === 0) mode = x === 0 ? 0 : 1;
      else if (x > 0)
        mode = byte(load<u32>(modes + ((<usize>((y >> bits) * across + (x >> bits))) << 2)), 8) & 15;
      store<u32>(at, sumOfPixels(load<u32>(at), predicted(mode, at, at - row)));
      at += 4;
    }
  }
}

/** What mode `mode` says of the pixel at `at`, by those to the left and above. */
function predicted(mode: i32, at: usize, above: usize): u32 {
  switch (mode) {
    case 1:
      return load<u32>(at - 4);
    case 2:
      return load<u32>(above);
    case 3:
      return load<u32>(above, 4);
    case 4:
      return load<u32>(above - 4);
    case 5:
      return mean(mean(load<u32>(at - 4), load<u32>(above, 4)), load<u32>(above));
    case 6:
      return mean(load<u32>(at - 4), load<u32>(above - 4));
    case 7:
      return mean(load<u32>(at - 4), load<u32>(above));
    case 8:
      return mean(load<u32>(above - 4), load<u32>(above));
    case 9:
      return mean(load<u32>(above), load<u32>(above, 4));
    case 10:
      return mean(mean(load<u32>(at - 4), load<u32>(above - 4)), mean(load<u32>(above), load<u32>(above, 4)));
    case 11:
      return nearer(load<u32>(above), load<u32>(at - 4), load<u32>(above - 4));
    case 12:
      return gradient(load<u32>(at - 4), load<u32>(above), load<u32>(above - 4));
    case 13:
      return halfGradient(mean(load<u32>(at - 4), load<u32>(above)), load<u32>(above - 4));
    default:
      return 0xff000000;
  }
}

/** The one of two neighbours that differs less from what the gradient says. */
function nearer(top: u32, left: u32, corner: u32): u32 {
  let more = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const c = byte(corner, shift);
    more += abs(byte(left, shift) - c) - abs(byte(top, shift) - c);
  }
  return more <= 0 ? top : left;
}

function gradient(left: u32, top: u32, corner: u32): u32 {
  let result: u32 = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const value = byte(left, shift) + byte(top, shift) - byte(corner, shift);
    result |= max(0, min(255, value)) << shift;
  }
  return result;
}

function halfGradient(both: u32, corner: u32): u32 {
  let result: u32 = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const value = byte(both, shift);
    result |= max(0, min(255, value + (value - byte(corner, shift)) / 2)) << shift;
  }
  return result;
}

/** Red and blue were less what green says of them, and blue less what red does. */
export function addCrossed(pixels: usize, width: i32, height: i32, factors: usize, bits: i32): void {
  const across = tiles(width, bits);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const factor = load<u32>(factors + ((<usize>((y >> bits) * across + (x >> bits))) << 2));
      const colour = load<u32>(pixels);
      const green = <i32>(<i8>(colour >> 8));
      const red = (byte(colour, 16) + ((<i32>(<i8>factor) * green) >> 5)) & 255;
      const share =
        ((<i32>(<i8>(factor >> 8)) * green) >> 5) + ((<i32>(<i8>(factor >> 16)) * <i32>(<i8>red)) >> 5);
      const blue = (byte(colour, 0) + share) & 255;
      store<u32>(pixels, (colour & 0xff00ff00) | (red << 16) | blue);
      pixels += 4;
    }
  }
}

/** Red and blue were less green. */
export function addGreen(pixels: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const colour = load<u32>(pixels);
    const green = byte(colour, 8);
    store<u32>(pixels, (colour & 0xff00ff00) | (((colour & 0xff00ff) + ((green << 16) | green)) & 0xff00ff));
    pixels += 4;
  }
}

/** Green is the number of a colour, or of 2, 4 or 8. */
export function lookUpColours(
  pixels: usize,
  width: i32,
  height: i32,
  palette: usize,
  bits: i32,
  out: usize,
): void {
  const size = 8 >> bits;
  const mask = (1 << size) - 1;
  const last = (1 << bits) - 1;
  let to = out;
  for (let y = 0; y < height; y++) {
    let numbers = 0;
    for (let x = 0; x < width; x++) {
      if ((x & last) === 0) {
        numbers = byte(load<u32>(pixels), 8);
        pixels += 4;
      }
      store<u32>(to, load<u32>(palette + ((numbers & mask) << 2)));
      numbers >>= size;
      to += 4;
    }
  }
}
