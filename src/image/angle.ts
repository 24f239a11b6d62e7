/**
 * Sine and cosine of degrees from additions, multiplications and divisions alone, for the reason that `random/log.ts` gives:
 * those of `Math` may differ in their last bit between engines. Quarter turns are exact.
 */

/** The sine of an angle in degrees, within 2 units in the last place of 1. */
export function sine(degrees: number): number {
  // To less than 45 degrees on either side of a quarter turn, exactly.
  const turn = degrees % 360;
  const quarter = Math.round(turn / 90);
  const rest = ((turn - 90 * quarter) * Math.PI) / 180;
  const odd = quarter % 2 !== 0;
  // The terms of the series from x^21 on are below 1e-20.
  let sum = 0;
  for (let k = odd ? 20 : 21; k > 1; k -= 2) sum = ((1 + sum) * -rest * rest) / (k * (k - 1));
  const value = odd ? 1 + sum : rest + rest * sum;
  const half = ((quarter % 4) + 4) % 4 >= 2;
  return half ? -value : value;
}

/** The cosine of an angle in degrees, within 2 units in the last place of 1. */
export function cosine(degrees: number): number {
  return sine((degrees % 360) + 90);
}
