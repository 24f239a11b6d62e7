/** What steps ask of an image whose values must be 0 to 1, or 0 to 255. */
import { OptionError } from "../../core/errors.ts";
import type { Image, LazyImage } from "../image.ts";
import { lazyImage } from "./step.ts";

/** `image`, unless it was normalised: then its values mean nothing to `step`. */
export function inRange(step: string, image: Image): LazyImage {
  const lazy = lazyImage(image);
  if (!lazy.ops.some(({ kind }) => kind === "normalize")) return lazy;
  throw new OptionError(
    `${step} takes colours of 0 to 1, and this image was normalised before. Normalise last: normalize(${step.slice(0, step.indexOf("("))}(…)).`,
  );
}
