/** Colours changed at random. */
import { checkKnown, checkNumber } from "../../core/check.ts";
import type { Random } from "../../random/random.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from "./adjustments.ts";
import { drawn } from "./draw.ts";
import { inRange } from "./range.ts";
import { checkRandom, checkRange } from "./step.ts";

/** How far {@link colorJitter} goes: a number for 1 - number to 1 + number (for hue -number to number), or [min, max]. */
export interface ColorJitterOptions {
  /** Draws the factors: `context.random`. */
  readonly random: Random;
  /** Range of the factor of brightness, at least 0. Default 0. */
  readonly brightness?: number | readonly [min: number, max: number];
  /** Range of the factor of contrast, at least 0. Default 0. */
  readonly contrast?: number | readonly [min: number, max: number];
  /** Range of the factor of saturation, at least 0. Default 0. */
  readonly saturation?: number | readonly [min: number, max: number];
  /** Range of the turn of hues, within -0.5 to 0.5. Default 0. */
  readonly hue?: number | readonly [min: number, max: number];
}

/** With the factor that changes nothing, in the order in which their factors are drawn. */
const jittered = [
  ["brightness", adjustBrightness, 1],
  ["contrast", adjustContrast, 1],
  ["saturation", adjustSaturation, 1],
  ["hue", adjustHue, 0],
] as const;

/**
 * The image with brightness, contrast, saturation and hue changed by random factors, in a random order: torchvision's
 * `ColorJitter`. The factors are drawn now, equally many whatever the options, and each is uniform in its range.
 *
 * @throws OptionError if a range is not as described, or the image was normalised.
 * @example
 * // of getItem(index, { random })
 * colorJitter(image, { random, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
 */
export function colorJitter<D extends ImageDType>(image: Image<D>, options: ColorJitterOptions): Image<D> {
  inRange("colorJitter()", image);
  checkKnown("colorJitter()", options, ["random", "brightness", "contrast", "saturation", "hue"]);
  const { random } = options;
  checkRandom("colorJitter()", random);
  const ranges = jittered.map(([name, , neutral]) => rangeOf(name, neutral, options[name]));
  const order = random.shuffle([0, 1, 2, 3]);
  const factors = ranges.map(([min, max]) => random.uniform(min, max));
  return order.reduce((changed, i) => jittered[i]![1](changed, factors[i]!), drawn(image));
}

function rangeOf(name: string, neutral: number, value: unknown = 0): readonly [min: number, max: number] {
  const [low, high] = neutral === 0 ? [-0.5, 0.5] : [0, Number.POSITIVE_INFINITY];
  if (typeof value === "number") {
    checkNumber(name, value, 0, high);
    return [Math.max(low, neutral - value), neutral + value];
  }
  return checkRange(name, value, low, high);
}
