/** An image turned, scaled, moved and sheared about its centre. */
import { checkChoice, checkKnown, checkNumber, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Random } from "../../random/random.ts";
import type { Image } from "../image.ts";
import { affineMatrix } from "../matrix.ts";
import type { ImageDType } from "../pipeline.ts";
import { inRange } from "./range.ts";
import { checkFill, checkRandom, checkRange, type FillOptions, lazyImage, next } from "./step.ts";

/** How the pixels of a warped image are made of those that are there. */
export interface WarpOptions extends FillOptions {
  /** `"bilinear"` (default): of the four around; or `"nearest"`, for masks. */
  readonly interpolation?: "bilinear" | "nearest";
}

/** Options of {@link affine}. */
export interface AffineOptions extends WarpOptions {
  /** Degrees, clockwise, as torchvision's `affine`. Default 0. */
  readonly rotate?: number;
  /** Above 0; 2 makes all twice as large. Default 1. */
  readonly scale?: number;
  /** How far down and to the right, as shares of height and width. Default [0, 0]. */
  readonly translate?: readonly [vertical: number, horizontal: number];
  /**
   * Degrees by which upright lines lean: a number, torchvision's first; or [vertical, horizontal], of which the
   * first is the angle of level lines. Default 0.
   */
  readonly shear?: number | readonly [vertical: number, horizontal: number];
}

/**
 * The image turned, scaled, moved and sheared about its centre, torchvision's `affine`; dtype and shape as they are. What
 * lies outside is `fill`.
 *
 * It is a pass of its own over the pixels: take what makes the image small before it.
 *
 * @throws OptionError if an option is not as described, or the image was normalised.
 * @example
 * affine(resize(image, [224, 224]), { rotate: 15, translate: [0, 0.1] }); // 15 degrees, a tenth to the right
 */
export function affine<D extends ImageDType>(image: Image<D>, options: AffineOptions): Image<D> {
  inRange("affine()", image);
  checkKnown("affine()", options, ["rotate", "scale", "translate", "shear", "fill", "interpolation"]);
  const { rotate = 0, scale = 1, translate = [0, 0], shear = 0 } = options;
  checkNumber("rotate", rotate);
  checkNumber("scale", scale, 1e-6, 1e6);
  const [down, right] = checkPair("translate", translate, -1e6, 1e6);
  const shears = checkPair("shear", typeof shear === "number" ? [0, shear] : shear, -89, 89);
  const parts = [rotate, scale, down, right, ...shears];
  return next(
    image,
    {
      kind: "warp",
      matrix: (height, width) =>
        affineMatrix(
          { rotate, scale, translate: [down * height, right * width], shear: shears },
          height,
          width,
        ),
      ...checkWarp(image, options),
    },
    // Others are random numbers.
    parts.every((part) => Number.isInteger(part * 10)) ? `affine ${parts} ${keyOfWarp(options)}` : undefined,
    {},
  );
}

/** What is outside and how pixels are made of others, checked. */
export function checkWarp(
  image: Image,
  { fill = 0, interpolation = "bilinear" }: WarpOptions,
): { readonly fill: readonly number[]; readonly interpolation: "bilinear" | "nearest" } {
  checkChoice("interpolation", interpolation, ["bilinear", "nearest"]);
  return { fill: checkFill(fill, lazyImage(image).channels), interpolation };
}

/** Names {@link checkWarp}'s options. */
function keyOfWarp({ fill, interpolation }: WarpOptions): string {
  return `${fill} ${interpolation}`;
}

/** Options of {@link randomAffine}: what is drawn, each evenly between two numbers. */
export interface RandomAffineOptions extends WarpOptions {
  /** Draws the numbers: `random` of `getItem(index, { random })`. */
  readonly random: Random;
  /** Degrees: from the first to the second, or one number for from minus it to it. Default 0. */
  readonly rotate?: number | readonly [min: number, max: number];
  /** The least and the largest scale. Default [1, 1]. */
  readonly scale?: readonly [min: number, max: number];
  /** The furthest way, up or down and to either side, as shares of height and width. Default [0, 0]. */
  readonly translate?: readonly [vertical: number, horizontal: number];
  /** Degrees of horizontal shear, as `rotate`. Default 0. */
  readonly shear?: number | readonly [min: number, max: number];
}

/**
 * The image turned, scaled, moved and sheared at random: torchvision's `RandomAffine`; dtype and shape as they are.
 *
 * @throws OptionError if an option is not as described, or the image was normalised.
 * @example
 * randomAffine(image, { random, rotate: 15, translate: [0.1, 0.1], scale: [0.9, 1.1] });
 */
export function randomAffine<D extends ImageDType>(image: Image<D>, options: RandomAffineOptions): Image<D> {
  inRange("randomAffine()", image);
  checkKnown("randomAffine()", options, [
    "random",
    "rotate",
    "scale",
    "translate",
    "shear",
    "fill",
    "interpolation",
  ]);
  const { random, rotate = 0, scale = [1, 1], translate = [0, 0], shear = 0, ...warp } = options;
  checkRandom("randomAffine()", random);
  const angles = rangeAround("rotate", rotate, -1e6, 1e6);
  const scales = checkRange("scale", scale, 1e-6, 1e6);
  const [down, right] = checkPair("translate", translate, 0, 1e6);
  const shears = rangeAround("shear", shear, -89, 89);
  return affine(image, {
    rotate: random.uniform(...angles),
    scale: random.uniform(...scales),
    translate: [random.uniform(-down, down), random.uniform(-right, right)],
    shear: random.uniform(...shears),
    ...warp,
  });
}

function checkPair(name: string, value: unknown, least: number, most: number): readonly [number, number] {
  if (!Array.isArray(value) || value.length !== 2)
    throw new OptionError(`\`${name}\` must be [vertical, horizontal], got ${show(value)}.`);
  for (const [i, entry] of value.entries()) checkNumber(`${name}[${i}]`, entry, least, most);
  return [value[0], value[1]];
}

/** A range; a number stands for that from it on either side of 0. */
function rangeAround(name: string, value: unknown, low: number, high: number): readonly [number, number] {
  return checkRange(name, typeof value === "number" ? [-Math.abs(value), Math.abs(value)] : value, low, high);
}
