/** One random augmentation, of random magnitude. */
import { checkKnown } from "../../core/check.ts";
import type { Random } from "../../random/random.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import {
  type AugmentationOptions,
  augment,
  augmentations,
  binsOf,
  movesOf,
  wideSpace,
} from "./augmentation.ts";
import { drawn } from "./draw.ts";
import { inRange } from "./range.ts";
import { checkRandom } from "./step.ts";

/** What {@link trivialAugment} is told. */
export interface TrivialAugmentOptions extends AugmentationOptions {
  /** Draws the augmentation and its magnitude: `context.random`. */
  readonly random: Random;
}

/**
 * The image after one of fourteen augmentations, each equally likely, as its magnitudes are: torchvision's
 * `TrivialAugmentWide`. The numbers are drawn now. No augmentation changes the shape or the dtype.
 * Source: S. Müller, F. Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation", ICCV 2021.
 *
 * @throws OptionError if an option is not as described, or the image was normalised.
 * @example
 * // of getItem(index, { random })
 * trivialAugment(resize(imread(file), [224, 224]), { random });
 */
export function trivialAugment<D extends ImageDType>(
  image: Image<D>,
  options: TrivialAugmentOptions,
): Image<D> {
  inRange("trivialAugment()", image);
  checkKnown("trivialAugment()", options, ["random", "numMagnitudeBins", "interpolation", "fill"]);
  const { random } = options;
  checkRandom("trivialAugment()", random);
  const bins = binsOf(options);
  const moves = movesOf(image, options);
  const name = random.choice(augmentations);
  const bin = random.integer(0, bins);
  const sign = random.boolean() ? -1 : 1;
  return augment(drawn(image), name, wideSpace, { bin, bins, sign }, moves);
}
