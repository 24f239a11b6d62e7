/** A blurred image. */
import { checkInteger, checkKnown, checkNumber, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { next } from "./step.ts";

/** Options of {@link blur}. */
export interface BlurOptions {
  /** The Gaussian's standard deviation in pixels, above 0. */
  readonly sigma: number;
  /** Pixels across which it is summed, an odd number. Default 6 `sigma` + 1, rounded, as OpenCV's for bytes. */
  readonly size?: number;
}

/**
 * The image under a Gaussian, mirrored at its edges: torchvision's `gaussian_blur`. dtype and shape as they are.
 *
 * It is one with a resize before or after it: blurring costs no second pass.
 *
 * @throws OptionError if an option is not as described.
 * @example
 * blur(resize(image, [224, 224]), { sigma: random.uniform(0.1, 2), size: 23 });
 */
export function blur<D extends ImageDType>(image: Image<D>, options: BlurOptions): Image<D> {
  checkKnown("blur()", options, ["sigma", "size"]);
  const { sigma } = options;
  checkNumber("sigma", sigma, 0, 1000);
  // Smaller ones are no blur: all weight is on the pixel itself.
  if (sigma < 1e-3)
    throw new OptionError(`\`sigma\` must be 0.001 or more, got ${show(sigma)}. Leave blur() away then.`);
  const { size = 2 * Math.floor((Math.round(6 * sigma) + 1) / 2) + 1 } = options;
  checkInteger("size", size, 1, 10_001);
  if (size % 2 === 0)
    throw new OptionError(`\`size\` must be odd, got ${size}: the pixel itself is the middle.`);
  const radius = (size - 1) / 2;
  return next(image, { kind: "blur", sigma, radius }, keyOf(sigma, radius), {});
}

/** Names a blur that other images may have, too: not one of a sigma that was drawn. */
function keyOf(sigma: number, radius: number): string | undefined {
  return Number.isInteger(sigma * 100) ? `blur ${sigma} ${radius}` : undefined;
}
