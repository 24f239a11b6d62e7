/**
 * The weights of an axis: which input positions make an output position, and how much each of them counts.
 *
 * They are found from the output backwards: a row of weights, at first a one at the output position, is spread over the
 * positions before each step, as the list of {@link Spread}s says. Nothing is rounded in between. In the end weights are
 * divided by their sum, zeros at the ends are left out, and they are rounded to 14 bits by their running sum, so that the
 * errors of neighbours cancel and a row sums to exactly 2^14: a flat image stays flat.
 *
 * Limits: the caller knows how many positions an axis has at most, and gives room for rows of so many.
 */
import { Place } from "./layout.ts";
import { reached, reachedFrom, reachTaps, spreadTaps } from "./taps.ts";
import { AxisEntry, Spread, SpreadKind, Weighed } from "./weights-layout.ts";

/** The row: weights, f64, of `length` positions from `start` on. */
let row: usize = 0;
let start: i32 = 0;
let length: i32 = 0;

/** Room for the row that it becomes, and for shares of one position. */
let other: usize = 0;
let shares: usize = 0;

/**
 * Weighs the inputs of `rows` output positions and lists them as {@link AxisEntry}s.
 *
 * @param spreads first of the {@link Spread}s, the last of the chain's steps first
 * @param last where they end, and three rows of `size` bytes begin
 * @param end end of the room behind these, which is for the list
 * @returns whether the list found room; then {@link Place.weighed} is filled in
 */
export function weighAxis(spreads: usize, last: usize, rows: i32, size: i32, end: usize): bool {
  let at = last + 3 * size;
  let most = 1;
  let from = i32.MAX_VALUE;
  let to = 0;
  let inside = rows;
  let outside = 0;
  row = last;
  other = last + size;
  shares = other + size;
  store<i32>(Place.weighed, <i32>at, Weighed.entries);
  for (let i = 0; i < rows; i++) {
    start = i;
    length = 1;
    store<f64>(row, 1);
    for (let spread = spreads; spread < last && length > 0; ) {
      run(spread);
      spread += load<i32>(spread, Spread.bytes);
    }
    trim();
    if (at + AxisEntry.weights + (length << 1) + 2 > end) return false;
    store<i32>(at, start, AxisEntry.first);
    store<i32>(at, length, AxisEntry.count);
    at = roundWeights(at + AxisEntry.weights);
    if (length === 0) continue;
    inside = min(inside, i);
    outside = i + 1;
    most = max(most, length);
    from = min(from, start);
    to = max(to, start + length);
  }
  store<i32>(Place.weighed, most, Weighed.most);
  // All of it may lie outside.
  store<i32>(Place.weighed, outside === 0 ? 0 : from, Weighed.from);
  store<i32>(Place.weighed, outside === 0 ? 1 : to, Weighed.to);
  store<i32>(Place.weighed, inside, Weighed.inside);
  store<i32>(Place.weighed, outside, Weighed.outside);
  return true;
}

/**
 * Writes what {@link weighAxis} found as a table of `rows` entries of `step` bytes, of which the first `head` say where the
 * weights belong: `scale` times how far behind `from` and, of eight bytes, how many pairs there are.
 */
export function writeTable(table: usize, rows: i32, step: i32, head: i32, from: i32, scale: i32): void {
  let entry: usize = load<i32>(Place.weighed, Weighed.entries);
  for (let i = 0; i < rows; i++) {
    const count = load<i32>(entry, AxisEntry.count);
    const pairs = (count + 1) >> 1;
    const first = count === 0 ? load<i32>(Place.weighed, Weighed.from) : load<i32>(entry, AxisEntry.first);
    entry += AxisEntry.weights;
    store<i32>(table, (first - from) * scale);
    if (head === 8) store<i32>(table, pairs, 4);
    const end = table + step;
    const weights = entry + (pairs << 2);
    for (table += head; entry < weights; entry += 4, table += 4) store<i32>(table, load<i32>(entry));
    for (; table < end; table += 4) store<i32>(table, 0);
  }
}

/** Leaves out zeros at the ends of the row, but for the last of them. */
function trim(): void {
  while (length > 1 && load<f64>(row + ((length - 1) << 3)) === 0) length--;
  let zeros = 0;
  while (zeros < length - 1 && load<f64>(row + (zeros << 3)) === 0) zeros++;
  start += zeros;
  length -= zeros;
  if (zeros > 0) memory.copy(row, row + (zeros << 3), length << 3);
}

/** Writes the row's weights in pairs, i16; returns where they end. */
function roundWeights(at: usize): usize {
  const end = row + (length << 3);
  let all: f64 = 0;
  for (let w = row; w < end; w += 8) all += load<f64>(w);
  let sum: f64 = 0;
  let written: f64 = 0;
  for (let w = row; w < end; w += 8) {
    sum += load<f64>(w) / all;
    // The nearest whole number, of two the upper one.
    const next = Math.floor(sum * 16384 + 0.5);
    store<i16>(at, <i16>(<i32>(next - written)));
    written = next;
    at += 2;
  }
  if (length & 1) {
    store<i16>(at, 0);
    at += 2;
  }
  return at;
}

