/**
 * VP8's key frames: coded data to planes of luma and chroma. RFC 6386.
 *
 * Macroblocks are read and put into the planes one after the other, unfiltered, as neighbours are predicted from such
 * pixels; then all edges are smoothed. Borders are part of the planes: a row above, 16 bytes to the left and to the right.
 *
 * Limits: the frame's tag was checked by the caller. Past the data, 8 bytes may be read.
 */
import { BoolReader, Vp8, Vp8Context, Vp8Likely, Vp8Macroblock } from "./layout.ts";
import { beginBits, bit, bits, blockModes, coefficients, isPastEnd, optionalBits } from "./vp8-bits.ts";
import { addBlock, predictBlock, predictSquare, spreadFirsts } from "./vp8-predict.ts";
import { smooth } from "./vp8-smooth.ts";

/** Bytes between the end of a row and the beginning of the next. */
const BORDER: usize = 32;

/** Bytes of the likelihoods of a kind of block. */
const KIND: usize = 17 * Vp8Likely.bytes;

/**
 * Decodes a frame of `columns` times `rows` macroblocks.
 *
 * One long function, as it is the order of the format: what each part says is needed by those that follow.
 *
 * @param work        room of {@link Vp8}, its tables filled in
 * @param data        the frame, up to `end`
 * @param above       room for a {@link Vp8Context} of each column
 * @param macroblocks room for a {@link Vp8Macroblock} of each
 * @param y           where the first pixel of luma is; of its borders 16 bytes to the left, and a row above, are written
 * @param u           that of chroma
 * @returns 0, or 1: the data ended too early
 */
export function decodeVp8(
  work: usize,
  data: usize,
  end: usize,
  above: usize,
  macroblocks: usize,
  y: usize,
  u: usize,
  v: usize,
  columns: i32,
  rows: i32,
): i32 {
  const tag = load<u32>(data) & 0xffffff;
  const modes = work + Vp8.readers;
  const parts = data + 10 + (tag >> 5);
  if (parts > end) return 1;
  beginBits(modes, data + 10, parts);
  bits(modes, 2);
  const map = readSegments(work, modes);
  const kind = readFilter(work, modes);
  const partitions = 1 << bits(modes, 2);
  if (!beginPartitions(modes, parts, end, partitions)) return 1;
  readFactors(work, modes);
  bits(modes, 1);
  readLikelihoods(work, modes);
  const skips = bits(modes, 1) ? bits(modes, 8) : -1;

  const stride = <usize>columns * 16 + BORDER;
  const strideUV = <usize>columns * 8 + BORDER;
  beginBorders(y, stride, rows * 16);
  beginBorders(u, strideUV, rows * 8);
  beginBorders(v, strideUV, rows * 8);
  memory.fill(above, 0, columns * Vp8Context.bytes);
  // From here on each block leaves zeros for the next.
  memory.fill(work + Vp8.coefficients, 0, 800);
  let macroblock = macroblocks;
  for (let row = 0; row < rows; row++) {
    const reader = modes + (1 + (row & (partitions - 1))) * BoolReader.bytes;
    memory.fill(work + Vp8.left, 0, Vp8Context.bytes);
    for (let column = 0; column < columns; column++) {
      const context = above + column * Vp8Context.bytes;
      const segment = map ? readSegment(work, modes) : 0;
      const skipped = skips >= 0 && bit(modes, skips) !== 0;
      const whole = bit(modes, 145) !== 0;
      let mode = 0;
      if (whole) mode = readWhole(work, modes, context);
      else blockModes(work, modes, context);
      const chroma = readChroma(modes);
      let found = false;
      if (skipped) skip(work, context, whole);
      else found = readCoefficients(work, reader, context, segment, whole);
      if (isPastEnd(reader) || isPastEnd(modes)) return 1;

      const at = y + <usize>row * 16 * stride + <usize>column * 16;
      const at8 = <usize>row * 8 * strideUV + <usize>column * 8;
      if (whole) {
        predictSquare(mode, at, stride, 16, row > 0, column > 0);
        if (found) for (let block = 0; block < 16; block++) addOne(work, block, at, stride);
      } else {
        drawBlocks(work, at, stride, row > 0 && column === columns - 1, found);
      }
      predictSquare(chroma, u + at8, strideUV, 8, row > 0, column > 0);
      predictSquare(chroma, v + at8, strideUV, 8, row > 0, column > 0);
      if (found) {
        for (let block = 0; block < 4; block++) {
          const corner = at8 + <usize>(block >> 1) * 4 * strideUV + ((block & 1) << 2);
          addCounted(work, 16 + block, u + corner, strideUV);
          addCounted(work, 20 + block, v + corner, strideUV);
        }
      }
      const strength = load<u32>(work + ((segment << 3) + (whole ? 0 : 4)), Vp8.strengths);
      store<u32>(macroblock, strength | (found ? 0x10000 : 0));
      macroblock += Vp8Macroblock.bytes;
    }
  }
  if (kind !== 0)
    smooth(macroblocks, work + Vp8.coefficients, y, u, v, stride, strideUV, columns, rows, kind === 1);
  return 0;
}

