/** Colours changed by given factors. */
import { checkKnown, checkNumber } from "../../core/check.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import {
  type Adjustment,
  adjustBrightness,
  adjustContrast,
  adjustGamma,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
} from "./adjustments.ts";
import { inRange } from "./range.ts";

/** What {@link adjust} changes. What is not said stays as it is. */
export interface AdjustOptions {
  /** The image times this: 0 is black, 1 as it is. */
  readonly brightness?: number;
  /** So much of the image, and the rest of the mean of its luma: 0 is one grey, 1 as it is, above 1 more contrast. */
  readonly contrast?: number;
  /** So much of the image, and the rest of its luma: 0 is grey, 1 as it is, above 1 more colourful. */
  readonly saturation?: number;
  /** Turns all hues by this part of the circle, -0.5 to 0.5. */
  readonly hue?: number;
  /** Values of 0 to 1 to this power: below 1 shadows become lighter. */
  readonly gamma?: number;
  /** So much of the image, and the rest of it blurred: 0 is blurred, 1 as it is, above 1 sharper. */
  readonly sharpness?: number;
}

/** In the order in which they are applied. */
const properties: readonly (readonly [keyof AdjustOptions, Adjustment, low: number, high: number])[] = [
  ["brightness", adjustBrightness, 0, Number.POSITIVE_INFINITY],
  ["contrast", adjustContrast, 0, Number.POSITIVE_INFINITY],
  ["saturation", adjustSaturation, 0, Number.POSITIVE_INFINITY],
  ["hue", adjustHue, -0.5, 0.5],
  ["gamma", adjustGamma, 0, Number.POSITIVE_INFINITY],
  ["sharpness", adjustSharpness, 0, Number.POSITIVE_INFINITY],
];

/**
 * The image with other colours, as torchvision's `adjust_brightness` and its kind: in the order brightness, contrast,
 * saturation, hue, gamma, sharpness, each cut to the range of the image. dtype and shape stay, and so does alpha; to grey
 * images saturation and hue do nothing. Adjust twice for another order.
 *
 * @throws OptionError if a factor is out of its range, or the image was normalised.
 * @example
 * adjust(image, { brightness: 1.2, saturation: 0.8 });
 */
export function adjust<D extends ImageDType>(image: Image<D>, options: AdjustOptions): Image<D> {
  inRange("adjust()", image);
  checkKnown(
    "adjust()",
    options,
    properties.map(([name]) => name),
  );
  return properties.reduce((adjusted, [name, adjustment, low, high]) => {
    const factor = options[name];
    if (factor === undefined) return adjusted;
    checkNumber(name, factor, low, high);
    return adjustment(adjusted, factor);
  }, image);
}
