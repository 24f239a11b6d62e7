/**
 * The exponential function from additions, multiplications and divisions alone, for the reason that `log.ts` gives:
 * `Math.exp` may differ in its last bit between engines, and a random number must not.
 */

/** ln 2 in two parts: the first has so few bits that its product with a power of two's exponent is exact. */
const ln2High = 0x162e42fee * 2 ** -33;
const ln2Low = 1.9082149292705877e-10;

/** e^x of any finite x, or -Infinity, within 2 units in the last place; 0 and Infinity beyond what a double holds. */
export function exp(x: number): number {
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (!(x > -746)) return 0;
  const exponent = Math.floor(x / Math.LN2 + 0.5);
  // e^x = 2^exponent · e^rest, |rest| ≤ 0.35, so the series' fourteen terms reach 1e-18.
  const rest = x - exponent * ln2High - exponent * ln2Low;
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (rest * sum) / k;
  // In two steps: the power alone may lie beyond the doubles where the result does not.
  const half = exponent >> 1;
  return sum * powerOfTwo(half) * powerOfTwo(exponent - half);
}

/** 2^n, exactly, |n| ≤ 1022. */
function powerOfTwo(n: number): number {
  let power = 1;
  let square = n < 0 ? 0.5 : 2;
  for (let left = Math.abs(n); left > 0; left >>= 1) {
    if (left & 1) power *= square;
    square *= square;
  }
  return power;
}
