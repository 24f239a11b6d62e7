/**
 * Cosine and sine from additions, multiplications and divisions alone, for the reason that random/log.ts gives: `Math.sin`
 * may differ in its last bit between engines, and with it the pixel that is nearest.
 */

/** Cosine and sine of an angle in degrees; exact for quarter turns. */
export function cosineAndSine(degrees: number): readonly [cosine: number, sine: number] {
  const quarters = Math.round(degrees / 90);
  const x = ((degrees - 90 * quarters) * Math.PI) / 180;
  // |x| ≤ π / 4, so the terms up to x^19 reach 1e-17.
  let [cosine, sine] = [1, 1];
  for (let k = 18; k >= 2; k -= 2) {
    cosine = 1 - (x * x * cosine) / (k * (k - 1));
    sine = 1 - (x * x * sine) / (k * (k + 1));
  }
  sine *= x;
  switch (((quarters % 4) + 4) % 4) {
    case 0:
      return [cosine, sine];
    case 1:
      return [-sine, cosine];
    case 2:
      return [-cosine, -sine];
    default:
      return [sine, -cosine];
  }
}
