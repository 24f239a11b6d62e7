/** The steps of an image pipeline. Each returns a new lazy image; together they run in one pass over the pixels. */
import { checkChoice, checkInteger, checkKnown, checkNumber, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import type { Antialias } from "./axis.ts";
import type { Channels } from "./colour.ts";
import { type Image, isImage, LazyImage } from "./image.ts";
import type { ImageDType, Op } from "./pipeline.ts";

/** Larger results are a mistake: the kernel's tables hold 2^14 output positions, as most formats do. */
const largestSize = 16_384;

/** Options of {@link resize}. */
export interface ResizeOptions<D extends ImageDType> {
  /** dtype of the result: `float32` (default, 0 to 1) or `uint8` (0 to 255, rounded once). */
  readonly dtype?: D;
  /**
   * What keeps fine patterns from becoming false ones when the image shrinks: a `"triangle"` filter (default, as
   * Pillow, PyTorch and TensorFlow), scikit-image's own `"gaussian"`, or `false` for plain bilinear interpolation
   * (as OpenCV). All are the same when the image grows, but for the outermost half pixel.
   */
  readonly antialias?: Antialias;
}

/**
 * The image at another size: antialiased bilinear, dtype float32 in [0, 1], as scikit-image's `resize`.
 *
 * The aspect ratio is not kept; `crop` first if it shall be. Two resizes are multiplied into one, without rounding
 * between them.
 *
 * @param size [height, width] in pixels
 * @throws OptionError if the size is no pair of whole numbers from 1 to 16,384, or an option is not as described.
 * @example
 * resize(imread("cat.jpg"), [200, 200]);                       // float32 [200, 200, 3]
 * resize(imread("cat.jpg"), [200, 200], { dtype: "uint8" });   // uint8 [200, 200, 3]
 */
export function resize<D extends ImageDType = "float32">(
  image: Image,
  size: readonly [height: number, width: number],
  options?: ResizeOptions<D>,
): Image<D> {
  const [height, width] = checkSize(size);
  let antialias: Antialias = "triangle";
  let dtype = "float32" as D;
  if (options !== undefined) {
    checkKnown("resize()", options, ["dtype", "antialias"]);
    ({ antialias = antialias, dtype = dtype } = options);
    checkChoice("antialias", antialias, ["triangle", "gaussian", false]);
    checkChoice("dtype", dtype, ["float32", "uint8"]);
  }
  return next(
    image,
    { kind: "resize", height, width, antialias, dtype },
    `resize ${height} ${width} ${antialias} ${dtype}`,
    { height, width, dtype },
  );
}

/** Where {@link crop} takes its part from. */
export interface CropOptions {
  /** First row. */
  readonly top?: number;
  /** First column. */
  readonly left?: number;
  /**
   * The share of the room that is left above and to the left of the part, each from 0 to 1; for what `top` and `left`
   * do not say. Default [0.5, 0.5], the centre. Random numbers make a random crop, whatever the image's size.
   */
  readonly position?: readonly [vertical: number, horizontal: number];
}

/**
 * A part of the image, from its centre by default; dtype as it is.
 *
 * @param size [height, width] of the part in pixels; running the image throws an ImageError where it does not fit
 * @throws OptionError if the size or an option is not as described.
 * @example
 * crop(image, [224, 224]);                                                             // the centre
 * crop(image, [224, 224], { top: 0, left: 16 });
 * crop(image, [224, 224], { position: [random.uniform(), random.uniform()] });         // a random crop
 */
export function crop<D extends ImageDType>(
  image: Image<D>,
  size: readonly [height: number, width: number],
  options: CropOptions = {},
): Image<D> {
  const [height, width] = checkSize(size);
  checkKnown("crop()", options, ["top", "left", "position"]);
  const { top, left, position = [0.5, 0.5] } = options;
  if (top !== undefined) checkInteger("top", top);
  if (left !== undefined) checkInteger("left", left);
  if (!Array.isArray(position) || position.length !== 2) {
    throw new OptionError(
      `\`position\` must be [vertical, horizontal], each from 0 to 1, got ${show(position)}.`,
    );
  }
  checkNumber("position[0]", position[0], 0, 1);
  checkNumber("position[1]", position[1], 0, 1);
  return next(
    image,
    { kind: "crop", height, width, top, left, position },
    `crop ${height} ${width} ${top} ${left} ${position}`,
    { height, width },
  );
}

/**
 * The image mirrored; dtype and shape as they are.
 *
 * @param axis `"horizontal"` (default) swaps left and right, `"vertical"` swaps top and bottom
 * @example
 * random.uniform() < 0.5 ? flip(image) : image
 */
export function flip<D extends ImageDType>(
  image: Image<D>,
  axis: "horizontal" | "vertical" = "horizontal",
): Image<D> {
  checkChoice("axis", axis, ["horizontal", "vertical"]);
  return next(image, { kind: "flip", axis }, `flip ${axis}`, {});
}

/** The image's luma (BT.601: 0.299 R + 0.587 G + 0.114 B), shape [height, width, 1]; dtype as it is. */
export function grayscale<D extends ImageDType>(image: Image<D>): Image<D> {
  return next(image, { kind: "grayscale" }, "grayscale", { channels: 1 });
}

/** What {@link normalize} subtracts and divides by: one number, or one for each channel. */
export interface NormalizeOptions {
  /** Default 0. */
  readonly mean?: number | readonly number[];
  /** Default 1. */
  readonly std?: number | readonly number[];
}

/**
 * `(image - mean) / std`, where the image's values are 0 to 1: bytes are divided by 255 first. dtype float32.
 *
 * @throws OptionError if there is not one number, or one for each channel; or `std` is zero.
 * @example
 * normalize(resize(imread(file), [224, 224]), { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
 */
export function normalize(image: Image, options: NormalizeOptions = {}): Image<"float32"> {
  checkKnown("normalize()", options, ["mean", "std"]);
  const { mean: means = 0, std: stds = 1 } = options;
  const { channels } = lazyImage(image);
  const mean = perChannel("mean", means, channels);
  const std = perChannel("std", stds, channels);
  if (std.includes(0)) throw new OptionError("`std` must not be 0: it divides.");
  return next(image, { kind: "normalize", mean, std }, `normalize ${mean} ${std}`, { dtype: "float32" });
}

function perChannel(name: string, value: number | readonly number[], channels: Channels): readonly number[] {
  const values = typeof value === "number" ? Array<number>(channels).fill(value) : value;
  if (!Array.isArray(values) || values.length !== channels) {
    throw new OptionError(
      `\`${name}\` must be a number or ${channels} numbers, one for each channel, got ${show(value)}.`,
    );
  }
  for (const [c, entry] of values.entries()) checkNumber(`${name}[${c}]`, entry);
  return values;
}

function checkSize(size: unknown): readonly [height: number, width: number] {
  if (!Array.isArray(size) || size.length !== 2) {
    throw new OptionError(`A size is [height, width], got ${show(size)}.`);
  }
  checkInteger("height", size[0], 1, largestSize);
  checkInteger("width", size[1], 1, largestSize);
  return size as unknown as [number, number];
}

function lazyImage(image: Image): LazyImage {
  if (isImage(image)) return image;
  throw new OptionError(`Expected an image made by imread() or fromPixels(), got ${show(image)}.`);
}

function next<D extends ImageDType>(
  image: Image,
  op: Op,
  key: string,
  changed: { height?: number; width?: number; channels?: Channels; dtype?: D },
): Image<D> {
  const from = lazyImage(image);
  return new LazyImage({
    source: from.source,
    options: from.options,
    ops: [...from.ops, op],
    key: `${from.key};${key}`,
    dtype: changed.dtype ?? (from.dtype as D),
    height: changed.height ?? from.height,
    width: changed.width ?? from.width,
    channels: changed.channels ?? from.channels,
  });
}
