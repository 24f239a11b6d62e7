/** A part of an image. */
import { checkInteger, checkKnown, checkNumber, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { roundEven } from "../axis.ts";
import type { Extent } from "../geometry.ts";
import type { Image } from "../image.ts";
import type { ImageDType, Op } from "../pipeline.ts";
import { checkSize, next, sizesOf } from "./step.ts";

/** A size as shares of the image's own, above 0 and up to 1. */
export interface Shares {
  /** Default 1, all of it. */
  readonly height?: number;
  /** Default 1, all of it. */
  readonly width?: number;
}

/** Where {@link crop} takes its part from. */
export interface CropOptions {
  /** First row. */
  readonly top?: number;
  /** First column. */
  readonly left?: number;
  /**
   * The share of the room that is left above and to the left of the part, each from 0 to 1; for what `top` and `left`
   * do not say. Default [0.5, 0.5], the centre; half a pixel is rounded to the even one, as torchvision does.
   */
  readonly position?: readonly [vertical: number, horizontal: number];
}

/**
 * A part of the image, from its centre by default; dtype as it is.
 *
 * @param size [height, width] of the part in pixels; or shares of the image's own: a number for both, or
 *   `{ height, width }`. Running the image throws an ImageError where the part does not fit
 * @throws OptionError if the size or an option is not as described.
 * @example
 * crop(image, [224, 224]);                       // the centre
 * crop(image, [224, 224], { top: 0, left: 16 });
 * crop(image, 0.875);                            // the central 87.5 % of height and width
 * crop(image, { height: 0.5 }, { position: [1, 0] }); // the lower half
 */
export function crop<D extends ImageDType>(
  image: Image<D>,
  size: Extent | number | Shares,
  options: CropOptions = {},
): Image<D> {
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
  // Others are random numbers.
  const isUsual = position.every((share) => share === 0 || share === 0.5 || share === 1);
  if (Array.isArray(size)) {
    const [height, width] = checkSize(size);
    return next(
      image,
      { kind: "crop", height, width, top, left, position },
      isUsual ? `crop ${height} ${width} ${top} ${left} ${position}` : undefined,
      { height, width },
    );
  }
  const shares = checkShares(size);
  const part: Extract<Op, { kind: "part" }>["of"] = (h, w) => {
    const height = Math.max(1, roundEven(h * shares[0]));
    const width = Math.max(1, roundEven(w * shares[1]));
    return {
      top: top ?? roundEven((h - height) * position[0]),
      left: left ?? roundEven((w - width) * position[1]),
      height,
      width,
    };
  };
  const isUsualPart = isUsual && shares.every((share) => Number.isInteger(share * 1000));
  return next(
    image,
    { kind: "part", of: part },
    isUsualPart ? `part ${shares} ${top} ${left} ${position}` : undefined,
    sizesOf(image, (h, w) => {
      const { height, width } = part(h, w);
      return [height, width];
    }),
  );
}

/** Shares of height and width, checked. */
function checkShares(size: unknown): readonly [number, number] {
  const shares = typeof size === "number" ? { height: size, width: size } : size;
  if (typeof shares !== "object" || shares === null) {
    throw new OptionError(
      `The size of a part is [height, width] in pixels, a share of both, or { height, width } as shares, got ${show(size)}.`,
    );
  }
  checkKnown("The size of crop()", shares, ["height", "width"]);
  const { height = 1, width = 1 } = shares as Shares;
  for (const [name, share] of [
    ["height", height],
    ["width", width],
  ] as const) {
    checkNumber(name, share, 0, 1);
    if (share === 0) throw new OptionError(`\`${name}\` as a share of the image must be above 0.`);
  }
  return [height, width];
}
