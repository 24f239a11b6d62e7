/**
 * The natural logarithm from additions, multiplications and divisions alone.
 *
 * `Math.log` may differ in its last bit between engines and their versions, and a random number must not: these four
 * operations are exactly rounded everywhere, so this one gives the same bits everywhere.
 */

const ln2 = Math.LN2;
const sqrt2 = Math.SQRT2;
/** One double and its two halves; big-endian on purpose, so that the halves do not depend on the machine. */
const bits = new DataView(new ArrayBuffer(8));

/** ln(x) of a positive, finite, normal x, within 2 units in the last place of max(|ln x|, 1). */
export function log(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | (1023 << 20));
  let mantissa = bits.getFloat64(0);
  if (mantissa > sqrt2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)); |t| < 0.172, so eleven terms reach 1e-17.
  const t = (mantissa - 1) / (mantissa + 1);
  const s = t * t;
  let sum = 0;
  for (let k = 21; k >= 3; k -= 2) sum = s * (1 / k + sum);
  return exponent * ln2 + 2 * t * (1 + sum);
}
