/**
 * Threefry-4x32-20: a keyed mixing of a 128-bit counter under a 128-bit key, without state.
 *
 * Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11,
 * https://doi.org/10.1145/2063384.2063405; checked against the known answers of the authors' Random123.
 *
 * Chosen over Philox-4x32-10 of the same paper because JavaScript has no 32×32→64 multiplication: adds, rotations and
 * XORs took two thirds of Philox's time here, and the wider key holds seed and epoch without hashing.
 */

/** Where {@link threefry} leaves its four words; unsigned. */
export type Words = Uint32Array;

/** Key-schedule parity of Threefish with 32-bit words, from the paper. */
const parity = 0x1bd11bda;

/**
 * Mixes the counter (c0 … c3) under the key (k0 … k3) into the four words of `out`. All are taken as 32-bit words.
 *
 * One long function, as it is written out: as loops over tables of rotations it takes several times as long.
 */
export function threefry(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  k2: number,
  k3: number,
  out: Words,
): void {
  let [a, b, c, d, e] = [k0 | 0, k1 | 0, k2 | 0, k3 | 0, parity ^ k0 ^ k1 ^ k2 ^ k3];
  let x0 = (c0 + a) | 0;
  let x1 = (c1 + b) | 0;
  let x2 = (c2 + c) | 0;
  let x3 = (c3 + d) | 0;
  for (let injection = 1; injection <= 5; injection++) {
    if (injection % 2 === 1) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 10) | (x1 >>> 22)) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = ((x3 << 26) | (x3 >>> 6)) ^ x2;
      x0 = (x0 + x3) | 0;
      x3 = ((x3 << 11) | (x3 >>> 21)) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = ((x1 << 21) | (x1 >>> 11)) ^ x2;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = ((x3 << 27) | (x3 >>> 5)) ^ x2;
      x0 = (x0 + x3) | 0;
      x3 = ((x3 << 23) | (x3 >>> 9)) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = ((x1 << 5) | (x1 >>> 27)) ^ x2;
    } else {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = ((x3 << 20) | (x3 >>> 12)) ^ x2;
      x0 = (x0 + x3) | 0;
      x3 = ((x3 << 17) | (x3 >>> 15)) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = ((x1 << 11) | (x1 >>> 21)) ^ x2;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 25) | (x1 >>> 7)) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = ((x3 << 10) | (x3 >>> 22)) ^ x2;
      x0 = (x0 + x3) | 0;
      x3 = ((x3 << 18) | (x3 >>> 14)) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = ((x1 << 20) | (x1 >>> 12)) ^ x2;
    }
    const first = a;
    a = b;
    b = c;
    c = d;
    d = e;
    e = first;
    x0 = (x0 + a) | 0;
    x1 = (x1 + b) | 0;
    x2 = (x2 + c) | 0;
    x3 = (x3 + d + injection) | 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}
