/** Several random augmentations, of one magnitude. */
import { checkInteger, checkKnown } from "../../core/check.ts";
import type { Random } from "../../random/random.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import {
  type AugmentationOptions,
  augment,
  augmentations,
  binsOf,
  movesOf,
  randSpace,
} from "./augmentation.ts";
import { drawn } from "./draw.ts";
import { inRange } from "./range.ts";
import { checkRandom } from "./step.ts";

/** What {@link randAugment} is told. */
export interface RandAugmentOptions extends AugmentationOptions {
  /** Draws the augmentations and their directions: `context.random`. */
  readonly random: Random;
  /** How many augmentations, one after the other. Default 2. */
  readonly numOps?: number;
  /** Which of the magnitudes: from 0, none, to `numMagnitudeBins` - 1, the most. Default 9. */
  readonly magnitude?: number;
}

/**
 * The image after some of fourteen augmentations, each equally likely, of one magnitude: torchvision's `RandAugment`. The
 * numbers are drawn now. No augmentation changes the shape or the dtype.
 * Source: E. D. Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space", 2019.
 *
 * @throws OptionError if an option is not as described, or the image was normalised.
 * @example
 * // of getItem(index, { random })
 * randAugment(resize(imread(file), [224, 224]), { random, numOps: 2, magnitude: 9 });
 */
export function randAugment<D extends ImageDType>(image: Image<D>, options: RandAugmentOptions): Image<D> {
  inRange("randAugment()", image);
  const known = ["random", "numOps", "magnitude", "numMagnitudeBins", "interpolation", "fill"];
  checkKnown("randAugment()", options, known);
  const { random, numOps = 2, magnitude = 9 } = options;
  checkRandom("randAugment()", random);
  const bins = binsOf(options);
  checkInteger("numOps", numOps);
  checkInteger("magnitude", magnitude, 0, bins - 1);
  const moves = movesOf(image, options);
  let augmented = numOps === 0 ? image : drawn(image);
  for (let i = 0; i < numOps; i++) {
    const name = random.choice(augmentations);
    const sign = random.boolean() ? -1 : 1;
    augmented = augment(augmented, name, randSpace, { bin: magnitude, bins, sign }, moves);
  }
  return augmented;
}
