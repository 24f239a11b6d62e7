/** A part of an image. */
import { checkInteger, checkKnown, checkNumber, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { checkSize, next } from "./step.ts";

/** Where {@link crop} takes its part from. */
export interface CropOptions {
  /** First row. */
  readonly top?: number;
  /** First column. */
  readonly left?: number;
  /**
   * The share of the room that is left above and to the left of the part, each from 0 to 1; for what `top` and `left`
   * do not say. Default [0.5, 0.5], the centre. Random numbers make a random crop, whatever the image's size.
   */
  readonly position?: readonly [vertical: number, horizontal: number];
}

/**
 * A part of the image, from its centre by default; dtype as it is.
 *
 * @param size [height, width] of the part in pixels; running the image throws an ImageError where it does not fit
 * @throws OptionError if the size or an option is not as described.
 * @example
 * crop(image, [224, 224]);                                                             // the centre
 * crop(image, [224, 224], { top: 0, left: 16 });
 * crop(image, [224, 224], { position: [random.uniform(), random.uniform()] });         // a random crop
 */
export function crop<D extends ImageDType>(
  image: Image<D>,
  size: readonly [height: number, width: number],
  options: CropOptions = {},
): Image<D> {
  const [height, width] = checkSize(size);
  checkKnown("crop()", options, ["top", "left", "position"]);
  const { top, left, position = [0.5, 0.5] } = options;
  if (top !== undefined) checkInteger("top", top);
  if (left !== undefined) checkInteger("left", left);
  if (!Array.isArray(position) || position.length !== 2) {
    throw new OptionError(
      `\`position\` must be [vertical, horizontal], each from 0 to 1, got ${show(position)}.`,
    );
  }
  checkNumber("position[0]", position[0], 0, 1);
  checkNumber("position[1]", position[1], 0, 1);
  return next(
    image,
    { kind: "crop", height, width, top, left, position },
    `crop ${height} ${width} ${top} ${left} ${position}`,
    { height, width },
  );
}
