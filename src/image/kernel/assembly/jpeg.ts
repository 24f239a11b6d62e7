/**
 * Baseline JPEG: Huffman codes to planes of samples. ITU-T T.81 annexes F and A; the transform is libjpeg's accurate
 * one (jidctint, after Loeffler, Ligtenberg and Moschytz), on eight columns at a time.
 *
 * Reading codes is most of the work, and each waits for the last: what a code is says where the next one begins. So a
 * look-up of ten bits gives two coefficients at once, numbers and all, where they fit (most do: a photograph's take
 * 3.6 bits each), the next look-up begins before they are put in place, and no branch depends on the data but the
 * block's end. Stuffed bytes are taken out of the coded data beforehand, which is stored backwards: a plain load then
 * has the next bits in its upper end.
 *
 * Limits: the headers were read and checked by the caller, who also put a marker and 16 readable bytes after the coded
 * data. A component is 64 bytes and begins { i32 plane, stride, h, v, DC table, AC table, quantisers, previous DC }.
 * Quantisers are u32[192] in zigzag order: the factor, and in the upper half the address of the coefficient in the
 * block (stored by columns); those past the 64th lead to a place that nobody reads. A Huffman table is
 * { i64 lookup[1024], i32 limits[18], i32 deltas[18], u8 symbols[256] }.
 *
 * An entry of the lookup is, from its upper end, { 1 bit: whether the number is yet to be read, 6: bits of all,
 * 6: bits of the first symbol, 3: free, 8: step of the second symbol in zigzag order, 8: of the first, 16: number of the
 * second, 16: of the first }. One symbol alone has a second of step 0 with the same number: it is put in place twice.
 * Where the number is yet to be read, its size is in the place of the first.
 */

const LOOKUP: i32 = 10;
const LIMITS: usize = 8 << LOOKUP;
const DELTAS: usize = LIMITS + 72;
const SYMBOLS: usize = LIMITS + 144;

/** Step of an end of block: past any place in a block. */
const END: i32 = 64;

/** The entry of a code that is longer than the lookup, or is none. */
const LONG: i64 = i64.MIN_VALUE;

/** Makes a Huffman table from its specification (16 counts, then symbols); false if it is none. */
export function huffman(spec: usize, table: usize, ac: bool): bool {
  for (let i = 0; i < 1 << LOOKUP; i++) store<i64>(table + (i << 3), LONG);
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
        const e = entry(symbol, ac, length);
        for (let rest = 0; rest < 1 << free; rest++) {
          const bits = (code << free) | rest;
          const fits = length + (symbol & 15) <= LOOKUP;
          store<i64>(table + (bits << 3), fits ? withNumber(e, <u64>bits << (64 - LOOKUP)) : e);
        }
      }
      code++;
      k++;
    }
    store<i32>(table + LIMITS + (length << 2), code << (16 - length));
    code <<= 1;
  }
  if (ac) addSeconds(table);
  return true;
}

/** Adds to each entry the symbol that follows, where the lookup's bits hold it, too, and the block goes on. */
function addSeconds(table: usize): void {
  for (let i = 0; i < 1 << LOOKUP; i++) {
    const e = load<i64>(table + (i << 3));
    if (e < 0 || stepOf(e) == END) continue;
    const length = lengthOf(e);
    const second = load<i64>(table + (((i << length) & ((1 << LOOKUP) - 1)) << 3));
    const both = length + firstLengthOf(second);
    if (second < 0 || both > LOOKUP) continue;
    store<i64>(
      table + (i << 3),
      (e & 0x01f800ff0000ffff) | (<i64>both << 57) | (<i64>stepOf(second) << 40) | ((second & 0xffff) << 16),
    );
  }
}

/** The entry of a symbol with a code of `length` bits, its number unread. */
function entry(symbol: i32, ac: bool, length: i32): i64 {
  const size = symbol & 15;
  let step = 1;
  if (ac) step = size == 0 && symbol != 0xf0 ? END : (symbol >> 4) + 1;
  const whole = <i64>(length + size);
  return LONG | (whole << 57) | (whole << 51) | (<i64>step << 32) | size;
}

/** The entry with its number read. */
function withNumber(e: i64, bits: u64): i64 {
  const value = <i64>numberOf(bits, e) & 0xffff;
  return (e & 0x7fffffff00000000) | (value << 16) | value;
}

/** Bits of all that an entry holds. */
// @ts-ignore: decorator
@inline
function lengthOf(e: i64): i32 {
  return <i32>(<u64>e >> 57);
}

// @ts-ignore: decorator
@inline
function firstLengthOf(e: i64): i32 {
  return <i32>(<u64>e >> 51) & 63;
}

// @ts-ignore: decorator
@inline
function stepOf(e: i64): i32 {
  return <i32>(e >> 32) & 255;
}

// @ts-ignore: decorator
@inline
function secondStepOf(e: i64): i32 {
  return <i32>(e >> 40) & 255;
}

