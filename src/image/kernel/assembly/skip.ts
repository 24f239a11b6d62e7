/**
 * Reads over coefficients that are not needed: those of a block that is outside a crop, or of frequencies that are finer
 * than the samples that are made of it.
 *
 * A number need not be read to know where the next code begins, so a look-up swallows as many codes as begin and end in
 * its bits, with the number of the last one, wherever that ends. An entry is, from its lower end, { 6 bits: bits of all,
 * 8: places in the block that they take, and 128 where the last code ends it }; 0 where the first code is longer than
 * the look-up, or is none. What is damage to `decodeBlock` is so here.
 */
import {
  bitsOf,
  Codes,
  END,
  firstBitsOf,
  following,
  LONG,
  longEntry,
  lookUp,
  numberBitsOf,
  numberOf,
  peek,
  secondStepOf,
  stepOf,
} from "./huffman.ts";
import { HuffmanTable, Place, Plane, SkipTable } from "./layout.ts";

const SKIP: i32 = 11;

/** What an end of block adds to the places. */
const ENDED: i32 = 128;

/** What {@link readOver} returns for damage. */
export const DAMAGE: u32 = 0xffffffff;

/** Makes the table of an AC table in slot `slot` (0 to 3). */
export function skipping(slot: i32): void {
  const ac: usize = Place.huffman + (4 + slot) * HuffmanTable.bytes;
  const table: usize = Place.skips + slot * SkipTable.bytes;
  for (let i = 0; i < 1 << SKIP; i++) {
    let length = 0;
    let steps = 0;
    while (length < SKIP) {
      const e = lookUp((<u64>i) << (64 - SKIP + length), ac);
      const pair = secondStepOf(e) > 0 && length + bitsOf(e) <= SKIP;
      // Bits past those of the look-up were taken for zeros.
      if (e === LONG || (!pair && length + firstBitsOf(e) - numberBitsOf(e) > SKIP)) break;
      const last = pair ? secondStepOf(e) : stepOf(e);
      const next = steps + (pair ? stepOf(e) : 0) + (last === END ? 0 : last);
      if (next > 63) break;
      steps = next;
      length += pair ? bitsOf(e) : firstBitsOf(e);
      if (last === END) {
        steps += ENDED;
        break;
      }
    }
    store<u16>(table + (i << 1), <u16>(length | (steps << 6)));
  }
}

/**
 * Reads over the coefficients of a block from place `k` on, which begins at the bit `at`. The first, at place 0, counts:
 * the next block's is the difference to it.
 *
 * One long function, as both parts of it have the next bits at hand.
 *
 * @returns where the next block begins, or {@link DAMAGE}
 */
export function readOver(plane: usize, top: usize, k: i32, at: u32): u32 {
  const ac: usize = load<i32>(plane, Plane.ac);
  const skip: usize = load<i32>(plane, Plane.skip);
  // As in `decodeBlock`: `count` of the bits are known, the next are at `next`.
  let count: u64 = 56 - (at & 7);
  let bits = peek(top, at);
  let next = top - (at >> 3) - 15;
  if (k === 0) {
    const dc: usize = load<i32>(plane, Plane.dc);
    let e = lookUp(bits, dc);
    if (e === LONG) {
      e = longEntry(bits, dc, Codes.dc);
      if (e === 0) return DAMAGE;
    }
    store<i32>(plane, load<i32>(plane, Plane.previous) + numberOf(bits, e), Plane.previous);
    bits = following(bits, e);
    count -= e & 63;
    k = 1;
  }
  do {
    bits |= load<u64>(next) >> count;
    next -= <usize>((63 - count) >> 3);
    count |= 56;
    let e: u64 = load<u16>(skip + ((<usize>(bits >> (64 - SKIP))) << 1));
    let after = k + <i32>(e >> 6);
    if (e !== 0 && after < 64) {
      bits <<= e;
      count -= e & 63;
      k = after;
      // All that was read are 26 bits at most: another look-up has its bits.
      e = load<u16>(skip + ((<usize>(bits >> (64 - SKIP))) << 1));
      after = k + <i32>(e >> 6);
    }
    if (e === 0 || (after > 64 && after < ENDED) || after >= 64 + ENDED) {
      // One code alone: it is a long one, or the block ends before the last of the look-up.
      bits |= load<u64>(next) >> count;
      next -= <usize>((63 - count) >> 3);
      count |= 56;
      let one = lookUp(bits, ac);
      if (one === LONG) {
        one = longEntry(bits, ac, Codes.ac);
        if (one === 0) return DAMAGE;
      }
      bits <<= firstBitsOf(one);
      count -= firstBitsOf(one);
      const step = stepOf(one);
      k += step;
      if (step === END) break;
      if (k > 64) return DAMAGE;
    } else {
      bits <<= e;
      count -= e & 63;
      k = after;
    }
  } while (k < 64);
  return ((top - 8 - next) << 3) - <u32>count;
}
