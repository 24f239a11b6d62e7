/** An image mirrored. */
import { checkChoice, checkKnown, checkNumber } from "../../core/check.ts";
import type { Random } from "../../random/random.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { checkRandom, lazyImage, next } from "./step.ts";

/** The axis of {@link flip}: left and right change places, or top and bottom. */
export type FlipAxis = "horizontal" | "vertical";

/**
 * The image mirrored; dtype and shape as they are.
 *
 * @param axis `"horizontal"` (default) swaps left and right, `"vertical"` swaps top and bottom
 * @example
 * flip(image, "vertical")
 */
export function flip<D extends ImageDType>(image: Image<D>, axis: FlipAxis = "horizontal"): Image<D> {
  checkChoice("axis", axis, ["horizontal", "vertical"]);
  return next(image, { kind: "flip", axis }, `flip ${axis}`, {});
}

/** Options of {@link randomFlip}. */
export interface RandomFlipOptions {
  /** Draws the number: `random` of `getItem(index, { random })`. */
  readonly random: Random;
  /** How often the image is mirrored. Default 0.5. */
  readonly probability?: number;
  /** Which sides change places. Default `"horizontal"`, left and right. */
  readonly axis?: FlipAxis;
}

/**
 * The image, mirrored half of the time; dtype and shape as they are.
 *
 * @throws OptionError if an option is not as described.
 * @example
 * randomFlip(image, { random });
 */
export function randomFlip<D extends ImageDType>(image: Image<D>, options: RandomFlipOptions): Image<D> {
  checkKnown("randomFlip()", options, ["random", "probability", "axis"]);
  const { random, probability = 0.5, axis = "horizontal" } = options;
  checkRandom("randomFlip()", random);
  checkNumber("probability", probability, 0, 1);
  checkChoice("axis", axis, ["horizontal", "vertical"]);
  lazyImage(image);
  return random.boolean(probability) ? flip(image, axis) : image;
}