/** The entry of a code that is longer than the lookup; 0 if there is no such code. */
function longEntry(bits: u64, table: usize, ac: bool): i64 {
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
function lookUp(bits: u64, table: usize): i64 {
  return load<i64>(table + (<usize>(bits >> (64 - LOOKUP)) << 3));
}

/** The number that an entry says follows its code: JPEG writes negative ones less one, so that they begin with 0. */
// @ts-ignore: decorator
@inline
function numberOf(bits: u64, e: i64): i32 {
  const size = <i32>e & 15;
  const rest = bits << (firstLengthOf(e) - size);
  const value = <i32>((rest >> 1) >> (63 - size));
  return value + (<i32>(<i64>~rest >> 63) & (1 - (1 << size)));
}

/** Bits read. */
let position: u32 = 0;

/** At least 57 bits from a position on. */
// @ts-ignore: decorator
@inline
function peek(top: usize, at: u32): u64 {
  return load<u64>(top - (at >> 3) - 8) << (at & 7);
}

/** Puts an entry's numbers, times their factors, into the block; returns one more than the place after the last. */
// @ts-ignore: decorator
@inline
function put(e: i64, k: i32, quantisers: usize): i32 {
  k += stepOf(e);
  let place = load<u32>(quantisers + (k << 2) - 4);
  store<i16>(place >> 16, <i16>(<i32>e * place));
  k += secondStepOf(e);
  place = load<u32>(quantisers + (k << 2) - 4);
  store<i16>(place >> 16, <i16>(<i32>(e >> 16) * place));
  return k;
}

/** Decodes the coefficients of a block; returns the place after the last, 65 or more after an end of block; 0: damage. */
function decodeBlock(component: usize, top: usize, block: usize): i32 {
  const quantisers: usize = load<i32>(component, 24);
  const dc: usize = load<i32>(component, 16);
  const ac: usize = load<i32>(component, 20);
  let at = position;
  let bits = peek(top, at);
  let e = lookUp(bits, dc);
  if (e < 0) {
    if (e == LONG) {
      e = longEntry(bits, dc, false);
      if (e == 0) return 0;
    }
    e = withNumber(e, bits);
  }
  at += lengthOf(e);
  const level = load<i32>(component, 28) + <i16>e;
  store<i32>(component, level, 28);
  store<i16>(block, <i16>(level * load<u16>(quantisers)));

  let k = 1;
  for (;;) {
    bits = peek(top, at);
    e = lookUp(bits, ac);
    if (e >= 0) {
      at += lengthOf(e);
      bits <<= lengthOf(e);
      const e1 = lookUp(bits, ac);
      k = put(e, k, quantisers);
      if (k > 63) break;
      e = e1;
      if (e >= 0) {
        at += lengthOf(e);
        bits <<= lengthOf(e);
        const e2 = lookUp(bits, ac);
        k = put(e, k, quantisers);
        if (k > 63) break;
        e = e2;
        if (e >= 0) {
          at += lengthOf(e);
          bits <<= lengthOf(e);
          const e3 = lookUp(bits, ac);
          k = put(e, k, quantisers);
          if (k > 63) break;
          e = e3;
          if (e >= 0) {
            at += lengthOf(e);
            k = put(e, k, quantisers);
            if (k > 63) break;
            continue;
          }
        }
      }
    bits = peek(top, at);
    }
    if (e == LONG) {
      e = longEntry(bits, ac, true);
      if (e == 0) return 0;
    }
    e = withNumber(e, bits);
    at += lengthOf(e);
    k = put(e, k, quantisers);
    if (k > 63) break;
  }
  let last = secondStepOf(e);
  if (k - last > 63) {
    // The block had ended before the second symbol, which belongs to the next.
    k -= last;
    at -= lengthOf(e) - firstLengthOf(e);
    last = stepOf(e);
  }
  position = at;
  // The last symbol ended the block or gave its last coefficient; a run went past it otherwise.
  return k > 64 && last != END ? 0 : k;
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
 * @param block   room for 64 i16
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
  let bottom = unstuff(data, top);
  position = 0;
  forgetPrevious(components, count);
  // The scan before may have ended in the middle of a block.
  memory.fill(block, 0, 128);
  let left = restart;
  let restarts = 0;
  for (let my = 0; my < mcusY; my++) {
    for (let mx = 0; mx < mcusX; mx++) {
      if (top - (position >> 3) + 8 < bottom) return 1;
      if (restart > 0) {
        if (left == 0) {
          const unread = (<i32>(top - bottom) << 3) - <i32>position;
          if (unread < 0) return 1;
          if (unread >= 8 || load<u8>(marker, 1) != 0xd0 + restarts) return 2;
          restarts = (restarts + 1) & 7;
          left = restart;
          bottom = unstuff(marker + 2, top);
          position = 0;
          forgetPrevious(components, count);
        }
        left--;
      }
      for (let c = 0; c < count; c++) {
        const component = components + (c << 6);
        const plane: usize = load<i32>(component);
        const stride: usize = load<i32>(component, 4);
        const h = load<i32>(component, 8);
        const v = load<i32>(component, 12);
        for (let row = 0; row < v; row++) {
          for (let column = 0; column < h; column++) {
            const k = decodeBlock(component, top, block);
            if (k == 0) return 2;
            if (plane == 0) memory.fill(block, 0, 128);
            else {
              const target = plane + <usize>((my * v + row) << 3) * stride + <usize>((mx * h + column) << 3);
              if (k == END + 1) {
                flat(load<i16>(block), target, stride);
                store<i16>(block, 0);
              } else idct(block, target, stride);
            }
          }
        }
      }
    }
  }
  return (<i32>(top - bottom) << 3) - <i32>position < 0 ? 1 : 0;
}

/** Lets each component's first number be the difference to 0. */
function forgetPrevious(components: usize, count: i32): void {
  for (let c = 0; c < count; c++) store<i32>(components + (c << 6), 0, 28);
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
