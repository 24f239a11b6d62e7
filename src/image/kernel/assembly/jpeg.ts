/**
 * Baseline JPEG: Huffman codes to planes of samples. ITU-T T.81 annexes F and A; the transform is libjpeg's accurate
 * one (jidctint, after Loeffler, Ligtenberg and Moschytz), on eight columns at a time.
 *
 * The hot loop is one table look-up for each coefficient and has no branch that the data decides but the block's end.
 * For that, stuffed bytes are taken out of the coded data beforehand, which is stored backwards: a plain load then has
 * the next bits in its upper end.
 *
 * Limits: the headers were read and checked by the caller, who also put a marker and 16 readable bytes after the coded
 * data. A component is 64 bytes and begins { i32 plane, stride, h, v, DC table, AC table, quantisers, previous DC }.
 * Quantisers are i32[64] in zigzag order: the factor, and in the upper half where in the block (stored by columns) the
 * coefficient belongs. A Huffman table is 5120 bytes: { u16 lookup[2048], i32 limits[18], i32 deltas[18],
 * u8 symbols[256] }. An entry of the lookup is { bits of code and number: 6, size of the number: 4, run: 6 }.
 */

const LOOKUP: i32 = 11;
const LIMITS: usize = 4096;
const DELTAS: usize = 4096 + 72;
const SYMBOLS: usize = 4096 + 144;

/** Run of an end of block: past any place in a block. */
const END: i32 = 63;

/** Makes a Huffman table from its specification (16 counts, then symbols); false if it is none. */
export function huffman(spec: usize, table: usize, ac: bool): bool {
  memory.fill(table, 0, LIMITS);
  let code = 0;
  let k = 0;
  for (let length = 1; length <= 16; length++) {
    store<i32>(table + DELTAS + (length << 2), k - code);
    for (let n: i32 = load<u8>(spec + length - 1); n > 0; n--) {
      if (code >= 1 << length || k > 255) return false;
      const symbol: i32 = load<u8>(spec + 16 + k);
      if (!ac && symbol > 15) return false;
      store<u8>(table + SYMBOLS + k, <u8>symbol);
      if (length <= LOOKUP) {
        const free = LOOKUP - length;
        const value = <u16>entry(symbol, ac, length);
        for (let rest = 0; rest < 1 << free; rest++) store<u16>(table + (((code << free) | rest) << 1), value);
      }
      code++;
      k++;
    }
    store<i32>(table + LIMITS + (length << 2), code << (16 - length));
    code <<= 1;
  }
  return true;
}

/** The entry of a symbol with a code of `length` bits. */
function entry(symbol: i32, ac: bool, length: i32): i32 {
  const size = symbol & 15;
  let run = 0;
  if (ac) run = size == 0 && symbol != 0xf0 ? END : symbol >> 4;
  return (run << 10) | (size << 6) | (length + size);
}