/** Spreads the row over the positions before a step. */
function run(spread: usize): void {
  const kind = load<i32>(spread, Spread.kind);
  const one = load<f64>(spread, Spread.values);
  if (kind === SpreadKind.shift) start += <i32>one;
  else if (kind === SpreadKind.flip) flip(<i32>one);
  else if (kind === SpreadKind.triangle) triangle(spread + Spread.values);
  else if (kind === SpreadKind.interpolate && load<f64>(spread, Spread.values + 8) === 2) double(<i32>one);
  else takeTaps(kind, spread + Spread.values);
}

/** Mirrors the positions of an axis of `size`. */
function flip(size: i32): void {
  let a = row;
  let b = row + ((length - 1) << 3);
  for (; a < b; a += 8, b -= 8) {
    const weight = load<f64>(a);
    store<f64>(a, load<f64>(b));
    store<f64>(b, weight);
  }
  start = size - start - length;
}

/** Makes room for weights of the positions from `from` up to, not including, `to`, all zero; returns that of position 0. */
function clear(from: i32, to: i32): usize {
  const before = other;
  other = row;
  row = before;
  start = from;
  length = to - from;
  // Rows are short: a fill of memory is a call.
  for (let at = row, end = row + (length << 3); at < end; at += 8) store<f64>(at, 0);
  return row - (from << 3);
}

function add(at: usize, weight: f64): void {
  store<f64>(at, load<f64>(at) + weight);
}

/** Spreads the row as what a step takes says, position by position. */
function takeTaps(kind: SpreadKind, values: usize): void {
  const first = start;
  const count = length;
  const after = row;
  reachTaps(kind, values, first, count);
  spreadTaps(kind, values, first, count, after, clear(min(reachedFrom, reached), reached));
}

/**
 * Triangle filter around the output position's centre, as wide as the reduction: Pillow's `BILINEAR` (its
 * `precompute_coeffs`), PyTorch's and TensorFlow's bilinear with antialias.
 *
 * Samples are `spacing` pixels apart; the `from` pixels that are resized begin at pixel `origin` and go on in `direction`.
 */
function triangle(values: usize): void {
  const from = load<f64>(values);
  const origin = load<f64>(values, 16);
  const direction = load<f64>(values, 24);
  const spacing = load<f64>(values, 32);
  const width: f64 = load<f64>(values, 40) === 0 ? 1 : Math.max(1, from / load<f64>(values, 8) / spacing);
  const end = origin + direction * from;
  const least = Math.ceil(Math.min(origin, end) / spacing - 0.5);
  const most = Math.ceil(Math.max(origin, end) / spacing - 0.5);
  const reach = spacing > 1 ? width + 1 : width;
  // A sample is the mean of pixels and wanted is the middle: a 24th of what it stands out from those beside it is added.
  const sharper: f64 = spacing > 1 ? 1.0 / 24.0 : 0;
  const first = start;
  const count = length;
  const after = row;
  let center = centerOf(values, first);
  const last = count === 1 ? center : centerOf(values, first + count - 1);
  const before = clear(
    <i32>Math.max(least, Math.floor(Math.min(center, last) - reach + 0.5)),
    <i32>Math.min(most, Math.floor(Math.max(center, last) + reach + 0.5)),
  );
  for (let i = 0; i < count; i++) {
    if (i > 0) center = centerOf(values, first + i);
    const from = <i32>Math.max(least, Math.floor(center - reach + 0.5));
    const to = <i32>Math.min(most, Math.floor(center + reach + 0.5));
    let sum: f64 = 0;
    let at = shares;
    for (let x = from; x < to; x++) {
      const distance = <f64>x + 0.5 - center;
      let share = under(distance, width);
      if (sharper > 0)
        share += sharper * (2 * share - under(distance - 1, width) - under(distance + 1, width));
      store<f64>(at, share);
      at += 8;
      sum += share;
    }
    const weight = load<f64>(after + (i << 3));
    at = shares;
    for (let x = from; x < to; x++) {
      add(before + (x << 3), (weight * load<f64>(at)) / sum);
      at += 8;
    }
  }
}

function centerOf(values: usize, position: i32): f64 {
  const pixels = (load<f64>(values, 24) * ((<f64>position + 0.5) * load<f64>(values))) / load<f64>(values, 8);
  const spacing = load<f64>(values, 32);
  const center = load<f64>(values, 16) + pixels;
  return spacing === 1 ? center : center / spacing;
}

function under(distance: f64, width: f64): f64 {
  return Math.max(0, 1 - Math.abs(distance / width));
}

/**
 * Gives each position a part of the samples whose centres are nearest on either side, where two positions share a sample:
 * three parts of the nearer, one of the further, as libjpeg's "fancy" upsampling of chroma. With a loop of its own, as most
 * files need it.
 */
function double(stored: i32): void {
  const first = start;
  const count = length;
  const after = row;
  const before = clear(max(0, (first - 1) >> 1), min(stored, ((first + count) >> 1) + 1));
  for (let i = 0; i < count; i++) {
    const weight = load<f64>(after + (i << 3));
    const near = (first + i) >> 1;
    const far = near + (((first + i) & 1) === 0 ? -1 : 1);
    add(before + (near << 3), weight * 0.75);
    add(before + (min(stored - 1, max(0, far)) << 3), weight * 0.25);
  }
}
