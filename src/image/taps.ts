/**
 * What a position of an axis takes of the positions before a step: where, and with which weights.
 *
 * Those of resizing that a mean of pixels is, and of which there are faster forms, are in axis.ts.
 */
import { exp } from "../random/exp.ts";

/** Calls `take` for each position before the step that counts for `position` after it. */
export type Taps = (position: number, take: (position: number, weight: number) => void) => void;

/** How an image goes on beyond its edges: not at all, or by its own pixels. */
export type PadMode = "constant" | "edge" | "reflect" | "symmetric";

/** The position under the centre of the new one: Pillow's `NEAREST`, PyTorch's `nearest-exact`. */
export function nearest(from: number, to: number): Taps {
  return (position, take) => take(Math.floor(((position + 0.5) * from) / to), 1);
}

/** The cubic of a = -0.5, as wide as the reduction: Pillow's `BICUBIC`, PyTorch's with antialias. */
export function bicubic(from: number, to: number): Taps {
  const width = Math.max(1, from / to);
  return (position, take) => {
    const center = ((position + 0.5) * from) / to;
    const start = Math.max(0, Math.floor(center - 2 * width + 0.5));
    const end = Math.min(from, Math.floor(center + 2 * width + 0.5));
    let sum = 0;
    for (let x = start; x < end; x++) sum += cubic((x + 0.5 - center) / width);
    for (let x = start; x < end; x++) take(x, cubic((x + 0.5 - center) / width) / sum);
  };
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** Linear interpolation at the new position's centre, the axis mirrored at its ends: `ndimage.zoom(order=1)`. */
export function interpolated(from: number, to: number): Taps {
  return (position, take) => {
    const center = ((position + 0.5) * from) / to - 0.5;
    const x = Math.floor(center);
    take(reflected(x, from), x + 1 - center);
    take(reflected(x + 1, from), center - x);
  };
}

/** A Gaussian over `radius` positions to either side, the axis mirrored at its ends: torchvision's `gaussian_blur`. */
export function blurred(length: number, sigma: number, radius: number): Taps {
  const shares = Array.from({ length: 2 * radius + 1 }, (_, i) => exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = shares.reduce((a, b) => a + b);
  return (position, take) => {
    for (let i = 0; i < shares.length; i++) take(reflected(position + i - radius, length), shares[i]! / sum);
  };
}

/** An axis of `length` with more before it, which numpy's `pad` fills the same way; of `"constant"` it takes nothing. */
export function padded(length: number, before: number, mode: PadMode): Taps {
  return (position, take) => {
    const x = position - before;
    if (x >= 0 && x < length) take(x, 1);
    else if (mode === "edge") take(x < 0 ? 0 : length - 1, 1);
    else if (mode === "reflect") take(reflected(x, length), 1);
    else if (mode === "symmetric") take(repeated(x, length), 1);
  };
}

/** `x` reflected about the centres of the first and the last position. */
function reflected(x: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const m = remainder(x, period);
  return m < length ? m : period - m;
}

/** `x` reflected about the outer edges of the first and the last position. */
function repeated(x: number, length: number): number {
  const m = remainder(x, 2 * length);
  return m < length ? m : 2 * length - 1 - m;
}

function remainder(x: number, period: number): number {
  return ((x % period) + period) % period;
}