/** The entry of a code that is longer than the lookup; 0 if there is no such code. */
function longEntry(bits: u64, table: usize, ac: bool): i32 {
  const code = <i32>(bits >> 48);
  for (let length = LOOKUP + 1; length <= 16; length++) {
    if (code < load<i32>(table + LIMITS + (length << 2))) {
      const k = (code >> (16 - length)) + load<i32>(table + DELTAS + (length << 2));
      return entry(load<u8>(table + SYMBOLS + (k & 255)), ac, length);
    }
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function lookUp(bits: u64, table: usize): i32 {
  return load<u16>(table + (<usize>(bits >> (63 - LOOKUP)) & ((1 << (LOOKUP + 1)) - 2)));
}

/** The number that an entry says follows its code: JPEG writes negative ones less one, so that they begin with 0. */
// @ts-ignore: decorator
@inline
function numberOf(bits: u64, e: i32): i32 {
  const size = (e >> 6) & 15;
  const rest = bits << ((e & 63) - size);
  const value = <i32>((rest >> 1) >> (63 - size));
  return value + (<i32>(<i64>~rest >> 63) & (1 - (1 << size)));
}

/** Where {@link unstuff} found a marker. */
let marker: usize = 0;

/** Copies coded data up to the next marker to the memory below `top`, backwards and unstuffed; returns its last byte. */
function unstuff(data: usize, top: usize): usize {
  const stuffed = i8x16.splat(-1);
  let inside = true;
  do {
    const bytes = v128.load(data);
    const found = i8x16.bitmask(i8x16.eq(bytes, stuffed));
    v128.store(
      top - 16,
      i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    );
    if (found == 0) {
      top -= 16;
      data += 16;
    } else {
      const n = ctz(found);
      top -= n;
      data += n;
      inside = load<u8>(data, 1) == 0;
      if (inside) {
        store<u8>(--top, 0xff);
        data += 2;
      }
    }
  } while (inside);
  marker = data;
  memory.fill(top - 16, 0, 16);
  return top;
}

/**
 * Decodes the scan into the components' planes. A component whose plane is 0 is read over.
 *
 * @param top     end of room for the coded data once more; what lies 4 kB below that room may be read
 * @param block   room for 64 i16, all zero
 * @returns 0, or 1: the data ended too early, 2: the data is damaged
 */
export function decodeScan(
  data: usize,
  top: usize,
  components: usize,
  count: i32,
  mcusX: i32,
  mcusY: i32,
  restart: i32,
  block: usize,
): i32 {
  let at = top;
  let bottom = unstuff(data, top);
  let bits: u64 = 0;
  let have: i32 = 0;
  let left = restart;
  let restarts = 0;
  for (let my = 0; my < mcusY; my++) {
    for (let mx = 0; mx < mcusX; mx++) {
      if (at + 8 < bottom) return 1;
      if (restart > 0) {
        if (left == 0) {
          const unread = (<i32>(at - bottom) << 3) + have;
          if (unread < 0) return 1;
          if (unread >= 8 || load<u8>(marker, 1) != 0xd0 + restarts) return 2;
          restarts = (restarts + 1) & 7;
          left = restart;
          bottom = unstuff(marker + 2, top);
          at = top;
          bits = 0;
          have = 0;
          for (let c = 0; c < count; c++) store<i32>(components + (c << 6), 0, 28);
        }
        left--;
      }
      for (let c = 0; c < count; c++) {
        const component = components + (c << 6);
        const plane: usize = load<i32>(component);
        const stride: usize = load<i32>(component, 4);
        const h = load<i32>(component, 8);
        const v = load<i32>(component, 12);
        const dc: usize = load<i32>(component, 16);
        const ac: usize = load<i32>(component, 20);
        const quantisers: usize = load<i32>(component, 24);
        for (let row = 0; row < v; row++) {
          for (let column = 0; column < h; column++) {
            bits |= load<u64>(at - 8) >> have;
            at -= (63 - have) >> 3;
            have |= 56;
            let e = lookUp(bits, dc);
            if (e == 0) {
              e = longEntry(bits, dc, false);
              if (e == 0) return 2;
            }
            const level = load<i32>(component, 28) + numberOf(bits, e);
            store<i32>(component, level, 28);
            const first = <i16>(level * load<u16>(quantisers));
            store<i16>(block, first);
            bits <<= e & 63;
            have -= e & 63;

            // Two look-ups take at most 52 of the 56 bits that a refill leaves; longer codes refill by themselves.
            let k = 1;
            for (;;) {
              bits |= load<u64>(at - 8) >> have;
              at -= (63 - have) >> 3;
              have |= 56;
              e = lookUp(bits, ac);
              if (e == 0) {
                e = longEntry(bits, ac, true);
                if (e == 0) return 2;
              }
              k += e >> 10;
              if (k > 63) break;
              let place = load<u32>(quantisers + (k << 2));
              store<i16>(block + (place >> 16), <i16>(numberOf(bits, e) * (place & 0xffff)));
              if (k == 63) break;
              bits <<= e & 63;
              have -= e & 63;
              k++;

              e = lookUp(bits, ac);
              if (e == 0) {
                bits |= load<u64>(at - 8) >> have;
                at -= (63 - have) >> 3;
                have |= 56;
                e = longEntry(bits, ac, true);
                if (e == 0) return 2;
              }
              k += e >> 10;
              if (k > 63) break;
              place = load<u32>(quantisers + (k << 2));
              store<i16>(block + (place >> 16), <i16>(numberOf(bits, e) * (place & 0xffff)));
              // 63 + 1 would be the end of a block without detail.
              if (k == 63) break;
              bits <<= e & 63;
              have -= e & 63;
              k++;
            }
            // The last symbol ended the block or gave its last coefficient; a run went past it otherwise.
            if (k > 63 && e >> 10 != END) return 2;
            bits <<= e & 63;
            have -= e & 63;

            if (plane == 0) memory.fill(block, 0, 128);
            else {
              const target = plane + <usize>((my * v + row) << 3) * stride + <usize>((mx * h + column) << 3);
              if (k == END + 1) {
                flat(first, target, stride);
                store<i16>(block, 0);
              } else idct(block, target, stride);
            }
          }
        }
      }
    }
  }
  return (<i32>(at - bottom) << 3) + have < 0 ? 1 : 0;
}

/** A block without detail. */
// @ts-ignore: decorator
@inline
function flat(first: i32, at: usize, stride: usize): void {
  const level = max(0, min(255, ((first + 4) >> 3) + 128));
  const eight = <i64>level * 0x0101010101010101;
  for (let y = 0; y < 8; y++) {
    store<i64>(at, eight);
    at += stride;
  }
}

// Two 16-bit constants for a dot product with interleaved numbers.
// @ts-ignore: decorator
@inline
function two(a: i32, b: i32): v128 {
  return i32x4.splat((a & 0xffff) | (b << 16));
}

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
function narrow(a: v128, b: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, shift), i32x4.shr_s(b, shift));
}

