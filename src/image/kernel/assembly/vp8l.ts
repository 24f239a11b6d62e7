/**
 * VP8L, WebP's lossless coding, and with it the alpha of lossy files: coded data to ARGB, u32 each. RFC 9649 chapter 3.
 *
 * Coded are pixels by five Huffman codes, of which there may be many groups, copies of earlier pixels, and numbers of
 * recent colours; of such images there may be one within the other, as what undoes a transform is an image, too.
 *
 * Limits: what is needed of memory is known while it is read. The caller gives room, and where it is not enough, more.
 */
import {
  beginCodes,
  damage,
  firstFree,
  freeFrom,
  nextSymbol,
  problem,
  read,
  readCode,
  roomFor,
} from "./vp8l-codes.ts";
import { addCrossed, addGreen, addPredicted, lookUpColours, sumOfPixels, tiles } from "./vp8l-transforms.ts";

/** The first 120 distances: u8, how far up, and 8 minus how far to the left. */
let distances: usize = 0;

/** The transforms: four times a kind, bits of a tile's size, the width that they make, and where their data are. */
let transforms: usize = 0;
let transformCount: i32 = 0;

/** Symbols of the five codes of a group: green, red, blue, alpha, distances. */
function alphabet(code: i32, colours: i32): i32 {
  return code === 0 ? 280 + colours : code === 4 ? 40 : 256;
}

/**
 * Decodes an image of `width` x `height` pixels.
 *
 * @param near   120 distances
 * @param at     room, up to `end`
 * @returns where the pixels are, or what is wrong: 1, 2 or 3
 */
export function decodeVp8l(
  data: usize,
  dataEnd: usize,
  near: usize,
  at: usize,
  end: usize,
  width: i32,
  height: i32,
): usize {
  beginCodes(data, dataEnd, at, end);
  distances = near;
  transforms = roomFor(64);
  transformCount = 0;
  if (problem()) return problem();
  let packed = width;
  let seen = 0;
  while (read(1)) {
    const kind = read(2);
    if (seen & (1 << kind)) damage();
    seen |= 1 << kind;
    packed = readTransform(kind, packed, height);
    if (problem()) return problem();
  }
  let pixels = readImage(packed, height, true);
  while (problem() === 0 && transformCount > 0) pixels = undo(--transformCount, pixels, height);
  return problem() ? problem() : pixels;
}

/** Reads a transform, and returns the width of the images that follow. */
function readTransform(kind: i32, width: i32, height: i32): i32 {
  const at = transforms + (transformCount++ << 4);
  store<u32>(at, kind);
  store<u32>(at, width, 8);
  if (kind === 2) return width;
  if (kind < 2) {
    const bits = read(3) + 2;
    store<u32>(at, bits, 4);
    store<u32>(at, <u32>readImage(tiles(width, bits), tiles(height, bits), false), 12);
    return width;
  }
  const colours = read(8) + 1;
  const bits = colours > 16 ? 0 : colours > 4 ? 1 : colours > 2 ? 2 : 3;
  // What is not among the colours is black, and transparent.
  const palette = roomFor(1024);
  if (problem()) return width;
  const differences = readImage(colours, 1, false);
  if (problem()) return width;
  memory.fill(palette, 0, 1024);
  let colour: u32 = 0;
  for (let i = 0; i < colours; i++) {
    colour = sumOfPixels(colour, load<u32>(differences + (i << 2)));
    store<u32>(palette + (i << 2), colour);
  }
  store<u32>(at, bits, 4);
  store<u32>(at, <u32>palette, 12);
  return tiles(width, bits);
}

/** Reads an image, and returns where its pixels are; what else was needed is free again. */
function readImage(width: i32, height: i32, whole: bool): usize {
  const pixels = roomFor(<usize>width * height * 4);
  const after = firstFree();
  let cacheBits = 0;
  if (read(1)) {
    cacheBits = read(4);
    if (cacheBits < 1 || cacheBits > 11) damage();
  }
  if (problem()) return 0;
  const colours = cacheBits > 0 ? 1 << cacheBits : 0;
  const cache = roomFor(colours << 2);
  let groupBits = 0;
  let image: usize = 0;
  let count = 1;
  if (whole && read(1)) {
    groupBits = read(3) + 2;
    const size = tiles(width, groupBits) * tiles(height, groupBits);
    image = readImage(tiles(width, groupBits), tiles(height, groupBits), false);
    if (problem()) return 0;
    for (let i = 0; i < size; i++) {
      const group = (load<u32>(image + (i << 2)) >> 8) & 0xffff;
      count = max(count, <i32>group + 1);
    }
  }
  const groups = roomFor(<usize>count * 20);
  for (let i = 0; i < count && problem() === 0; i++)
    for (let code = 0; code < 5 && problem() === 0; code++)
      store<u32>(groups + i * 20 + (code << 2), readCode(alphabet(code, colours)));
  if (problem()) return 0;
  memory.fill(cache, 0, colours << 2);
  readPixels(pixels, width, height, groups, image, groupBits, cache, cacheBits);
  freeFrom(after);
  return pixels;
}

