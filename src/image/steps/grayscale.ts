/** Colours made grey. */
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { next } from "./step.ts";

/** The image's luma (BT.601: 0.299 R + 0.587 G + 0.114 B), shape [height, width, 1]; dtype as it is. */
export function grayscale<D extends ImageDType>(image: Image<D>): Image<D> {
  return next(image, { kind: "grayscale" }, "grayscale", { channels: 1 });
}
