/** A rectangle of the image covered by one colour. */
import { checkInteger, checkKnown } from "../../core/check.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import type { Rectangle } from "../program.ts";
import { lazyImage, next, perChannel } from "./step.ts";

/** What {@link erase} covers, in pixels, and with what. */
export interface EraseOptions {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** The colour, in the values of the image: one number, or one for each channel. Default 0. */
  readonly value?: number | readonly number[];
}

/**
 * The image with a rectangle of one colour. What of it lies outside is ignored; dtype and shape stay. An image that was
 * normalised may be erased, too: the value 0 is then the mean.
 *
 * @throws OptionError if an option is not as described.
 * @example
 * erase(image, { top: 10, left: 20, height: 30, width: 40 });
 */
export function erase<D extends ImageDType>(image: Image<D>, options: EraseOptions): Image<D> {
  checkKnown("erase()", options, ["top", "left", "height", "width", "value"]);
  const { top, left, height, width, value = 0 } = options;
  checkInteger("top", top);
  checkInteger("left", left);
  checkInteger("height", height);
  checkInteger("width", width);
  const rectangle = { top, left, height, width };
  return eraseStep(image, value, () => rectangle, `${top} ${left} ${height} ${width}`);
}

/** The image with the rectangle, which `key` names, that is found once the size of the image is known. */
export function eraseStep<D extends ImageDType>(
  image: Image<D>,
  value: number | readonly number[],
  rectangle: (height: number, width: number) => Rectangle,
  key: string,
): Image<D> {
  const { channels, dtype } = lazyImage(image);
  const values = perChannel("value", value, channels).map((v) => (dtype === "float32" ? v * 255 : v));
  return next(
    image,
    { kind: "pixels", steps: [{ kind: "erase", values, rectangle }] },
    `erase ${values} ${key}`,
    {},
  );
}
