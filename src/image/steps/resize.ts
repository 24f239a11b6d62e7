/** Another size. */
import { checkChoice, checkKnown } from "../../core/check.ts";
import type { Antialias } from "../axis.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { checkSize, next } from "./step.ts";

/** Options of {@link resize}. */
export interface ResizeOptions<D extends ImageDType> {
  /** dtype of the result: `float32` (default, 0 to 1) or `uint8` (0 to 255, rounded once). */
  readonly dtype?: D;
  /**
   * What keeps fine patterns from becoming false ones when the image shrinks: a `"triangle"` filter (default, as
   * Pillow, PyTorch and TensorFlow), scikit-image's own `"gaussian"`, or `false` for plain bilinear interpolation
   * (as OpenCV). All are the same when the image grows, but for the outermost half pixel.
   */
  readonly antialias?: Antialias;
}

/**
 * The image at another size: antialiased bilinear, dtype float32 in [0, 1], as scikit-image's `resize`.
 *
 * The aspect ratio is not kept; `crop` first if it shall be. Two resizes are multiplied into one, without rounding
 * between them.
 *
 * @param size [height, width] in pixels
 * @throws OptionError if the size is no pair of whole numbers from 1 to 16,384, or an option is not as described.
 * @example
 * resize(imread("cat.jpg"), [200, 200]);                       // float32 [200, 200, 3]
 * resize(imread("cat.jpg"), [200, 200], { dtype: "uint8" });   // uint8 [200, 200, 3]
 */
export function resize<D extends ImageDType = "float32">(
  image: Image,
  size: readonly [height: number, width: number],
  options?: ResizeOptions<D>,
): Image<D> {
  const [height, width] = checkSize(size);
  let antialias: Antialias = "triangle";
  let dtype = "float32" as D;
  if (options !== undefined) {
    checkKnown("resize()", options, ["dtype", "antialias"]);
    ({ antialias = antialias, dtype = dtype } = options);
    checkChoice("antialias", antialias, ["triangle", "gaussian", false]);
    checkChoice("dtype", dtype, ["float32", "uint8"]);
  }
  return next(
    image,
    { kind: "resize", height, width, antialias, dtype },
    `resize ${height} ${width} ${antialias} ${dtype}`,
    { height, width, dtype },
  );
}
