/**
 * A pipeline of image steps, folded into as few passes over the pixels as it can be: most often one. Knows neither files
 * nor decoders.
 *
 * A pass samples pixels, in a grid of rows and columns or as a {@link SamplingOp} says, and then runs a program over each: an
 * affine map of its colours, and what is more than that. Geometry and affine colours commute, so they go into one pass in
 * whatever order they were asked for. What does not commute with the steps before begins another pass; between two
 * passes the image is bytes, rounded once.
 */

import { OptionError } from "../core/errors.ts";
import { type Affine, type Channels, channelMap, composed, identity, isIdentity, scaled } from "./colour.ts";
import { axesOf, dependsOnSize, type GeometryOp, type ImageAxes } from "./geometry.ts";
import type { Matrix } from "./matrix.ts";
import { cutAffine, type PixelStep } from "./program.ts";

/** dtype of an image: bytes from 0 to 255, or floats that are 0 to 1 until they are normalised. */
export type ImageDType = "uint8" | "float32";

/** One step of a pipeline, as the user asked for it. */
export type Op =
  | (Extract<GeometryOp, { kind: "resize" }> & { readonly dtype: ImageDType })
  | Exclude<GeometryOp, { kind: "resize" | "pad" }>
  /** `fill`: values of 0 to 255, one a channel, for the mode `"constant"`. */
  | (Extract<GeometryOp, { kind: "pad" }> & { readonly fill: readonly number[] })
  | SamplingOp
  | { readonly kind: "grayscale" }
  | { readonly kind: "normalize"; readonly mean: readonly number[]; readonly std: readonly number[] }
  /** Steps over pixels one by one, for values of 0 to 255. */
  | { readonly kind: "pixels"; readonly steps: readonly PixelStep[] };

/** How pixels are sampled where they are in no grid of rows and columns. */
export type SamplingOp = WarpOp | SharpenOp;

/** Sampling under a 3 x 3 matrix. */
export interface WarpOp {
  readonly kind: "warp";
  /**
   * The matrix, by rows, for an image of `height` x `width`: from (x, y, 1) of the result, which has the same size, to
   * (x, y, 1) of the image, up to a factor. Positions are in pixels from the left and upper edges of the image.
   */
  readonly matrix: (height: number, width: number) => Matrix;
  readonly interpolation: "nearest" | "bilinear";
  /** What lies outside, 0 to 255: one a channel. */
  readonly fill: readonly number[];
}

/** Sampling with the eight pixels around: `factor` of the image, 1 - `factor` of it blurred; its alpha as it is. */
export interface SharpenOp {
  readonly kind: "sharpen";
  readonly factor: number;
}

/** One pass of a pipeline, and what follows it: what is done to an image of any size. */
export interface Pipeline {
  /** How pixels are sampled; undefined where that is in rows and columns. Never in the first pass. */
  readonly sampling: SamplingOp | undefined;
  /** What is done along each axis of an image of this size. */
  axes(height: number, width: number): ImageAxes;
  /** From bytes of so many channels to the result's values, or to 0 to 255 where it is `cut` or there are `steps`. */
  colourFrom(channels: Channels): Affine;
  /** Whether what leaves 0 to 255 is cut off then. */
  readonly cut: boolean;
  /** What follows for each pixel. */
  readonly steps: readonly PixelStep[];
  /** From there to the result's values. */
  readonly last: Affine;
  /** Channels that the decoder's pixels are brought to first. */
  readonly input: Channels;
  readonly dtype: ImageDType;
  /** Channels of the result. */
  readonly channels: Channels;
  /** Whether it is of one image alone: what is made for it need not be kept. */
  readonly once: boolean;
  /** The next pass, over the bytes of this one. */
  readonly then: Pipeline | undefined;
}

/** More pipelines than this are forgotten, all together. */
const most = 256;

/** Folded pipelines by the names of their steps, for the images of the next batches. */
const pipelines = new Map<string, Pipeline>();

