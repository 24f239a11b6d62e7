/**
 * Does the keyed permutation look like a true shuffle? The same statistics of both, over many keys.
 *
 *     node --import tsx bench/permutation-quality.ts
 *
 * For each length, mean over the keys (and for χ² the z-score of the whole):
 *
 * - diff      how often the commonest successive difference p(i+1) − p(i) mod n occurs; a structure shows as a large one
 * - fixed     fixed points p(i) = i; a true shuffle has 1 on average
 * - seed+1    places where the orders of neighbouring seeds agree, 1 on average; likewise epoch+1
 * - rising    share of i with p(i) < p(i+1), 0.5
 * - positions χ² of (position, value) in a 16 × 16 grid over all keys, as a z-score: within ±3
 * - pairs     χ² of (p(i), p(i+1)) in a 16 × 16 grid over all keys, as a z-score: within ±3
 */
import { permutation } from "../src/random/permutation.ts";
import { keyedRandom } from "../src/random/random.ts";

const grid = 16;

interface Order {
  readonly length: number;
  at(position: number): number;
}

type Make = (length: number, seed: number, epoch: number) => Order;

const ours: Make = (length, seed, epoch) => permutation(length, seed, "samples", epoch);

const fisherYates: Make = (length, seed, epoch) => {
  const order = keyedRandom(seed, "sampler", epoch, 0).shuffle(Uint32Array.from({ length }, (_, i) => i));
  return { length, at: (position) => order[position]! };
};

/** (χ² − its mean) / its deviation, of counts that should all be as `expected` says. */
function zScore(counts: Float64Array, expected: Float64Array, freedom: number): number {
  let sum = 0;
  for (const [cell, count] of counts.entries()) {
    if (expected[cell]! > 0) sum += (count - expected[cell]!) ** 2 / expected[cell]!;
  }
  return (sum - freedom) / Math.sqrt(2 * freedom);
}

function statistics(make: Make, n: number, keys: number): Record<string, string> {
  const differences = new Uint32Array(n);
  const positions = new Float64Array(grid * grid);
  const pairs = new Float64Array(grid * grid);
  const bin = (value: number): number => Math.floor((value * grid) / n);
  const total = { diff: 0, fixed: 0, seed: 0, epoch: 0, rising: 0 };
  for (let key = 0; key < keys; key++) {
    const order = make(n, key, 0);
    const [nextSeed, nextEpoch] = [make(n, key + 1, 0), make(n, key, 1)];
    differences.fill(0);
    let previous = -1;
    for (let i = 0; i < n; i++) {
      const value = order.at(i);
      if (value === i) total.fixed++;
      if (value === nextSeed.at(i)) total.seed++;
      if (value === nextEpoch.at(i)) total.epoch++;
      positions[bin(i) * grid + bin(value)]!++;
      if (previous >= 0) {
        differences[(value - previous + n) % n]!++;
        pairs[bin(previous) * grid + bin(value)]!++;
        if (previous < value) total.rising++;
      }
      previous = value;
    }
    total.diff += differences.reduce((most, count) => Math.max(most, count), 0);
  }
  const sizes = Float64Array.from({ length: grid }, () => 0);
  for (let i = 0; i < n; i++) sizes[bin(i)]!++;
  const cells = (value: (a: number, b: number) => number): Float64Array =>
    Float64Array.from({ length: grid * grid }, (_, cell) => value(Math.floor(cell / grid), cell % grid));
  // Drawn without replacement: both margins of the position table are exact, and its counts vary less than a
  // multinomial's by n/(n-1); successive values are never equal.
  const positionCells = cells((a, b) => (keys * sizes[a]! * sizes[b]!) / n);
  const pairCells = cells((a, b) => (keys * sizes[a]! * (a === b ? sizes[b]! - 1 : sizes[b]!)) / n);
  const share = (count: number): string => (count / keys).toFixed(3);
  return {
    diff: share(total.diff),
    fixed: share(total.fixed),
    "seed+1": share(total.seed),
    "epoch+1": share(total.epoch),
    rising: (total.rising / keys / (n - 1)).toFixed(4),
    positions: zScore(positions, positionCells, (grid - 1) ** 2).toFixed(2),
    pairs: zScore(pairs, pairCells, (grid - 1) ** 2).toFixed(2),
  };
}

const table: Record<string, string | number>[] = [];
for (const [n, keys] of [
  [64, 20_000],
  [1000, 2000],
  [1025, 4000],
  [1500, 4000],
  [2047, 4000],
  [2049, 4000],
  [4097, 1000],
  [10_000, 1000],
  [50_000, 200],
  [65_537, 200],
  [2 ** 20 + 1, 10],
] as const) {
  table.push({ n, keys, order: "epochal", ...statistics(ours, n, keys) });
  table.push({ n, keys, order: "Fisher–Yates", ...statistics(fisherYates, n, keys) });
}
console.table(table);
