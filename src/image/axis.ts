/**
 * One axis of an image pipeline: cropping, flipping and resizing are linear, so any chain of them is one band matrix.
 *
 * Row `i` of the matrix says which input places make output place `i`, and with which weights. A crop takes rows of
 * the matrix, a flip reverses them, a resize multiplies from the left; two resizes become one product. Nothing is
 * rounded in between.
 */
import { ImageError } from "../core/errors.ts";

/** How a resize weighs its input. */
export type Antialias = "triangle" | "gaussian" | false;

/** What is done along one axis. */
export type Step =
  | { readonly kind: "resize"; readonly size: number; readonly antialias: Antialias }
  /** `start` in input places, or the share (0 to 1) of the room that is left. */
  | {
      readonly kind: "crop";
      readonly size: number;
      readonly start: number | undefined;
      readonly share: number;
    }
  | { readonly kind: "flip" };

/** A band matrix: row `i` has `weights[i]` from column `first[i]` on. */
export interface Band {
  readonly first: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

/** The band matrix of `steps` for an input of `length` places. */
export function bandOf(steps: readonly Step[], length: number): Band {
  let band: Band | undefined;
  for (const step of steps) {
    const size = band?.first.length ?? length;
    switch (step.kind) {
      case "resize": {
        if (step.size === size) break;
        const resize = resizeBand(size, step.size, step.antialias);
        band = band === undefined ? resize : product(resize, band);
        break;
      }
      case "crop": {
        const start = step.start ?? Math.round((size - step.size) * step.share);
        if (start < 0 || start + step.size > size) {
          throw new ImageError(
            `A crop of ${step.size} pixels from ${start} on does not fit an image of ${size}. Resize first, or crop less.`,
          );
        }
        const { first, weights } = band ?? identity(size);
        band = {
          first: first.slice(start, start + step.size),
          weights: weights.slice(start, start + step.size),
        };
        break;
      }
      case "flip": {
        const { first, weights } = band ?? identity(size);
        band = { first: first.toReversed(), weights: weights.toReversed() };
      }
    }
  }
  return band ?? identity(length);
}

function identity(length: number): Band {
  return { first: Array.from({ length }, (_, i) => i), weights: Array<number[]>(length).fill([1]) };
}

function resizeBand(from: number, to: number, antialias: Antialias): Band {
  if (antialias === "gaussian") {
    const sigma = Math.max(0, (from / to - 1) / 2);
    const linear = build(to, (i) => linearMirrored(from, to, i));
    return sigma > 0
      ? product(
          linear,
          build(from, (i) => gaussian(from, sigma, i)),
        )
      : linear;
  }
  return build(to, (i) => triangle(from, to, i, antialias === "triangle" ? Math.max(1, from / to) : 1));
}

/**
 * Triangle filter around the output place's centre, as wide as the reduction: Pillow's `BILINEAR` (its
 * `precompute_coeffs`), PyTorch's and TensorFlow's bilinear with antialias.
 */
function triangle(from: number, to: number, i: number, width: number): Sparse {
  const center = ((i + 0.5) * from) / to;
  const start = Math.max(0, Math.floor(center - width + 0.5));
  const end = Math.min(from, Math.floor(center + width + 0.5));
  const weights: Sparse = [];
  for (let x = start; x < end; x++) weights.push([x, Math.max(0, 1 - Math.abs((x + 0.5 - center) / width))]);
  return weights;
}

/** Linear interpolation at the output place's centre, the image mirrored at its edges: `ndimage.zoom(order=1)`. */
function linearMirrored(from: number, to: number, i: number): Sparse {
  const center = ((i + 0.5) * from) / to - 0.5;
  const x = Math.floor(center);
  return [
    [mirror(x, from), x + 1 - center],
    [mirror(x + 1, from), center - x],
  ];
}

/** Gaussian of `sigma` around input place `i`, cut at 4 sigma: `ndimage.gaussian_filter(mode="mirror")`. */
function gaussian(length: number, sigma: number, i: number): Sparse {
  const radius = Math.floor(4 * sigma + 0.5);
  const weights: Sparse = [];
  for (let d = -radius; d <= radius; d++) {
    weights.push([mirror(i + d, length), Math.exp((-0.5 * d * d) / (sigma * sigma))]);
  }
  return weights;
}

/** `x` reflected about the centres of the first and the last place. */
function mirror(x: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const m = ((x % period) + period) % period;
  return m < length ? m : period - m;
}

/** Places and weights in any order, a place perhaps twice. */
type Sparse = [place: number, weight: number][];

/** A band matrix of `rows` rows, each divided by its sum; zeros at both ends are left out. */
function build(rows: number, row: (i: number) => Sparse): Band {
  const first: number[] = [];
  const weights: number[][] = [];
  for (let i = 0; i < rows; i++) {
    let start = Number.POSITIVE_INFINITY;
    let end = 0;
    let sum = 0;
    const sparse = row(i);
    for (const [place, weight] of sparse) {
      if (weight === 0) continue;
      start = Math.min(start, place);
      end = Math.max(end, place + 1);
      sum += weight;
    }
    const dense = Array<number>(end - start).fill(0);
    for (const [place, weight] of sparse) if (weight !== 0) dense[place - start]! += weight / sum;
    first.push(start);
    weights.push(dense);
  }
  return { first, weights };
}

/**
 * Doubles the places of a half-length input, up to `length`: three parts of the nearer, one of the further neighbour,
 * as libjpeg's "fancy" upsampling of chroma.
 */
export function upsampleBand(length: number): Band {
  const last = Math.ceil(length / 2) - 1;
  return build(length, (i) => [
    [i >> 1, 3],
    [Math.min(last, Math.max(0, (i >> 1) + (i % 2 === 0 ? -1 : 1))), 1],
  ]);
}

/** The matrix product `left` × `right`. */
export function product(left: Band, right: Band): Band {
  return build(left.first.length, (i) => {
    const sparse: Sparse = [];
    for (const [k, outer] of left.weights[i]!.entries()) {
      const row = left.first[i]! + k;
      for (const [j, inner] of right.weights[row]!.entries())
        sparse.push([right.first[row]! + j, outer * inner]);
    }
    return sparse;
  });
}