/**
 * The pipeline of `ops`, which `key` names, over an image of `input` channels: folded, or that of an image before. One
 * without a key is of one image alone, as where a random number is in it: keeping it would cost others their place.
 */
export function pipelineOf(key: string | undefined, ops: readonly Op[], input: Channels): Pipeline {
  if (key === undefined) return foldPipeline(ops, input, true);
  let pipeline = pipelines.get(key);
  if (pipeline === undefined) {
    if (pipelines.size >= most) pipelines.clear();
    pipeline = foldPipeline(ops, input);
    pipelines.set(key, pipeline);
  }
  return pipeline;
}

/** Folds `ops` over an image of `input` channels: of others, too, unless it is for that one `once`. */
export function foldPipeline(ops: readonly Op[], input: Channels, once: boolean = false): Pipeline {
  const passes = [new GrowingPass(input, true)];
  for (const op of ops) {
    let pass = passes.at(-1)!;
    const takes = pass.takes(op);
    if (pass.normalized && (!takes || needsBytes(op))) {
      throw new OptionError(
        `A step \`${op.kind}\` works on bytes, and after normalize() there are none. Take normalize() last.`,
      );
    }
    if (!takes) {
      const { channels, dtype } = pass;
      pass.become("uint8");
      pass = new GrowingPass(channels, false);
      pass.become(dtype);
      passes.push(pass);
    }
    pass.add(op);
  }
  return passes.reduceRight<Pipeline | undefined>((then, pass) => pass.folded(once, then), undefined)!;
}

/** Whether values that are no bytes would be spoiled by a step. */
function needsBytes(op: Op): boolean {
  if (op.kind === "resize") return op.filter === "bicubic";
  const spoils = (step: PixelStep) =>
    step.kind === "affine" ? step.cut : step.kind !== "fill" && step.kind !== "erase";
  return op.kind === "pixels" && op.steps.some(spoils);
}

/** The axes of any image: the same for all, or those of the last size. */
function axesBySize(ops: readonly GeometryOp[]): Pipeline["axes"] {
  if (!ops.some(dependsOnSize)) {
    const axes = axesOf(ops, 1, 1);
    return () => axes;
  }
  let [lastHeight, lastWidth] = [0, 0];
  let axes: ImageAxes;
  return (height, width) => {
    if (height !== lastHeight || width !== lastWidth) {
      axes = axesOf(ops, height, width);
      [lastHeight, lastWidth] = [height, width];
    }
    return axes;
  };
}

type EraseStep = Extract<PixelStep, { kind: "erase" }>;

/** A pass while it takes steps. */
class GrowingPass {
  readonly #input: Channels;
  /** Whether a decoder gives its pixels: it begins with them as they are. */
  readonly #decodes: boolean;
  readonly #geometry: GeometryOp[] = [];
  #steps: PixelStep[] = [];
  #sampling: SamplingOp | undefined;
  /** The map to 0 to 255 before the steps; undefined while there are none. */
  #first: Affine | undefined;
  /** Whether what leaves 0 to 255 is cut off there. */
  #cut = false;
  /** The map from there to the image's values, which are 0 to 1 where it is float32. */
  #affine: Affine;
  /** Whether nothing was added yet. */
  #fresh = true;
  channels: Channels;
  dtype: ImageDType = "uint8";
  normalized = false;

  constructor(input: Channels, decodes: boolean) {
    this.#input = input;
    this.#decodes = decodes;
    this.channels = input;
    this.#affine = identity(input);
  }

  /** Whether a step commutes with those before as far as it must. */
  takes(op: Op): boolean {
    switch (op.kind) {
      case "resize":
      case "blur":
        return this.#sampling === undefined && this.#first === undefined;
      case "flip":
        return this.#sampling === undefined;
      case "crop":
      case "part":
        return this.#sampling === undefined && !this.#has("erase");
      case "pad":
        // One fill for all that lies outside.
        return this.#sampling === undefined && !this.#has("erase") && !this.#has("fill");
      case "warp":
      case "sharpen":
        return this.#fresh && !this.#decodes;
      case "pixels":
        return (this.#fresh && !this.#decodes) || !op.steps.some(({ kind }) => kind === "late");
      default:
        return true;
    }
  }

  #has(kind: PixelStep["kind"]): boolean {
    return this.#steps.some((step) => step.kind === kind);
  }