function beginPartitions(modes: usize, parts: usize, end: usize, count: i32): bool {
  let at = parts + 3 * (count - 1);
  if (at >= end) return false;
  for (let i = 1; i <= count; i++) {
    const sizeAt = parts + 3 * (i - 1);
    const size = i === count ? <u32>(end - at) : load<u32>(sizeAt) & 0xffffff;
    const next = at + min(size, <u32>(end - at));
    beginBits(modes + i * BoolReader.bytes, at, next);
    at = next;
  }
  // The last one has data.
  return load<u32>(modes + count * BoolReader.bytes, BoolReader.at) < <u32>end;
}

/** 127 above, 129 to the left, and between them what is above in the first row and to the left in all others. */
function beginBorders(at: usize, stride: usize, height: i32): void {
  memory.fill(at - stride - 16, 127, stride);
  for (let y = 0; y < height; y++) store<u8>(at + <usize>y * stride - 1, 129);
}

/** Segments: what is kept of each until the factors are read. Returns whether macroblocks say which is theirs. */
function readSegments(work: usize, modes: usize): bool {
  const factors = work + Vp8.factors;
  memory.fill(factors, 0, 96);
  // Their likelihoods, and whether there are any, and whether they are relative: behind the modes of blocks.
  const map = work + Vp8.blocks + 16;
  memory.fill(map, 255, 4);
  store<u8>(map, 0, 4);
  store<u8>(map, 0, 5);
  if (!bit(modes, 128)) return false;
  store<u8>(map, 1, 4);
  const updates = bit(modes, 128) !== 0;
  if (bit(modes, 128)) {
    store<u8>(map, <u8>bit(modes, 128), 5);
    for (let i = 0; i < 4; i++) store<i32>(factors + i * 24, optionalBits(modes, 7));
    for (let i = 0; i < 4; i++) store<i32>(factors + i * 24, optionalBits(modes, 6), 4);
  } else store<u8>(map, 1, 5);
  if (updates) for (let i = 0; i < 3; i++) store<u8>(map + i, bit(modes, 128) ? <u8>bits(modes, 8) : 255);
  return updates;
}

function readSegment(work: usize, modes: usize): i32 {
  const map = work + Vp8.blocks + 16;
  return bit(modes, load<u8>(map)) ? 2 + bit(modes, load<u8>(map, 2)) : bit(modes, load<u8>(map, 1));
}

