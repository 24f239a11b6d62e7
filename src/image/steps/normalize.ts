/** Values brought to the mean and the deviation that a model was trained with. */
import { checkKnown } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Image } from "../image.ts";
import { lazyImage, next, perChannel } from "./step.ts";

/**
 * What {@link normalize} subtracts and divides by: one number, or one for each channel. What `statistics` of a data set
 * gives may be given as it is.
 */
export interface NormalizeOptions {
  /** Default 0. */
  readonly mean?: number | readonly number[];
  /** Default 1. */
  readonly std?: number | readonly number[];
}

/**
 * `(image - mean) / std`, where the image's values are 0 to 1: bytes are divided by 255 first. dtype float32.
 *
 * @throws OptionError if there is not one number, or one for each channel; or `std` is zero.
 * @example
 * normalize(resize(imread(file), [224, 224]), { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
 */
export function normalize(image: Image, options: NormalizeOptions = {}): Image<"float32"> {
  // `count` is that of statistics(…), which may be given as they are.
  checkKnown("normalize()", options, ["mean", "std", "count"]);
  const { mean: means = 0, std: stds = 1 } = options;
  const { channels } = lazyImage(image);
  const mean = perChannel("mean", means, channels);
  const std = perChannel("std", stds, channels);
  if (!std.every((s) => Number.isFinite(Math.fround(1 / s))))
    throw new OptionError(`\`std\` must not be 0, nor next to it: it divides, got ${std.join(", ")}.`);
  return next(image, { kind: "normalize", mean, std }, `normalize ${mean} ${std}`, { dtype: "float32" });
}
