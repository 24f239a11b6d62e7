/** An image mirrored. */
import { checkChoice } from "../../core/check.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { next } from "./step.ts";

/**
 * The image mirrored; dtype and shape as they are.
 *
 * @param axis `"horizontal"` (default) swaps left and right, `"vertical"` swaps top and bottom
 * @example
 * random.uniform() < 0.5 ? flip(image) : image
 */
export function flip<D extends ImageDType>(
  image: Image<D>,
  axis: "horizontal" | "vertical" = "horizontal",
): Image<D> {
  checkChoice("axis", axis, ["horizontal", "vertical"]);
  return next(image, { kind: "flip", axis }, `flip ${axis}`, {});
}
