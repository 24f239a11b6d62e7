/** A random rectangle of the image covered by one colour. */
import { checkKnown, checkNumber } from "../../core/check.ts";
import { exp } from "../../random/exp.ts";
import { log } from "../../random/log.ts";
import type { Random } from "../../random/random.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import type { Rectangle } from "../program.ts";
import { drawn } from "./draw.ts";
import { eraseStep } from "./erase.ts";
import { checkRandom, checkRange, lazyImage, perChannel } from "./step.ts";

/** Which rectangles {@link randomErasing} covers, and with what. */
export interface RandomErasingOptions {
  /** Draws the rectangle: `context.random`. */
  readonly random: Random;
  /** How likely an image has one. Default 0.5. */
  readonly probability?: number;
  /** Range of its share of the area. Default [0.02, 0.33]. */
  readonly scale?: readonly [min: number, max: number];
  /** Range of its height divided by its width. Default [0.3, 3.3]. */
  readonly ratio?: readonly [min: number, max: number];
  /** The colour, in the values of the image: one number, or one for each channel. Default 0. */
  readonly value?: number | readonly number[];
}

/** As often a rectangle is drawn, until one fits. */
const attempts = 10;

/**
 * The image with a random rectangle of one colour, or as it is: torchvision's `RandomErasing`. The numbers are drawn now,
 * equally many whatever the image, and the rectangle is found when its size is known. An image that was normalised may be
 * erased, too: the value 0 is then the mean.
 *
 * @throws OptionError if an option is not as described.
 * @example
 * // of getItem(index, { random })
 * randomErasing(image, { random, probability: 0.25 });
 */
export function randomErasing<D extends ImageDType>(
  image: Image<D>,
  options: RandomErasingOptions,
): Image<D> {
  checkKnown("randomErasing()", options, ["random", "probability", "scale", "ratio", "value"]);
  const { random, probability = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options;
  checkRandom("randomErasing()", random);
  checkNumber("probability", probability, 0, 1);
  checkRange("scale", scale, 0, 1);
  checkRange("ratio", ratio, 0.001, 1000);
  perChannel("value", value, lazyImage(image).channels);
  const erases = random.boolean(probability);
  const [low, high] = [log(ratio[0]), log(ratio[1])];
  const parts = Array.from(
    { length: attempts },
    () => [random.uniform(...scale), exp(random.uniform(low, high))] as const,
  );
  const place = [random.uniform(), random.uniform()] as const;
  if (!erases) return image;
  const rectangle = (height: number, width: number) => fitting(height, width, parts, place);
  return eraseStep(drawn(image), value, rectangle, "");
}

/** The first of `parts`, each a share of the area and an aspect, that is smaller than the image; an empty one if none is. */
function fitting(
  height: number,
  width: number,
  parts: readonly (readonly [share: number, aspect: number])[],
  [down, right]: readonly [number, number],
): Rectangle {
  for (const [share, aspect] of parts) {
    const area = height * width * share;
    const h = Math.round(Math.sqrt(area * aspect));
    const w = Math.round(Math.sqrt(area / aspect));
    if (h >= height || w >= width) continue;
    const [top, left] = [Math.floor(down * (height - h + 1)), Math.floor(right * (width - w + 1))];
    return { top, left, height: h, width: w };
  }
  return { top: 0, left: 0, height: 0, width: 0 };
}