  add(op: Op): void {
    this.#fresh = false;
    switch (op.kind) {
      case "resize":
        this.#geometry.push(op);
        this.become(op.dtype);
        // What swings beyond the bytes beside an edge is cut off, as of bytes.
        if (op.filter === "bicubic") this.#addStep(cutAffine(identity(this.channels)));
        break;
      case "flip":
        this.#steps = this.#steps.map((step) => (step.kind === "erase" ? mirrored(step, op.axis) : step));
        this.#geometry.push(op);
        break;
      case "crop":
      case "part":
      case "blur":
        this.#geometry.push(op);
        break;
      case "pad":
        this.#geometry.push(op);
        if (op.mode === "constant") this.#addStep({ kind: "fill", values: op.fill });
        break;
      case "warp":
      case "sharpen":
        this.#sampling = op;
        break;
      case "grayscale":
        this.#affine = composed(channelMap(this.channels, 1), this.#affine);
        this.channels = 1;
        break;
      case "normalize":
        this.normalized = true;
        this.become("float32");
        this.#affine = scaled(
          this.#affine,
          op.std.map((s) => 1 / s),
          op.mean.map((m, c) => -m / op.std[c]!),
        );
        break;
      case "pixels":
        for (const step of op.steps) this.#addStep(step);
    }
  }

  /** Whether values cannot have left 0 to 255 since the last step. */
  #isCut(): boolean {
    const last = this.#steps.at(-1);
    if (last === undefined) return this.#cut;
    return last.kind === "hue" || (last.kind === "affine" && last.cut);
  }

  /** Lets the image have another dtype, and its values the range of that. */
  become(dtype: ImageDType): void {
    if (dtype === this.dtype) return;
    this.#affine = multiplied(this.#affine, dtype === "float32" ? 1 / 255 : 255);
    this.dtype = dtype;
  }

  #addStep(step: PixelStep): void {
    const { dtype } = this;
    this.become("uint8");
    if (step.kind === "affine") this.#affine = composed(step.affine, this.#affine);
    if (step.kind !== "affine" || step.cut) {
      const cut = step.kind === "affine";
      if (this.#first === undefined) [this.#first, this.#cut] = [this.#affine, cut];
      else if (!isIdentity(this.#affine) || (cut && !this.#isCut()))
        this.#steps.push({ kind: "affine", affine: this.#affine, cut });
      if (step.kind !== "affine") this.#steps.push(step);
      this.#affine = identity(this.channels);
    }
    this.become(dtype);
  }

  /** The pass, before `then`. */
  folded(once: boolean, then: Pipeline | undefined): Pipeline {
    const [first, last] =
      this.#first === undefined ? [this.#affine, identity(this.channels)] : [this.#first, this.#affine];
    const input = this.#input;
    const colours: Affine[] = [];
    return {
      sampling: this.#sampling,
      axes: axesBySize(this.#geometry),
      colourFrom(from) {
        colours[from] ??= composed(first, channelMap(from, input));
        return colours[from];
      },
      cut: this.#cut,
      steps: this.#steps,
      last,
      input,
      dtype: this.dtype,
      channels: this.channels,
      once,
      then,
    };
  }
}

function multiplied(affine: Affine, factor: number): Affine {
  const all = (value: number) => affine.matrix.map(() => value);
  return scaled(affine, all(factor), all(0));
}

/** What is erased of a mirrored image. */
function mirrored(step: EraseStep, axis: "horizontal" | "vertical"): EraseStep {
  const rectangle = (h: number, w: number) => {
    const { top, left, height, width } = step.rectangle(h, w);
    return axis === "vertical"
      ? { top: h - top - height, left, height, width }
      : { top, left: w - left - width, height, width };
  };
  return { ...step, rectangle };
}
