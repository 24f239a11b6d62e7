/**
 * One axis of an image pipeline: cropping, flipping and resizing are linear, so any chain of them is one band matrix.
 *
 * Row `i` of the matrix says which input positions make output position `i`, and with which weights. It is found from the
 * output backwards: each step spreads a weight of one of its positions over the positions before it. Nothing is rounded in
 * between, and no matrix but the last is made, since random crops ask for a new one with each image.
 */
import { ImageError } from "../core/errors.ts";

/** How a resize weighs its input. */
export type Antialias = "triangle" | "gaussian" | false;

/** What is done along one axis. */
export type AxisStep =
  | { readonly kind: "resize"; readonly size: number; readonly antialias: Antialias }
  /** `start` in input positions, or the share (0 to 1) of the room that is left. */
  | {
      readonly kind: "crop";
      readonly size: number;
      readonly start: number | undefined;
      readonly share: number;
    }
  | { readonly kind: "flip" }
  /** Positions that have no input. */
  | { readonly kind: "pad"; readonly before: number; readonly after: number };

/** The steps along one axis, and a text that names them. */
export interface Axis {
  readonly steps: readonly AxisStep[];
  readonly key: string;
}

/** A band matrix: row `i` has `count[i]` weights from column `first[i]` on, which begin at `weights[at[i]]`. */
export interface Band {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly at: Int32Array;
  readonly weights: Float64Array;
}

/**
 * The band matrix of `steps` for an input of `length` positions. Rows of positions that have no input are empty.
 *
 * @param subsampled whether the input is stored at half the length, rounded up (a JPEG's chroma), to be interpolated as
 *   libjpeg does; columns are positions of what is stored
 */
export function bandOf(steps: readonly AxisStep[], length: number, subsampled: boolean = false): Band {
  const stored = subsampled ? Math.ceil(length / 2) : length;
  const row = new Row(stored);
  let spread: Spread = (position, weight) => row.add(position, weight);
  if (subsampled) spread = doubling(stored, spread);
  let size = length;
  for (const step of steps) {
    switch (step.kind) {
      case "resize": {
        if (step.size !== size) spread = resizing(size, step.size, step.antialias, spread);
        size = step.size;
        break;
      }
      case "crop": {
        const start = step.start ?? Math.round((size - step.size) * step.share);
        if (start < 0 || start + step.size > size) {
          throw new ImageError(
            `A crop of ${step.size} pixels from ${start} on does not fit an image of ${size}. Resize first, or crop less.`,
          );
        }
        const before = spread;
        spread = (position, weight) => before(start + position, weight);
        size = step.size;
        break;
      }
      case "pad": {
        const { before: shift } = step;
        const [inside, before] = [size, spread];
        spread = (position, weight) => {
          const from = position - shift;
          if (from >= 0 && from < inside) before(from, weight);
        };
        size += shift + step.after;
        break;
      }
      case "flip": {
        const before = spread;
        const last = size - 1;
        spread = (position, weight) => before(last - position, weight);
      }
    }
  }
  return collect(size, spread, row);
}

/** Spreads `weight` of an output position over input positions. */
type Spread = (position: number, weight: number) => void;

function resizing(from: number, to: number, antialias: Antialias, before: Spread): Spread {
  if (antialias === "gaussian") {
    const sigma = Math.max(0, (from / to - 1) / 2);
    return linearMirrored(from, to, sigma > 0 ? gaussian(from, sigma, before) : before);
  }
  return triangle(from, to, antialias === "triangle" ? Math.max(1, from / to) : 1, before);
}

/**
 * Triangle filter around the output position's centre, as wide as the reduction: Pillow's `BILINEAR` (its
 * `precompute_coeffs`), PyTorch's and TensorFlow's bilinear with antialias.
 */
function triangle(from: number, to: number, width: number, before: Spread): Spread {
  return (position, weight) => {
    const center = ((position + 0.5) * from) / to;
    const start = Math.max(0, Math.floor(center - width + 0.5));
    const end = Math.min(from, Math.floor(center + width + 0.5));
    const share = (x: number) => Math.max(0, 1 - Math.abs((x + 0.5 - center) / width));
    let sum = 0;
    for (let x = start; x < end; x++) sum += share(x);
    for (let x = start; x < end; x++) before(x, (weight * share(x)) / sum);
  };
}

/** Linear interpolation at the output position's centre, the image mirrored at its edges: `ndimage.zoom(order=1)`. */
function linearMirrored(from: number, to: number, before: Spread): Spread {
  return (position, weight) => {
    const center = ((position + 0.5) * from) / to - 0.5;
    const x = Math.floor(center);
    before(mirror(x, from), weight * (x + 1 - center));
    before(mirror(x + 1, from), weight * (center - x));
  };
}

/** Gaussian of `sigma` around an input position, cut at 4 sigma: `ndimage.gaussian_filter(mode="mirror")`. */
function gaussian(length: number, sigma: number, before: Spread): Spread {
  const radius = Math.floor(4 * sigma + 0.5);
  const shares = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = shares.reduce((a, b) => a + b);
  return (position, weight) => {
    for (const [i, share] of shares.entries())
      before(mirror(position + i - radius, length), (weight * share) / sum);
  };
}

/** `x` reflected about the centres of the first and the last position. */
function mirror(x: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const m = ((x % period) + period) % period;
  return m < length ? m : period - m;
}

/**
 * Doubles the positions of a half-length input: three parts of the nearer, one of the further neighbour, as libjpeg's
 * "fancy" upsampling of chroma.
 */
function doubling(stored: number, before: Spread): Spread {
  return (position, weight) => {
    const near = position >> 1;
    before(near, weight * 0.75);
    before(Math.min(stored - 1, Math.max(0, near + (position % 2 === 0 ? -1 : 1))), weight * 0.25);
  };
}

/** A row of a band matrix that is being added up: positions come in any order, and perhaps twice. */
class Row {
  readonly weights: Float64Array;
  sum = 0;
  start: number;
  end = 0;

  constructor(columns: number) {
    this.weights = new Float64Array(columns);
    this.start = columns;
  }

  add(position: number, weight: number): void {
    if (weight === 0) return;
    this.weights[position]! += weight;
    this.sum += weight;
    if (position < this.start) this.start = position;
    if (position >= this.end) this.end = position + 1;
  }

  clear(): void {
    this.weights.fill(0, this.start, this.end);
    this.sum = 0;
    this.start = this.weights.length;
    this.end = 0;
  }
}

/** The band matrix whose row `i` is what `spread(i, 1)` adds up to, divided by its sum; zeros at its ends are left out. */
function collect(rows: number, spread: Spread, row: Row): Band {
  const first = new Int32Array(rows);
  const count = new Int32Array(rows);
  const at = new Int32Array(rows);
  const weights: number[] = [];
  for (let i = 0; i < rows; i++) {
    spread(i, 1);
    first[i] = row.start;
    count[i] = Math.max(0, row.end - row.start);
    at[i] = weights.length;
    for (let x = row.start; x < row.end; x++) weights.push(row.weights[x]! / row.sum);
    row.clear();
  }
  return { first, count, at, weights: new Float64Array(weights) };
}
