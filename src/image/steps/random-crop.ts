/**
 * Parts of an image that are drawn. The numbers are drawn when a part is described, always as many, so that what is drawn
 * next does not depend on the image; what they mean follows when its size is known.
 */
import { checkKnown, checkPositive } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { exp } from "../../random/exp.ts";
import { log } from "../../random/log.ts";
import type { Random } from "../../random/random.ts";
import { roundEven } from "../axis.ts";
import type { Extent } from "../geometry.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import type { Rectangle } from "../program.ts";
import { type PadImageOptions, type PadSize, padImage } from "./pad-image.ts";
import {
  type AnyResizeOptions,
  type NearestOptions,
  type ResizeOptions,
  resized,
  resizeOptions,
} from "./resize.ts";
import { checkRandom, checkRange, checkSize, lazyImage, next } from "./step.ts";

/** Which parts {@link randomResizedCrop} draws. */
export interface PartOptions {
  /** Draws the numbers: `random` of `getItem(index, { random })`. */
  readonly random: Random;
  /** The least and the largest share of the image's area. Default [0.08, 1]. */
  readonly scale?: readonly [min: number, max: number];
  /** The least and the largest ratio of width to height. Default [3/4, 4/3]. */
  readonly ratio?: readonly [min: number, max: number];
}

/** Attempts to draw a part that fits. */
const attempts = 10;

/** A part of a mask, at another size: each pixel one that was there; dtype as it is. */
export function randomResizedCrop<D extends ImageDType>(
  image: Image<D>,
  size: Extent,
  options: PartOptions & Omit<NearestOptions, "fit" | "fill">,
): Image<D>;
/**
 * A random part of the image, at another size: torchvision's `RandomResizedCrop`, its distribution and its defaults. 8 to
 * 100 % of the area, an aspect of 3/4 to 4/3; where no such part was found in ten attempts, the middle.
 *
 * @param size [height, width] of the result in pixels
 * @throws OptionError if the size or an option is not as described.
 * @example
 * const part = randomResizedCrop(imread("cat.jpg"), [224, 224], { random }); // float32 [224, 224, 3]
 * randomFlip(part, { random });
 */
export function randomResizedCrop<D extends ImageDType = "float32">(
  image: Image,
  size: Extent,
  options: PartOptions &
    (Omit<ResizeOptions<D>, "fit" | "fill"> | (Omit<NearestOptions, "fit" | "fill"> & { readonly dtype: D })),
): Image<D>;
export function randomResizedCrop(
  image: Image,
  size: Extent,
  options: PartOptions & Omit<AnyResizeOptions<ImageDType>, "fit" | "fill">,
): Image {
  const [height, width] = checkSize(size);
  checkKnown("randomResizedCrop()", options, ["random", "scale", "ratio", ...resizeOptions]);
  const { random, scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options;
  checkRandom("randomResizedCrop()", random);
  checkRange("scale", scale, 0, 1);
  checkRange("ratio", ratio, 0, 1000);
  checkPositive("scale[0]", scale[0]);
  checkPositive("ratio[0]", ratio[0]);
  const [narrowest, widest] = [log(ratio[0]), log(ratio[1])];
  const areas = new Float64Array(attempts);
  const ratios = new Float64Array(attempts);
  for (let i = 0; i < attempts; i++) {
    areas[i] = random.uniform(scale[0], scale[1]);
    ratios[i] = random.uniform(narrowest, widest);
  }
  const [down, right] = [random.uniform(), random.uniform()];
  const of = (h: number, w: number): Rectangle => {
    for (let i = 0; i < attempts; i++) {
      const area = h * w * areas[i]!;
      const aspect = exp(ratios[i]!);
      const partWidth = roundEven(Math.sqrt(area * aspect));
      const partHeight = roundEven(Math.sqrt(area / aspect));
      if (partWidth < 1 || partWidth > w || partHeight < 1 || partHeight > h) continue;
      const [top, left] = [placed(h - partHeight, down), placed(w - partWidth, right)];
      return { top, left, height: partHeight, width: partWidth };
    }
    return middle(h, w, ratio);
  };
  const part = next(image, { kind: "part", of }, undefined, {});
  return resized(part, [height, width], "", options);
}

/** All of an image but for what is beyond the widest or the narrowest aspect. */
function middle(h: number, w: number, [narrowest, widest]: readonly [number, number]): Rectangle {
  const height = w / h < narrowest ? Math.min(h, roundEven(w / narrowest)) : h;
  const width = w / h > widest ? Math.min(w, roundEven(h * widest)) : w;
  return { top: (h - height) >> 1, left: (w - width) >> 1, height, width };
}

/** The first of `room` + 1 positions for a number of [0, 1), each equally likely. */
function placed(room: number, drawn: number): number {
  return Math.max(0, Math.floor(drawn * (room + 1)));
}

/** Options of {@link randomCrop}. */
export interface RandomCropOptions extends PadImageOptions {
  /** Draws the numbers: `random` of `getItem(index, { random })`. */
  readonly random: Random;
  /** Pixels that are added around the image first, as {@link padImage} takes them. Default none. */
  readonly padding?: PadSize;
}

/** As many positions of a part have pipelines that are kept: those of 8 x 8 pixels more than the part. */
const fewPositions = 81;

/**
 * A part of the image at a random place, each equally likely: torchvision's `RandomCrop`; dtype as it is.
 *
 * @param size [height, width] of the part in pixels; running the image throws an ImageError where it does not fit
 * @throws OptionError if the size or an option is not as described.
 * @example
 * randomCrop(image, [32, 32], { random, padding: 4 }); // CIFAR's
 */
export function randomCrop<D extends ImageDType>(
  image: Image<D>,
  size: Extent,
  options: RandomCropOptions,
): Image<D> {
  const [height, width] = checkSize(size);
  checkKnown("randomCrop()", options, ["random", "padding", "fill", "mode"]);
  const { random, padding, ...padOptions } = options;
  checkRandom("randomCrop()", random);
  if (padding === undefined && Object.keys(padOptions).length > 0)
    throw new OptionError("`fill` and `mode` say how the image is padded: give `padding`, too.");
  const [down, right] = [random.uniform(), random.uniform()];
  const padded = padding === undefined ? image : padImage(image, padding, padOptions);
  const { height: h, width: w } = lazyImage(padded);
  if (h === undefined || w === undefined) {
    const of = (all: number, across: number): Rectangle => ({
      top: placed(all - height, down),
      left: placed(across - width, right),
      height,
      width,
    });
    return next(padded, { kind: "part", of }, undefined, { height, width });
  }
  const [top, left] = [placed(h - height, down), placed(w - width, right)];
  const few = (h - height + 1) * (w - width + 1) <= fewPositions;
  return next(
    padded,
    { kind: "crop", height, width, top, left, position: [0, 0] },
    few ? `crop ${height} ${width} ${top} ${left} 0,0` : undefined,
    { height, width },
  );
}
