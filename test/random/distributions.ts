/**
 * Exact distribution functions, and how far a sample is from one.
 *
 * Sources: W. H. Press et al., "Numerical Recipes", 3rd edition, chapters 6.1 (ln Γ), 6.2 and 6.4; the Kolmogorov–Smirnov
 * statistic is scaled by √n, so that it does not depend on n and exceeds 2 in fewer than one of 1,000 sound samples.
 */

/** ln Γ(x), x > 0, by Lanczos' series. */
function logGammaFunction(x: number): number {
  const coefficients = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 1.208650973866179e-3,
    -5.395239384953e-6,
  ];
  const t = x + 5.5;
  const series = coefficients.reduce((sum, c, i) => sum + c / (x + 1 + i), 1.000000000190015);
  return (x + 0.5) * Math.log(t) - t + Math.log((2.5066282746310007 * series) / x);
}

/** P(X ≤ x) of the gamma distribution of scale 1: by its series, which converges for every x. */
export function gammaCDF(shape: number, x: number): number {
  if (x <= 0) return 0;
  let term = 1 / shape;
  let sum = term;
  for (let k = 1; term > sum * 1e-16; k++) {
    term *= x / (shape + k);
    sum += term;
  }
  return Math.min(1, sum * Math.exp(shape * Math.log(x) - x - logGammaFunction(shape)));
}

/** P(X ≤ x) of the beta distribution, by Lentz' continued fraction. */
export function betaCDF(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaCDF(b, a, 1 - x);
  const front = Math.exp(
    logGammaFunction(a + b) -
      logGammaFunction(a) -
      logGammaFunction(b) +
      a * Math.log(x) +
      b * Math.log1p(-x),
  );
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return (front * fraction) / a;
}

/** √n times the largest distance between the share of `values` up to x and `cdf(x)`. */
export function kolmogorovSmirnov(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((x, y) => x - y);
  const n = sorted.length;
  let largest = 0;
  for (const [i, x] of sorted.entries()) {
    const expected = cdf(x);
    // Numbers near 1 meet in one double: the jump there is theirs together.
    if (sorted[i - 1] !== x) largest = Math.max(largest, Math.abs(expected - i / n));
    if (sorted[i + 1] !== x) largest = Math.max(largest, Math.abs((i + 1) / n - expected));
  }
  return largest * Math.sqrt(n);
}
