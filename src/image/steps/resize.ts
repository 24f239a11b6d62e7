/** Another size. */
import { checkChoice, checkInteger, checkKnown } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { type Antialias, type Filter, roundEven } from "../axis.ts";
import { type BySize, type Extent, largestSize, type Padding } from "../geometry.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { inRange } from "./range.ts";
import { checkFill, checkSize, type FillOptions, lazyImage, next, sizesOf } from "./step.ts";

/** How the pixels of a new size are made of those that are there. */
export type Interpolation = "nearest" | "bilinear" | "bicubic";

/** How an image fits a size of another aspect: stretched, with its edges cut off, or with borders. */
export type Fit = "fill" | "cover" | "contain";

/** How a size is reached, whatever the dtype. */
export interface AspectOptions extends FillOptions {
  /**
   * How the image comes to [height, width]: `"fill"` (default) changes its aspect, `"cover"` keeps it and cuts off what
   * is too much on either side, `"contain"` keeps it and adds borders of the colour `fill`.
   */
  readonly fit?: Fit;
}

/** Options of {@link resize}. */
export interface ResizeOptions<D extends ImageDType> extends AspectOptions {
  /** dtype of the result: `float32` (default, 0 to 1) or `uint8` (0 to 255, rounded once). */
  readonly dtype?: D;
  /**
   * `"bilinear"` (default), or `"bicubic"`, which is sharper: Pillow's and PyTorch's with antialias, a = -0.5, cut to
   * the range of bytes.
   */
  readonly interpolation?: "bilinear" | "bicubic";
  /**
   * What keeps fine patterns from becoming false ones when a bilinear image shrinks: a `"triangle"` filter (default, as
   * Pillow, PyTorch and TensorFlow), scikit-image's own `"gaussian"`, or `false` for plain interpolation (as OpenCV).
   * All are the same when the image grows, but for the outermost half pixel. `"bicubic"` has a filter of its own.
   */
  readonly antialias?: Antialias;
}

/** Options of {@link resize} for masks: each pixel is one that was there, the nearest. */
export interface NearestOptions extends AspectOptions {
  /** The pixel at the centre of the new one, as Pillow's `NEAREST` and PyTorch's `nearest-exact`. */
  readonly interpolation: "nearest";
}

/** The options of a resize that has any interpolation. */
export type AnyResizeOptions<D extends ImageDType> = AspectOptions & {
  readonly dtype?: D | undefined;
  readonly interpolation?: Interpolation;
  readonly antialias?: Antialias;
};

/** Names of the options of a resize to a given size. */
export const resizeOptions = ["dtype", "interpolation", "antialias"] as const;

/** A mask at another size: each pixel one that was there, so that classes stay classes; dtype as it is. */
export function resize<D extends ImageDType>(
  image: Image<D>,
  size: Extent | number,
  options: NearestOptions,
): Image<D>;
/**
 * The image at another size: antialiased bilinear, dtype float32 in [0, 1], as scikit-image's `resize`.
 *
 * Two resizes are multiplied into one, without rounding between them.
 *
 * @param size [height, width] in pixels, which changes the aspect unless `fit` says how not to; or a number: the shorter
 *   side becomes so long, the aspect is kept
 * @throws OptionError if the size is no pair of whole numbers from 1 to 16,384 and no such number, or an option is not
 *   as described.
 * @example
 * resize(imread("cat.jpg"), [200, 200]);                           // float32 [200, 200, 3]
 * resize(imread("cat.jpg"), [200, 200], { fit: "cover" });         // of the middle, in its aspect
 * crop(resize(imread("cat.jpg"), 256), [224, 224]);                // torchvision's Resize(256), CenterCrop(224)
 * resize(imread("mask.png"), [200, 200], { interpolation: "nearest" }); // uint8: classes stay classes
 */
