/**
 * Reads over coefficients that are not needed: those of a block that is outside a crop, or of frequencies that are finer
 * than the samples that are made of it.
 *
 * A number need not be read to know where the next code begins, so a look-up swallows as many codes as begin and end in
 * its bits, with the number of the last one, wherever that ends. An entry is, from its lower end, { 6 bits: bits of all,
 * 8: places in the block that they take, and 128 where the last code ends it }; 0 where the first code is longer than
 * the look-up, or is none. What is damage to `decodeBlock` is so here.
 */
import { Codes, END, firstBitsOf, LONG, longEntry, lookUp, numberBitsOf, peek, stepOf } from "./huffman.ts";
import { HuffmanTable, Place, SkipTable } from "./layout.ts";

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
      // Bits past those of the look-up were taken for zeros.
      if (e === LONG || length + firstBitsOf(e) - numberBitsOf(e) > SKIP) break;
      const step = stepOf(e);
      if (step !== END && steps + step > 63) break;
      length += firstBitsOf(e);
      steps += step === END ? ENDED : step;
      if (step === END) break;
    }
    store<u16>(table + (i << 1), <u16>(length | (steps << 6)));
  }
}

/**
 * Reads over the rest of a block, whose next coefficient is that at place `k` (1 to 63), from the bit `at` on.
 *
 * @param ac its table, to which `skip` belongs
 * @returns where the next block begins, or {@link DAMAGE}
 */
export function readOver(top: usize, k: i32, at: u32, ac: usize, skip: usize): u32 {
  do {
    let bits = peek(top, at);
    let e: u32 = load<u16>(skip + ((<usize>(bits >> (64 - SKIP))) << 1));
    let next = k + (e >> 6);
    if (e !== 0 && next < 64) {
      at += e & 63;
      k = next;
      // All that was read are 26 bits at most: another look-up has its bits.
      bits <<= e;
      e = load<u16>(skip + ((<usize>(bits >> (64 - SKIP))) << 1));
      next = k + (e >> 6);
    }
    if (e === 0 || (next > 64 && next < ENDED) || next >= 64 + ENDED) {
      // One code alone: it is a long one, or the block ends before the last of the look-up.
      bits = peek(top, at);
      let one = lookUp(bits, ac);
      if (one === LONG) {
        one = longEntry(bits, ac, Codes.ac);
        if (one === 0) return DAMAGE;
      }
      at += firstBitsOf(one);
      const step = stepOf(one);
      if (step === END) return at;
      k += step;
      if (k > 64) return DAMAGE;
    } else {
      at += e & 63;
      k = next;
    }
  } while (k < 64);
  return at;
}
