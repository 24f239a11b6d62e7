/**
 * One axis of an image pipeline: cropping, flipping, padding, blurring and resizing are linear, so any chain of them is one
 * band matrix.
 *
 * Row `i` of the matrix says which input positions make output position `i`, and with which weights. It is found from the
 * output backwards: each step spreads a weight of one of its positions over the positions before it. Nothing is rounded in
 * between, and no matrix but the last is made, since random crops ask for a new one with each image.
 */
import { ImageError } from "../core/errors.ts";
import { bicubic, blurred, interpolated, nearest, type PadMode, padded, type Taps } from "./taps.ts";

/** How a bilinear resize weighs its input where the image shrinks. */
export type Antialias = "triangle" | "gaussian" | false;

/** How a resize weighs its input. */
export type Filter = Antialias | "nearest" | "bicubic";

/** What is done along one axis. */
export type AxisStep =
  | { readonly kind: "resize"; readonly size: number; readonly filter: Filter }
  /** `start` in input positions, or the share (0 to 1) of the room that is left. */
  | {
      readonly kind: "crop";
      readonly size: number;
      readonly start: number | undefined;
      readonly share: number;
    }
  | { readonly kind: "flip" }
  /** More positions; of the mode `"constant"` these have no input. */
  | { readonly kind: "pad"; readonly before: number; readonly after: number; readonly mode: PadMode }
  | { readonly kind: "blur"; readonly sigma: number; readonly radius: number };

/** Positions of an axis after a step, of which there were `length`. */
export function lengthAfter(step: AxisStep, length: number): number {
  if (step.kind === "resize" || step.kind === "crop") return step.size;
  return step.kind === "pad" ? length + step.before + step.after : length;
}

/** Where a crop of an axis of `length` positions begins. The middle of two is the even one, as Python rounds. */
export function cropStart(step: Extract<AxisStep, { kind: "crop" }>, length: number): number {
  return step.start ?? roundEven((length - step.size) * step.share);
}