/** Reads how edges are smoothed. Returns 0: not, 1: simply, 2: as usual. */
function readFilter(work: usize, modes: usize): i32 {
  const simple = bit(modes, 128);
  const level = bits(modes, 6);
  const sharpness = bits(modes, 3);
  let delta = 0;
  let blocksDelta = 0;
  if (bit(modes, 128)) {
    if (bit(modes, 128)) {
      for (let i = 0; i < 8; i++) {
        if (!bit(modes, 128)) continue;
        const number = bits(modes, 6);
        const signed = bit(modes, 128) ? -number : number;
        if (i === 0) delta = signed;
        else if (i === 4) blocksDelta = signed;
      }
    }
  }
  const map = work + Vp8.blocks + 16;
  for (let segment = 0; segment < 4; segment++) {
    let base = level;
    if (load<u8>(map, 4)) {
      base = load<i32>(work + Vp8.factors + segment * 24, 4);
      if (!load<u8>(map, 5)) base += level;
    }
    for (let blocks = 0; blocks < 2; blocks++) {
      const strength = max(0, min(63, base + delta + (blocks ? blocksDelta : 0)));
      store<u32>(
        work + (segment << 3) + (blocks << 2),
        strengthOf(strength, sharpness, blocks),
        Vp8.strengths,
      );
    }
  }
  return level === 0 ? 0 : simple ? 1 : 2;
}

