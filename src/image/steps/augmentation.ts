/**
 * The augmentations that policies choose from, with the ranges of their magnitudes: those of torchvision's `RandAugment`
 * and `TrivialAugmentWide`.
 */
import { checkChoice, checkInteger } from "../../core/check.ts";
import { roundEven } from "../axis.ts";
import type { Image } from "../image.ts";
import { affineMatrix } from "../matrix.ts";
import type { ImageDType, WarpOp } from "../pipeline.ts";
import { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from "./adjustments.ts";
import { autocontrast, equalize } from "./histogram.ts";
import { checkFill, lazyImage, next } from "./step.ts";
import { posterize, solarize } from "./tones.ts";

/** What policies are told besides. */
export interface AugmentationOptions {
  /** How many magnitudes there are, from none to the most. Default 31. */
  readonly numMagnitudeBins?: number;
  /** How pixels are found that are moved. Default `"nearest"`. */
  readonly interpolation?: "nearest" | "bilinear";
  /** The colour of what lies outside the image, 0 to 255: one number, or one for each channel. Default 0, black. */
  readonly fill?: number | readonly number[];
}

/** How far a policy goes. */
export interface AugmentationSpace {
  /** Most pixels by which a row is moved against the next. */
  readonly shear: number;
  /** Most pixels by which an image with a side of so many is moved along it. */
  readonly translate: (side: number) => number;
  /** Most degrees. */
  readonly rotate: number;
  /** Furthest that factors are from 1. */
  readonly factor: number;
  /** Most bits that posterize takes away. */
  readonly bits: number;
}

/** That of RandAugment. */
export const randSpace: AugmentationSpace = {
  shear: 0.3,
  translate: (side) => (150 / 331) * side,
  rotate: 30,
  factor: 0.9,
  bits: 4,
};

/** That of TrivialAugment, in its wide form. */
export const wideSpace: AugmentationSpace = {
  shear: 0.99,
  translate: () => 32,
  rotate: 135,
  factor: 0.99,
  bits: 6,
};

/** All augmentations, in torchvision's order, of which a policy draws one. */
export const augmentations = [
  "identity",
  "shearX",
  "shearY",
  "translateX",
  "translateY",
  "rotate",
  "brightness",
  "color",
  "contrast",
  "sharpness",
  "posterize",
  "solarize",
  "autocontrast",
  "equalize",
] as const;

/** Which of the magnitudes of an augmentation, from 0 to `bins` - 1, and in which direction. */
export interface Magnitude {
  readonly bin: number;
  readonly bins: number;
  readonly sign: 1 | -1;
}

/** How pixels are found that an augmentation moves. */
type Moves = Pick<WarpOp, "interpolation" | "fill">;

/** The image after one augmentation. One long function, as it is a table of them. */
export function augment<D extends ImageDType>(
  image: Image<D>,
  name: (typeof augmentations)[number],
  space: AugmentationSpace,
  { bin, bins, sign }: Magnitude,
  moves: Moves,
): Image<D> {
  const steps = bins - 1;
  // From 0 to the most; divided last, so that whole numbers are met exactly.
  const reach = (most: number) => (sign * most * bin) / steps;
  // Without a name, as what is drawn is of one image alone.
  const move = (matrix: WarpOp["matrix"]) =>
    next<D>(image, { kind: "warp", matrix, ...moves }, undefined, {});
  switch (name) {
    case "identity":
      return image;
    case "shearX": {
      const shear = reach(space.shear);
      return move(() => [1, shear, 0, 0, 1, 0, 0, 0, 1]);
    }
    case "shearY": {
      const shear = reach(space.shear);
      return move(() => [1, 0, 0, shear, 1, 0, 0, 0, 1]);
    }
    case "translateX":
      return move((_, width) => [1, 0, -Math.trunc(reach(space.translate(width))), 0, 1, 0, 0, 0, 1]);
    case "translateY":
      return move((height) => [1, 0, 0, 0, 1, -Math.trunc(reach(space.translate(height))), 0, 0, 1]);
    case "rotate": {
      // Counterclockwise, as torchvision's `rotate` and not its `affine`.
      const parts = { rotate: -reach(space.rotate), scale: 1, translate: [0, 0], shear: [0, 0] } as const;
      return move((height, width) => affineMatrix(parts, height, width));
    }
    case "brightness":
      return adjustBrightness(image, 1 + reach(space.factor));
    case "color":
      return adjustSaturation(image, 1 + reach(space.factor));
    case "contrast":
      return adjustContrast(image, 1 + reach(space.factor));
    case "sharpness":
      return adjustSharpness(image, 1 + reach(space.factor));
    case "posterize":
      return posterize(image, roundEven(8 - (space.bits * bin) / steps));
    case "solarize": {
      const most = lazyImage(image).dtype === "float32" ? 1 : 255;
      return solarize(image, (most * (steps - bin)) / steps);
    }
    case "autocontrast":
      return autocontrast(image);
    case "equalize":
      return equalize(image);
  }
}

/** How pixels are moved, of the options of a policy. */
export function movesOf(image: Image, { interpolation = "nearest", fill = 0 }: AugmentationOptions): Moves {
  checkChoice("interpolation", interpolation, ["nearest", "bilinear"]);
  return { interpolation, fill: checkFill(fill, lazyImage(image).channels) };
}

/** How many magnitudes there are. */
export function binsOf({ numMagnitudeBins = 31 }: AugmentationOptions): number {
  checkInteger("numMagnitudeBins", numMagnitudeBins, 2);
  return numMagnitudeBins;
}
