/**
 * One axis of an image pipeline: cropping, flipping, padding, blurring and resizing are linear, so any chain of them is one
 * band matrix.
 *
 * Row `i` of the matrix says which input positions make output position `i`, and with which weights. It is found from the
 * output backwards: each step spreads a weight of one of its positions over the positions before it. Nothing is rounded in
 * between, and no matrix but the last is made, since random crops ask for a new one with each image. Here it is said what is
 * to be spread; the kernel does it (kernel/assembly/weights.ts).
 */
import { ImageError } from "../core/errors.ts";
import { exp } from "../random/exp.ts";

/** How an image goes on beyond its edges: not at all, or by its own pixels. */
export type PadMode = "constant" | "edge" | "reflect" | "symmetric";

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
 * How a step spreads a weight of one of its positions over the positions before it.
 *
 * `"shift"` and `"flip"` move positions; `"triangle"` resizes, whose samples are `spacing` pixels apart, and whose `from`
 * pixels begin at pixel `origin` and go on in `direction`; `"repeat"` and `"interpolate"` make pixels of `stored` samples;
 * all others are done position by position.
 */
export type AxisSpread =
  | { readonly kind: "shift"; readonly by: number }
  | { readonly kind: "flip"; readonly size: number }
  | {
      readonly kind: "triangle";
      readonly from: number;
      readonly to: number;
      readonly origin: number;
      readonly direction: number;
      readonly spacing: number;
      /** Whether the filter is as wide as the reduction. */
      readonly wide: boolean;
    }
  | { readonly kind: "repeat" | "interpolate"; readonly stored: number; readonly spacing: number }
  | { readonly kind: "nearest" | "bicubic" | "linear"; readonly from: number; readonly to: number }
  | { readonly kind: "blur"; readonly length: number; readonly shares: readonly number[] }
  | { readonly kind: "pad"; readonly length: number; readonly before: number; readonly mode: PadMode };

/** All that is done along an axis. */
export interface AxisChain {
  /** From the last step to the first, and to what is stored. */
  readonly spreads: readonly AxisSpread[];
  /** Positions of the result, and the most that there are in between. */
  readonly size: number;
  readonly most: number;
}

/**
 * What `steps` do along an axis of `length` pixels, from the result back to positions of what is stored.
 *
 * Where a sample is the mean of several pixels, it stands for their centre, and the first resize takes samples in place of
 * pixels.
 *
 * @throws ImageError if a crop does not fit.
 */
export function chainOf(
  steps: readonly AxisStep[],
  length: number,
  { spacing, upsampling }: AxisSampling = everyPixel,
): AxisChain {
  const stored = Math.ceil(length / spacing);
  const spreads: AxisSpread[] = upsampling === "none" ? [] : [{ kind: upsampling, stored, spacing }];
  let size = length;
  let most = length;
  // Where the first resize begins among the samples, and which way it goes.
  let [origin, direction] = [0, 1];
  let sampled = spreads.length > 0 || spacing === 1;
  for (const step of steps) {
    switch (step.kind) {
      case "resize": {
        if (!sampled)
          spreads.push({
            kind: "triangle",
            from: size,
            to: step.size,
            origin,
            direction,
            spacing,
            wide: true,
          });
        else if (step.size !== size) spreads.push(...resizing(size, step.size, step.filter));
        sampled = true;
        break;
      }
      case "crop": {
        const start = cropStart(step, size);
        if (start < 0 || start + step.size > size) {
          throw new ImageError(
            `A crop of ${step.size} pixels from ${start} on does not fit an image of ${size}. Resize first, or crop less.`,
          );
        }
        if (sampled) spreads.push({ kind: "shift", by: start });
        else origin += direction * start;
        break;
      }
      case "pad":
        spreads.push({ kind: "pad", length: size, before: step.before, mode: step.mode });
        break;
      case "blur":
        spreads.push(blurring(size, step.sigma, step.radius));
        break;
      case "flip": {
        if (sampled) spreads.push({ kind: "flip", size });
        else {
          origin += direction * size;
          direction = -direction;
        }
      }
    }
    size = lengthAfter(step, size);
    most = Math.max(most, size);
  }
  return { spreads: spreads.reverse(), size, most };
}

function resizing(from: number, to: number, filter: Filter): readonly AxisSpread[] {
  switch (filter) {
    case "nearest":
    case "bicubic":
      return [{ kind: filter, from, to }];
    case "gaussian": {
      // `ndimage.gaussian_filter(mode="mirror")`, cut at 4 sigma.
      const sigma = Math.max(0, (from / to - 1) / 2);
      const smooth = sigma > 0 ? [blurring(from, sigma, Math.floor(4 * sigma + 0.5))] : [];
      return [...smooth, { kind: "linear", from, to }];
    }
    default:
      return [triangle(from, to, { origin: 0, direction: 1, spacing: 1 }, filter === "triangle")];
  }
}

function triangle(
  from: number,
  to: number,
  samples: Readonly<Record<"origin" | "direction" | "spacing", number>>,
  wide: boolean,
): AxisSpread {
  return { kind: "triangle", from, to, ...samples, wide };
}

/** A Gaussian over `radius` positions to either side, the axis mirrored at its ends: torchvision's `gaussian_blur`. */
function blurring(length: number, sigma: number, radius: number): AxisSpread {
  const shares = Array.from({ length: 2 * radius + 1 }, (_, i) => exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = shares.reduce((a, b) => a + b);
  return { kind: "blur", length, shares: shares.map((share) => share / sum) };
}