/**
 * One pass of the transform over the eight rows at `from`, eight columns at a time, written to `to`.
 * Constants are those of jidctint times 2^12.
 */
// @ts-ignore: decorator
@inline
function pass(from: usize, to: usize, bias: i32, shift: i32): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from, 16);
  const r2 = v128.load(from, 32);
  const r3 = v128.load(from, 48);
  const r4 = v128.load(from, 64);
  const r5 = v128.load(from, 80);
  const r6 = v128.load(from, 96);
  const r7 = v128.load(from, 112);
  const zero = i64x2.splat(0);
  const biased = i32x4.splat(bias);

  // Even part.
  let l = low(r2, r6);
  let h = high(r2, r6);
  const t2l = i32x4.dot_i16x8_s(l, two(2217, -5352));
  const t2h = i32x4.dot_i16x8_s(h, two(2217, -5352));
  const t3l = i32x4.dot_i16x8_s(l, two(5352, 2217));
  const t3h = i32x4.dot_i16x8_s(h, two(5352, 2217));
  const sum = i16x8.add(r0, r4);
  const difference = i16x8.sub(r0, r4);
  const t0l = i32x4.add(i32x4.shr_s(low(zero, sum), 4), biased);
  const t0h = i32x4.add(i32x4.shr_s(high(zero, sum), 4), biased);
  const t1l = i32x4.add(i32x4.shr_s(low(zero, difference), 4), biased);
  const t1h = i32x4.add(i32x4.shr_s(high(zero, difference), 4), biased);
  const x0l = i32x4.add(t0l, t3l);
  const x0h = i32x4.add(t0h, t3h);
  const x3l = i32x4.sub(t0l, t3l);
  const x3h = i32x4.sub(t0h, t3h);
  const x1l = i32x4.add(t1l, t2l);
  const x1h = i32x4.add(t1h, t2h);
  const x2l = i32x4.sub(t1l, t2l);
  const x2h = i32x4.sub(t1h, t2h);

  // Odd part.
  l = low(r7, r3);
  h = high(r7, r3);
  const y0l = i32x4.dot_i16x8_s(l, two(-6811, -8035));
  const y0h = i32x4.dot_i16x8_s(h, two(-6811, -8035));
  const y2l = i32x4.dot_i16x8_s(l, two(-8035, 4551));
  const y2h = i32x4.dot_i16x8_s(h, two(-8035, 4551));
  l = low(r5, r1);
  h = high(r5, r1);
  const y1l = i32x4.dot_i16x8_s(l, two(6811, -1598));
  const y1h = i32x4.dot_i16x8_s(h, two(6811, -1598));
  const y3l = i32x4.dot_i16x8_s(l, two(-1598, 4551));
  const y3h = i32x4.dot_i16x8_s(h, two(-1598, 4551));
  const s17 = i16x8.add(r1, r7);
  const s35 = i16x8.add(r3, r5);
  l = low(s17, s35);
  h = high(s17, s35);
  const y4l = i32x4.dot_i16x8_s(l, two(1130, 4816));
  const y4h = i32x4.dot_i16x8_s(h, two(1130, 4816));
  const y5l = i32x4.dot_i16x8_s(l, two(4816, -5681));
  const y5h = i32x4.dot_i16x8_s(h, two(4816, -5681));
  const x4l = i32x4.add(y0l, y4l);
  const x4h = i32x4.add(y0h, y4h);
  const x5l = i32x4.add(y1l, y5l);
  const x5h = i32x4.add(y1h, y5h);
  const x6l = i32x4.add(y2l, y5l);
  const x6h = i32x4.add(y2h, y5h);
  const x7l = i32x4.add(y3l, y4l);
  const x7h = i32x4.add(y3h, y4h);

  v128.store(to, narrow(i32x4.add(x0l, x7l), i32x4.add(x0h, x7h), shift));
  v128.store(to, narrow(i32x4.sub(x0l, x7l), i32x4.sub(x0h, x7h), shift), 112);
  v128.store(to, narrow(i32x4.add(x1l, x6l), i32x4.add(x1h, x6h), shift), 16);
  v128.store(to, narrow(i32x4.sub(x1l, x6l), i32x4.sub(x1h, x6h), shift), 96);
  v128.store(to, narrow(i32x4.add(x2l, x5l), i32x4.add(x2h, x5h), shift), 32);
  v128.store(to, narrow(i32x4.sub(x2l, x5l), i32x4.sub(x2h, x5h), shift), 80);
  v128.store(to, narrow(i32x4.add(x3l, x4l), i32x4.add(x3h, x4h), shift), 48);
  v128.store(to, narrow(i32x4.sub(x3l, x4l), i32x4.sub(x3h, x4h), shift), 64);
}

