/**
 * What a position of an axis takes of the positions before a step: where, and with which weights.
 *
 * Resizing by means and the commonest upsampling, of which there are faster forms, are in weights.ts.
 */
import { PadEdge, SpreadKind } from "./weights-layout.ts";

/** The least position that {@link reachTaps} found. */
export let reachedFrom: i32 = 0;

/** One more than the largest; 0 if there is none. */
export let reached: i32 = 0;

/** Where weights are added: of position 0; 0 while positions are only to be found. */
let target: usize = 0;

/** The weight that is spread. */
let spread: f64 = 0;

/** Finds which positions count for the `count` positions from `first` on. */
export function reachTaps(kind: SpreadKind, values: usize, first: i32, count: i32): void {
  target = 0;
  reachedFrom = i32.MAX_VALUE;
  reached = 0;
  for (let i = 0; i < count; i++) takeAll(kind, values, first + i);
}

/** Adds their weights, f64 from `weights` on, to those that count for them, of which that of position 0 is at `before`. */
export function spreadTaps(
  kind: SpreadKind,
  values: usize,
  first: i32,
  count: i32,
  weights: usize,
  before: usize,
): void {
  target = before;
  for (let i = 0; i < count; i++) {
    spread = load<f64>(weights + (i << 3));
    takeAll(kind, values, first + i);
  }
}

function take(position: i32, share: f64): void {
  if (target === 0) {
    reachedFrom = min(reachedFrom, position);
    reached = max(reached, position + 1);
  } else {
    const at = target + (position << 3);
    store<f64>(at, load<f64>(at) + spread * share);
  }
}

/** Takes what counts for `position`. */
function takeAll(kind: SpreadKind, values: usize, position: i32): void {
  const one = load<f64>(values);
  const two = load<f64>(values, 8);
  if (kind === SpreadKind.nearest) take(<i32>Math.floor(((<f64>position + 0.5) * one) / two), 1);
  else if (kind === SpreadKind.repeat) take(<i32>Math.min(one - 1, Math.floor(<f64>position / two)), 1);
  else if (kind === SpreadKind.interpolate) interpolated(one, two, position);
  else if (kind === SpreadKind.bicubic) bicubic(one, two, position);
  else if (kind === SpreadKind.linear) linear(one, two, position);
  else if (kind === SpreadKind.blur) blurred(<i32>one, <i32>two, values + 16, position);
  else padded(<i32>one, <i32>load<f64>(values, 16), position - <i32>two);
}

/** A part of each of the samples whose centres are nearest on either side, as many pixels apart as `spacing` says. */
function interpolated(stored: f64, spacing: f64, position: i32): void {
  const center = Math.min(stored - 1, Math.max(0, (<f64>position + 0.5) / spacing - 0.5));
  const x = Math.floor(center);
  take(<i32>x, x + 1 - center);
  if (center > x) take(<i32>x + 1, center - x);
}

/** The cubic of a = -0.5, as wide as the reduction: Pillow's `BICUBIC`, PyTorch's with antialias. */
function bicubic(from: f64, to: f64, position: i32): void {
  const width = Math.max(1, from / to);
  const center = ((<f64>position + 0.5) * from) / to;
  const start = <i32>Math.max(0, Math.floor(center - 2 * width + 0.5));
  const end = <i32>Math.min(from, Math.floor(center + 2 * width + 0.5));
  let sum: f64 = 0;
  for (let x = start; x < end; x++) sum += cubic((<f64>x + 0.5 - center) / width);
  for (let x = start; x < end; x++) take(x, cubic((<f64>x + 0.5 - center) / width) / sum);
}

function cubic(distance: f64): f64 {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** Linear interpolation at the new position's centre, the axis mirrored at its ends: `ndimage.zoom(order=1)`. */
function linear(from: f64, to: f64, position: i32): void {
  const center = ((<f64>position + 0.5) * from) / to - 0.5;
  const x = Math.floor(center);
  take(reflected(<i32>x, <i32>from), x + 1 - center);
  take(reflected(<i32>x + 1, <i32>from), center - x);
}

/** `shares` of the positions up to `radius` on either side, the axis mirrored at its ends. */
function blurred(length: i32, radius: i32, shares: usize, position: i32): void {
  for (let i = -radius; i <= radius; i++) {
    take(reflected(position + i, length), load<f64>(shares));
    shares += 8;
  }
}

/** An axis of `length` with more beyond its ends, which numpy's `pad` fills the same way; constant, it takes nothing. */
function padded(length: i32, edge: PadEdge, x: i32): void {
  if (x >= 0 && x < length) take(x, 1);
  else if (edge === PadEdge.edge) take(x < 0 ? 0 : length - 1, 1);
  else if (edge === PadEdge.reflect) take(reflected(x, length), 1);
  else if (edge === PadEdge.symmetric) take(repeated(x, length), 1);
}

/** `x` reflected about the centres of the first and the last position. */
function reflected(x: i32, length: i32): i32 {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const m = remainder(x, period);
  return m < length ? m : period - m;
}

/** `x` reflected about the outer edges of the first and the last position. */
function repeated(x: i32, length: i32): i32 {
  const m = remainder(x, 2 * length);
  return m < length ? m : 2 * length - 1 - m;
}

function remainder(x: i32, period: i32): i32 {
  return ((x % period) + period) % period;
}