/** A length or distance, of which the symbol says how large it is. */
function large(symbol: i32): i32 {
  if (symbol < 4) return symbol + 1;
  const bits = (symbol - 2) >> 1;
  return ((2 + (symbol & 1)) << bits) + read(bits) + 1;
}

/** How many pixels back: near ones are numbered by how far they are. */
function distance(number: i32, width: i32): i32 {
  if (number > 120) return number - 120;
  const place = <i32>load<u8>(distances + number - 1);
  return max(1, (place >> 4) * width + 8 - (place & 15));
}

/**
 * Reads the pixels of an image.
 *
 * One long function, as its loop is the hot one: literals, colours of the cache and copies end in the same place.
 */
function readPixels(
  pixels: usize,
  width: i32,
  height: i32,
  groups: usize,
  image: usize,
  groupBits: i32,
  cache: usize,
  cacheBits: i32,
): void {
  const end = pixels + <usize>width * height * 4;
  const across = tiles(width, groupBits);
  const mask = image === 0 ? -1 : (1 << groupBits) - 1;
  const shift = 32 - cacheBits;
  let cached = pixels;
  let group = groups;
  let x = 0;
  let y = 0;
  let at = pixels;
  while (at < end) {
    if (image !== 0 && (x & mask) === 0)
      group = groupOf(groups, image, x >> groupBits, y >> groupBits, across);
    const symbol = nextSymbol(load<u32>(group));
    if (symbol < 256 || symbol >= 280) {
      let colour: u32;
      if (symbol < 256) {
        const red = nextSymbol(load<u32>(group, 4));
        const blue = nextSymbol(load<u32>(group, 8));
        const alpha = nextSymbol(load<u32>(group, 12));
        colour = (alpha << 24) | (red << 16) | (symbol << 8) | blue;
      } else {
        for (; cached < at; cached += 4) remember(cache, load<u32>(cached), shift);
        colour = load<u32>(cache + ((symbol - 280) << 2));
      }
      store<u32>(at, colour);
      at += 4;
      if (++x === width) {
        x = 0;
        y++;
      }
    } else {
      const length = large(symbol - 256);
      const back = (<usize>distance(large(nextSymbol(load<u32>(group, 16))), width)) << 2;
      const to = at + ((<usize>length) << 2);
      if (at - pixels < back || end - at < (<usize>length) << 2) {
        damage();
        return;
      }
      for (; at < to; at += 4) store<u32>(at, load<u32>(at - back));
      x += length;
      while (x >= width) {
        x -= width;
        y++;
      }
      if (image !== 0 && at < end && x & mask)
        group = groupOf(groups, image, x >> groupBits, y >> groupBits, across);
    }
    if (cacheBits > 0) for (; cached < at; cached += 4) remember(cache, load<u32>(cached), shift);
    if (problem()) return;
  }
}

function groupOf(groups: usize, image: usize, x: i32, y: i32, across: i32): usize {
  const number = (load<u32>(image + ((<usize>(y * across + x)) << 2)) >> 8) & 0xffff;
  return groups + number * 20;
}

function remember(cache: usize, colour: u32, shift: i32): void {
  store<u32>(cache + ((<usize>((colour * 0x1e35a7bd) >> shift)) << 2), colour);
}

/** Undoes transform `i` of an image, and returns where it is then. */
function undo(i: i32, pixels: usize, height: i32): usize {
  const at = transforms + (i << 4);
  const kind = load<u32>(at);
  const bits = load<i32>(at, 4);
  const width = load<i32>(at, 8);
  const data: usize = load<u32>(at, 12);
  if (kind === 0) addPredicted(pixels, width, height, data, bits);
  else if (kind === 1) addCrossed(pixels, width, height, data, bits);
  else if (kind === 2) addGreen(pixels, width * height);
  else {
    const out = roomFor(<usize>width * height * 4);
    if (out !== 0) lookUpColours(pixels, width, height, data, bits, out);
    return out;
  }
  return pixels;
}