export function resize<D extends ImageDType = "float32">(
  image: Image,
  size: Extent | number,
  options?: ResizeOptions<D> | (NearestOptions & { readonly dtype: D }),
): Image<D>;
export function resize(
  image: Image,
  size: Extent | number,
  options: AnyResizeOptions<ImageDType> = {},
): Image {
  checkKnown("resize()", options, [...resizeOptions, "fit", "fill"]);
  const { fit = "fill", fill } = options;
  checkChoice("fit", fit, ["fill", "cover", "contain"]);
  if (fill !== undefined && fit !== "contain")
    throw new OptionError('`fill` is the colour of borders, which only `fit: "contain"` adds.');
  if (typeof size === "number") {
    if (fit !== "fill")
      throw new OptionError(
        `\`fit: "${fit}"\` is about [height, width]: a number is the shorter side, and the aspect is kept anyway.`,
      );
    checkInteger("size", size, 1, largestSize);
    return resized(image, (height, width) => shorterSide(height, width, size), `${size}`, options);
  }
  const [height, width] = checkSize(size);
  if (fit === "fill") return resized(image, [height, width], `${height} ${width}`, options);
  const larger = fit === "cover";
  const scaled = resized(
    image,
    (h, w) => keptAspect(h, w, [height, width], larger),
    `${fit} ${height} ${width}`,
    options,
  );
  if (larger) {
    return next(
      scaled,
      { kind: "crop", height, width, top: undefined, left: undefined, position: [0.5, 0.5] },
      "crop",
      { height, width },
    );
  }
  const values = checkFill(fill ?? 0, lazyImage(image).channels);
  const padding = (h: number, w: number) => around(h, w, [height, width]);
  return next(scaled, { kind: "pad", padding, mode: "constant", fill: values }, `pad ${values}`, {
    height,
    width,
  });
}

/** `image` at a size that `named` names, with the checked options of a resize. */
export function resized(
  image: Image,
  size: BySize<Extent>,
  named: string,
  options: AnyResizeOptions<ImageDType>,
): Image {
  const {
    interpolation = "bilinear",
    dtype = interpolation === "nearest" ? lazyImage(image).dtype : "float32",
  } = options;
  const filter = filterOf(interpolation, options.antialias);
  checkChoice("dtype", dtype, ["float32", "uint8"]);
  if (dtype === "uint8") inRange('resize() with dtype: "uint8"', image);
  return next(image, { kind: "resize", size, filter, dtype }, `resize ${named} ${filter} ${dtype}`, {
    ...sizesOf(image, size),
    dtype,
  });
}

/** The filter that two options mean together. */
function filterOf(interpolation: Interpolation, antialias: Antialias | undefined): Filter {
  checkChoice("interpolation", interpolation, ["nearest", "bilinear", "bicubic"]);
  if (antialias !== undefined) checkChoice("antialias", antialias, ["triangle", "gaussian", false]);
  if (interpolation === "bilinear") return antialias ?? "triangle";
  if (antialias === undefined || (interpolation === "nearest" && antialias === false)) return interpolation;
  throw new OptionError(
    interpolation === "nearest"
      ? '`antialias` mixes pixels, and `interpolation: "nearest"` takes them as they are. Leave one of them away.'
      : '`antialias` says how `"bilinear"` is filtered; `"bicubic"` has a filter of its own. Leave one of them away.',
  );
}

/** The size of an image whose shorter side becomes `side`: torchvision's `Resize(side)`. */
function shorterSide(height: number, width: number, side: number): Extent {
  const shorter = Math.min(height, width);
  return [Math.floor((side * height) / shorter), Math.floor((side * width) / shorter)];
}

/** The size in the image's aspect that covers [height, width], or is within it: Pillow's `ImageOps.cover`, `contain`. */
function keptAspect(h: number, w: number, [height, width]: Extent, covers: boolean): Extent {
  // Compared as products, which are exact.
  const isWider = w * height > width * h;
  if (isWider === covers) return [height, Math.max(1, roundEven((w / h) * height))];
  return [Math.max(1, roundEven((h / w) * width)), width];
}

/** What is missing around an image to [height, width], the same on both sides but for one pixel. */
function around(h: number, w: number, [height, width]: Extent): Padding {
  const [top, left] = [roundEven((height - h) / 2), roundEven((width - w) / 2)];
  return { top, bottom: height - h - top, left, right: width - w - left };
}