/** A {@link Vp8Macroblock}. */
function strengthOf(level: i32, sharpness: i32, blocks: u32): u32 {
  if (level === 0) return blocks << 16;
  let inner = level;
  if (sharpness > 0) inner = min(inner >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
  inner = max(1, inner);
  const threshold = level >= 40 ? 2 : level >= 15 ? 1 : 0;
  return (2 * level + inner) | (inner << 8) | (blocks << 16) | (threshold << 24);
}

/** Six factors of each segment: of luma, of the block of first coefficients, of chroma; the first and the others. */
function readFactors(work: usize, modes: usize): void {
  const base = bits(modes, 7);
  const y1 = optionalBits(modes, 4);
  const y2 = optionalBits(modes, 4);
  const y2others = optionalBits(modes, 4);
  const uv = optionalBits(modes, 4);
  const uvOthers = optionalBits(modes, 4);
  const map = work + Vp8.blocks + 16;
  for (let segment = 0; segment < 4; segment++) {
    const at = work + Vp8.factors + segment * 24;
    let q = base;
    if (load<u8>(map, 4)) {
      q = load<i32>(at);
      if (!load<u8>(map, 5)) q += base;
    }
    store<i32>(at, first(work, q + y1, 127));
    store<i32>(at, others(work, q), 4);
    store<i32>(at, 2 * first(work, q + y2, 127), 8);
    store<i32>(at, max(8, (others(work, q + y2others) * 155) / 100), 12);
    store<i32>(at, first(work, q + uv, 117), 16);
    store<i32>(at, others(work, q + uvOthers), 20);
  }
}

function first(work: usize, q: i32, most: i32): i32 {
  return load<u8>(work + max(0, min(most, q)), Vp8.first);
}

function others(work: usize, q: i32): i32 {
  return load<u16>(work + (max(0, min(127, q)) << 1), Vp8.others);
}

/** Likelihoods of coefficients, laid out by their number. */
function readLikelihoods(work: usize, modes: usize): void {
  for (let kind = 0; kind < 4; kind++) {
    const from = work + kind * 264;
    const to = work + Vp8.likely + kind * KIND;
    for (let i = 0; i < 264; i++) {
      if (bit(modes, load<u8>(from + i, Vp8.updates)))
        store<u8>(work + Vp8.coefficients + i, <u8>bits(modes, 8));
      else store<u8>(work + Vp8.coefficients + i, load<u8>(from + i, Vp8.defaults));
    }
    for (let n = 0; n < 17; n++) {
      const at = to + n * Vp8Likely.bytes;
      memory.copy(at, work + Vp8.coefficients + load<u8>(work + n, Vp8.bands) * 33, 33);
      store<u8>(at, load<u8>(work + n, Vp8.zigzag) << 1, Vp8Likely.place);
      store<u8>(at, <u8>n, Vp8Likely.number);
    }
  }
}

/** The mode of a macroblock that is predicted in one piece. Its neighbours take it for that of its blocks. */
function readWhole(work: usize, modes: usize, context: usize): i32 {
  const mode = bit(modes, 156) ? (bit(modes, 128) ? 1 : 3) : bit(modes, 163) ? 2 : 0;
  store<u32>(context, mode * 0x01010101, Vp8Context.modes);
  store<u32>(work + Vp8.left, mode * 0x01010101, Vp8Context.modes);
  return mode;
}

function readChroma(modes: usize): i32 {
  if (!bit(modes, 142)) return 0;
  if (!bit(modes, 114)) return 2;
  return bit(modes, 183) ? 1 : 3;
}

/** A macroblock without coefficients: what its neighbours see of it. */
function skip(work: usize, context: usize, whole: bool): void {
  store<u64>(context, 0);
  store<u64>(work + Vp8.left, 0);
  if (!whole) return;
  store<u8>(context, 0, Vp8Context.firsts);
  store<u8>(work + Vp8.left, 0, Vp8Context.firsts);
}

/** Reads the coefficients of a macroblock. Returns whether there are any. */
function readCoefficients(work: usize, reader: usize, context: usize, segment: i32, whole: bool): bool {
  const left = work + Vp8.left;
  const out = work + Vp8.coefficients;
  const counts = work + Vp8.counts;
  const factors = work + Vp8.factors + segment * 24;
  const likely = work + Vp8.likely;
  if (whole) {
    const firsts = out + 24 * 32;
    const own = context + Vp8Context.firsts;
    const y1 = load<i32>(factors, 8);
    const y2 = load<i32>(factors, 12);
    coefficients(reader, likely + KIND, own, left + Vp8Context.firsts, 1, y1, y2, 0, firsts, counts + 24);
    if (load<u8>(counts, 24) > 0) spreadFirsts(firsts, out);
  }
  let a = load<i32>(factors);
  let b = load<i32>(factors, 4);
  const luma = whole ? likely : likely + 3 * KIND;
  coefficients(reader, luma, context, left, 4, a, b, whole ? 1 : 0, out, counts);
  a = load<i32>(factors, 16);
  b = load<i32>(factors, 20);
  const chroma = likely + 2 * KIND;
  const u = Vp8Context.u;
  const v = Vp8Context.v;
  coefficients(reader, chroma, context + u, left + u, 2, a, b, 0, out + 512, counts + 16);
  coefficients(reader, chroma, context + v, left + v, 2, a, b, 0, out + 640, counts + 20);
  for (let i = 0; i < 24; i++) if (load<u8>(counts + i) > 1 || load<i16>(out + (i << 5)) !== 0) return true;
  return false;
}

/** Predicts and completes blocks one after the other, as each is predicted from those before. */
function drawBlocks(work: usize, at: usize, stride: usize, atRight: bool, found: bool): void {
  // To the right above the lower blocks lies what is not known yet: all take what is there above the macroblock.
  let right = load<u32>(at - stride, 16);
  if (atRight) {
    right = <u32>load<u8>(at - stride, 15) * 0x01010101;
    store<u32>(at - stride, right, 16);
  }
  store<u32>(at + 3 * stride, right, 16);
  store<u32>(at + 7 * stride, right, 16);
  store<u32>(at + 11 * stride, right, 16);
  for (let block = 0; block < 16; block++) {
    const to = at + <usize>(block >> 2) * 4 * stride + ((block & 3) << 2);
    predictBlock(load<u8>(work + block, Vp8.blocks), to, stride);
    if (found) addCounted(work, block, to, stride);
  }
}

function addOne(work: usize, block: i32, at: usize, stride: usize): void {
  addCounted(work, block, at + <usize>(block >> 2) * 4 * stride + ((block & 3) << 2), stride);
}

function addCounted(work: usize, block: i32, at: usize, stride: usize): void {
  addBlock(work + Vp8.coefficients + (block << 5), load<u8>(work + block, Vp8.counts), at, stride);
}
