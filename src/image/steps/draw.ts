/** What images have in common whose steps were drawn. */
import { type Image, LazyImage } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { lazyImage } from "./step.ts";

/** The same image, whose steps from here on are of it alone: no other will have the same numbers, so none is kept for it. */
export function drawn<D extends ImageDType>(image: Image<D>): Image<D> {
  const { source, options, ops, dtype, height, width, channels } = lazyImage(image);
  return new LazyImage({ source, options, ops, key: undefined, dtype: dtype as D, height, width, channels });
}