/** A block (stored by columns) becomes 8 x 8 samples; the block is zero afterwards. */
function idct(block: usize, at: usize, stride: usize): void {
  pass(block, block, 512, 10);
  transposeBlock(block);
  pass(block, block, 65536 + (128 << 17), 17);
  for (let y = 0; y < 8; y += 2) {
    const rows = i8x16.narrow_i16x8_u(v128.load(block), v128.load(block, 16));
    v128.store64_lane(at, rows, 0);
    v128.store64_lane(at + stride, rows, 1);
    at += stride << 1;
    v128.store(block, i64x2.splat(0));
    v128.store(block, i64x2.splat(0), 16);
    block += 32;
  }
}

function transposeBlock(block: usize): void {
  const r0 = v128.load(block);
  const r1 = v128.load(block, 16);
  const r2 = v128.load(block, 32);
  const r3 = v128.load(block, 48);
  const r4 = v128.load(block, 64);
  const r5 = v128.load(block, 80);
  const r6 = v128.load(block, 96);
  const r7 = v128.load(block, 112);
  // Three rounds of interleaving the first half of the rows with the second.
  const a0 = low(r0, r4);
  const a1 = high(r0, r4);
  const a2 = low(r1, r5);
  const a3 = high(r1, r5);
  const a4 = low(r2, r6);
  const a5 = high(r2, r6);
  const a6 = low(r3, r7);
  const a7 = high(r3, r7);
  const b0 = low(a0, a4);
  const b1 = high(a0, a4);
  const b2 = low(a1, a5);
  const b3 = high(a1, a5);
  const b4 = low(a2, a6);
  const b5 = high(a2, a6);
  const b6 = low(a3, a7);
  const b7 = high(a3, a7);
  v128.store(block, low(b0, b4));
  v128.store(block, high(b0, b4), 16);
  v128.store(block, low(b1, b5), 32);
  v128.store(block, high(b1, b5), 48);
  v128.store(block, low(b2, b6), 64);
  v128.store(block, high(b2, b6), 80);
  v128.store(block, low(b3, b7), 96);
  v128.store(block, high(b3, b7), 112);
}
