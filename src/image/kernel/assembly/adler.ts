/**
 * The check sum of a zlib stream (Adler-32): the sum of all bytes, and the sum of these sums, each modulo 65521.
 *
 * Sixteen bytes at a time: in the second sum each counts as often as bytes follow it, itself included.
 */

const PRIME: u32 = 65521;

/** The check sum of the bytes from `at` to `end`. */
export function adler32(at: usize, end: usize): u32 {
  let first: u32 = 1;
  let second: u32 = 0;
  const times = i8x16(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
  const low = i16x8.extend_low_i8x16_u(times);
  const high = i16x8.extend_high_i8x16_u(times);
  while (at + 16 <= end) {
    // As many as 32 bits hold.
    const stop = at + min((end - at) & ~15, 4096);
    let sums = i64x2.splat(0);
    let before = i64x2.splat(0);
    let weighted = i64x2.splat(0);
    second += first * <u32>(stop - at);
    for (; at < stop; at += 16) {
      const bytes = v128.load(at);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      const parts = i32x4.add(
        i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), low),
        i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), high),
      );
      weighted = i32x4.add(weighted, parts);
    }
    first = (first + total(sums)) % PRIME;
    second = (second + 16 * total(before) + total(weighted)) % PRIME;
  }
  for (; at < end; at++) {
    first += load<u8>(at);
    second += first;
  }
  return ((second % PRIME) << 16) | (first % PRIME);
}

function total(sums: v128): u32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}