/** The nearest whole number, of two the even one. */
export function roundEven(x: number): number {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

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

/** How the input of an axis is stored. */
export interface AxisSampling {
  /** Pixels that a sample stands for: 1, or more of a JPEG's chroma and where a JPEG was decoded to fewer samples. */
  readonly spacing: number;
  /**
   * What makes pixels of samples: each is repeated, or a pixel between two gets a part of both, as libjpeg does; or the
   * first resize takes samples in place of pixels.
   */
  readonly upsampling: "repeat" | "interpolate" | "none";
}

/** An axis that is stored as it is. */
export const everyPixel: AxisSampling = { spacing: 1, upsampling: "none" };

/**
 * How many pixels become one in the first resize of `steps`, if it is one that weighs all of them; else 1. So many may be
 * given as one sample, or nearly: see {@link AxisSampling.spacing}.
 */
export function reductionOf(steps: readonly AxisStep[], length: number): number {
  let size = length;
  for (const step of steps) {
    if (step.kind === "resize") return step.filter === "triangle" ? size / step.size : 1;
    if (step.kind === "crop") size = step.size;
    else if (step.kind !== "flip") return 1;
  }
  return 1;
}

/**
 * The band matrix of `steps` for an input of `length` pixels; columns are positions of what is stored. Rows of positions
 * that have no input are empty.
 *
 * Where a sample is the mean of several pixels, it stands for their centre, and the first resize takes samples in place of
 * pixels.
 */
export function bandOf(
  steps: readonly AxisStep[],
  length: number,
  { spacing, upsampling }: AxisSampling = everyPixel,
): Band {
  const stored = Math.ceil(length / spacing);
  const spreads: Spread[] = [];
  if (upsampling === "repeat") spreads.push(repeating(stored, spacing));
  if (upsampling === "interpolate") spreads.push(interpolating(stored, spacing));
  let size = length;
  // Where the first resize begins among the samples, and which way it goes.
  let [origin, direction] = [0, 1];
  let sampled = spreads.length > 0 || spacing === 1;
  for (const step of steps) {
    switch (step.kind) {
      case "resize": {
        if (!sampled) spreads.push(triangle(size, step.size, { origin, direction, spacing }));
        else if (step.size !== size) spreads.push(...resizing(size, step.size, step.filter));
        sampled = true;
        size = step.size;
        break;
      }
      case "crop": {
        const start = cropStart(step, size);
        if (start < 0 || start + step.size > size) {
          throw new ImageError(
            `A crop of ${step.size} pixels from ${start} on does not fit an image of ${size}. Resize first, or crop less.`,
          );
        }
        if (sampled) spreads.push((row) => row.shift(start));
        else origin += direction * start;
        size = step.size;
        break;
      }
      case "pad": {
        spreads.push(taking(padded(size, step.before, step.mode)));
        size = lengthAfter(step, size);
        break;
      }
      case "blur": {
        spreads.push(taking(blurred(size, step.sigma, step.radius)));
        break;
      }
      case "flip": {
        const before = size;
        if (sampled) spreads.push((row) => row.flip(before));
        else {
          origin += direction * size;
          direction = -direction;
        }
      }
    }
  }
  return collect(size, spreads.reverse());
}

/**
 * Spreads the weights of `row` over the positions before a step: changes `row` itself, or fills `before`, which it
 * returns.
 */
type Spread = (row: Row, before: Row) => Row;

/** Weights of the positions from `start` on. */
class Row {
  start = 0;
  length = 0;
  weights: Float64Array = new Float64Array(64);

  /** Makes all weights from `start` up to, not including, `end` zero. */
  clear(start: number, end: number): this {
    this.start = start;
    this.length = end - start;
    if (this.weights.length < this.length) this.weights = new Float64Array(2 * this.length);
    const { weights, length } = this;
    for (let i = 0; i < length; i++) weights[i] = 0;
    return this;
  }

  add(position: number, weight: number): void {
    this.weights[position - this.start]! += weight;
  }

  shift(by: number): this {
    this.start += by;
    return this;
  }

  /** Mirrors the positions of an axis of `size`. */
  flip(size: number): this {
    const { weights, length } = this;
    for (let i = 0, k = length - 1; i < k; i++, k--) {
      const weight = weights[i]!;
      weights[i] = weights[k]!;
      weights[k] = weight;
    }
    this.start = size - this.start - length;
    return this;
  }
}

/** The spread of what a step takes, position by position. */
function taking(taps: Taps): Spread {
  return ({ start, length, weights }, before) => {
    let [first, end] = [Number.POSITIVE_INFINITY, 0];
    const reach = (from: number) => {
      first = Math.min(first, from);
      end = Math.max(end, from + 1);
    };
    for (let i = 0; i < length; i++) taps(start + i, reach);
    before.clear(Math.min(first, end), end);
    for (let i = 0; i < length; i++) taps(start + i, (from, share) => before.add(from, weights[i]! * share));
    return before;
  };
}

function resizing(from: number, to: number, filter: Filter): readonly Spread[] {
  if (filter === "nearest") return [taking(nearest(from, to))];
  if (filter === "bicubic") return [taking(bicubic(from, to))];
  if (filter !== "gaussian") {
    return [triangle(from, to, { origin: 0, direction: 1, spacing: 1 }, filter === "triangle")];
  }
  // `ndimage.gaussian_filter(mode="mirror")`, cut at 4 sigma.
  const sigma = Math.max(0, (from / to - 1) / 2);
  const smooth = sigma > 0 ? [taking(blurred(from, sigma, Math.floor(4 * sigma + 0.5)))] : [];
  return [...smooth, taking(interpolated(from, to))];
}

/**
 * Triangle filter around the output position's centre, as wide as the reduction: Pillow's `BILINEAR` (its
 * `precompute_coeffs`), PyTorch's and TensorFlow's bilinear with antialias.
 *
 * Samples are `spacing` pixels apart; the `from` pixels that are resized begin at pixel `origin` and go on in `direction`.
 */
function triangle(
  from: number,
  to: number,
  { origin, direction, spacing }: Readonly<Record<"origin" | "direction" | "spacing", number>>,
  wide = true,
): Spread {
  const width = wide ? Math.max(1, from / to / spacing) : 1;
  const end = origin + direction * from;
  const least = Math.ceil(Math.min(origin, end) / spacing - 0.5);
  const most = Math.ceil(Math.max(origin, end) / spacing - 0.5);
  const centerOf = (position: number) => (origin + (direction * ((position + 0.5) * from)) / to) / spacing;
  // A sample is the mean of pixels and wanted is the middle: a 24th of what it stands out from those beside it is added.
  const sharper = spacing > 1 ? 1 / 24 : 0;
  const reach = spacing > 1 ? width + 1 : width;
  const startOf = (center: number) => Math.max(least, Math.floor(center - reach + 0.5));
  const endOf = (center: number) => Math.min(most, Math.floor(center + reach + 0.5));
  const under = (distance: number) => Math.max(0, 1 - Math.abs(distance / width));
  let shares = new Float64Array(64);
  return ({ start: first, length, weights }, before) => {
    const one = centerOf(first);
    const other = centerOf(first + length - 1);
    before.clear(startOf(Math.min(one, other)), endOf(Math.max(one, other)));
    for (let i = 0; i < length; i++) {
      const center = centerOf(first + i);
      const start = startOf(center);
      const count = endOf(center) - start;
      if (count > shares.length) shares = new Float64Array(2 * count);
      let sum = 0;
      for (let k = 0; k < count; k++) {
        const distance = start + k + 0.5 - center;
        let share = under(distance);
        if (sharper > 0) share += sharper * (2 * share - under(distance - 1) - under(distance + 1));
        shares[k] = share;
        sum += share;
      }
      const weight = weights[i]!;
      const at = start - before.start;
      for (let k = 0; k < count; k++) before.weights[at + k]! += (weight * shares[k]!) / sum;
    }
    return before;
  };
}

/** Gives all positions that a sample stands for its value. */
function repeating(stored: number, spacing: number): Spread {
  const sampleOf = (position: number) => Math.min(stored - 1, Math.floor(position / spacing));
  return ({ start, length, weights }, before) => {
    before.clear(sampleOf(start), sampleOf(start + length - 1) + 1);
    for (let i = 0; i < length; i++) before.add(sampleOf(start + i), weights[i]!);
    return before;
  };
}

/** Gives each position a part of the samples whose centres are nearest on either side. */
function interpolating(stored: number, spacing: number): Spread {
  if (spacing === 2) return doubling(stored);
  const centerOf = (position: number) => Math.min(stored - 1, Math.max(0, (position + 0.5) / spacing - 0.5));
  return ({ start, length, weights }, before) => {
    const end = Math.floor(centerOf(start + length - 1)) + 2;
    before.clear(Math.floor(centerOf(start)), Math.min(stored, end));
    for (let i = 0; i < length; i++) {
      const center = centerOf(start + i);
      const x = Math.floor(center);
      before.add(x, weights[i]! * (x + 1 - center));
      if (center > x) before.add(x + 1, weights[i]! * (center - x));
    }
    return before;
  };
}

/**
 * The same where two positions share a sample: three parts of the nearer, one of the further, as libjpeg's "fancy"
 * upsampling of chroma. With a loop of its own, as most files need it.
 */
function doubling(stored: number): Spread {
  return ({ start, length, weights }, before) => {
    const first = Math.max(0, (start - 1) >> 1);
    before.clear(first, Math.min(stored, ((start + length) >> 1) + 1));
    for (let i = 0; i < length; i++) {
      const weight = weights[i]!;
      const near = (start + i) >> 1;
      const far = near + ((start + i) % 2 === 0 ? -1 : 1);
      before.weights[near - first]! += weight * 0.75;
      before.weights[Math.min(stored - 1, Math.max(0, far)) - first]! += weight * 0.25;
    }
    return before;
  };
}

/** The band matrix whose row `i` is what position `i` is spread to, divided by its sum; zeros at its ends are left out. */
function collect(rows: number, spreads: readonly Spread[]): Band {
  const first = new Int32Array(rows);
  const count = new Int32Array(rows);
  const at = new Int32Array(rows);
  let weights = new Float64Array(8 * rows);
  let used = 0;
  const [one, other] = [new Row(), new Row()];
  for (let i = 0; i < rows; i++) {
    let row = one.clear(i, i + 1);
    row.weights[0] = 1;
    for (const spread of spreads) {
      row = spread(row, row === one ? other : one);
      // It lies outside the image.
      if (row.length === 0) break;
    }
    const { weights: found } = row;
    let [start, end] = [0, row.length];
    while (end > 1 && found[end - 1] === 0) end--;
    while (start < end - 1 && found[start] === 0) start++;
    let sum = 0;
    for (let k = start; k < end; k++) sum += found[k]!;
    if (used + end - start > weights.length) {
      const more = new Float64Array(2 * weights.length + end - start);
      more.set(weights);
      weights = more;
    }
    first[i] = row.start + start;
    count[i] = Math.max(0, end - start);
    at[i] = used;
    for (let k = start; k < end; k++) weights[used++] = found[k]! / sum;
  }
  return { first, count, at, weights };
}
