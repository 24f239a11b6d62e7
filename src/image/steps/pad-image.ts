/** More pixels around an image. */
import { checkChoice, checkInteger, checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { PadMode } from "../axis.ts";
import { largestSize, type Padding } from "../geometry.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { checkFill, type FillOptions, lazyImage, next } from "./step.ts";

/** How many pixels {@link padImage} adds: on every side, above and below and beside, or on each side. */
export type PadSize =
  | number
  | readonly [vertical: number, horizontal: number]
  | readonly [top: number, right: number, bottom: number, left: number];

/** Options of {@link padImage}; `fill` is the colour of the mode `"constant"`. */
export interface PadImageOptions extends FillOptions {
  /**
   * What is added: `"constant"` (default) is the colour `fill`, `"edge"` the outermost pixel again and again,
   * `"reflect"` the image mirrored without that pixel, `"symmetric"` with it; as numpy and torchvision have them.
   */
  readonly mode?: PadMode;
}

/** The modes of {@link padImage}. */
const padModes: readonly PadMode[] = ["constant", "edge", "reflect", "symmetric"];

/**
 * The image with more pixels around it; dtype as it is.
 *
 * @param padding pixels on every side, or [vertical, horizontal], or [top, right, bottom, left]
 * @throws OptionError if the padding or an option is not as described.
 * @example
 * pad(image, 4);                              // 4 black pixels on every side
 * pad(image, [0, 16], { mode: "reflect" });   // 16 to the left and to the right
 */
export function padImage<D extends ImageDType>(
  image: Image<D>,
  padding: PadSize,
  options: PadImageOptions = {},
): Image<D> {
  checkKnown("pad()", options, ["mode", "fill"]);
  const { mode = "constant", fill = 0 } = options;
  const { height, width, channels } = lazyImage(image);
  const sides = checkPadding(padding);
  const { top, bottom, left, right } = sides;
  checkChoice("mode", mode, padModes);
  if (options.fill !== undefined && mode !== "constant") {
    throw new OptionError(`\`fill\` is for the mode "constant": "${mode}" pads with the image itself.`);
  }
  const values = checkFill(fill, channels);
  return next(
    image,
    { kind: "pad", padding: sides, mode, fill: values },
    `pad ${top} ${right} ${bottom} ${left} ${mode} ${values}`,
    {
      ...(height === undefined ? {} : { height: height + top + bottom }),
      ...(width === undefined ? {} : { width: width + left + right }),
    },
  );
}

/** `padding` by sides. */
function checkPadding(padding: unknown): Padding {
  const list = typeof padding === "number" ? [padding] : padding;
  if (!Array.isArray(list) || ![1, 2, 4].includes(list.length)) {
    throw new OptionError(
      `A padding is a number, [vertical, horizontal] or [top, right, bottom, left], got ${show(padding)}.`,
    );
  }
  for (const side of list) checkInteger("padding", side, 0, largestSize);
  const [top, right = top, bottom = top, left = right] = list as [number, number?, number?, number?];
  return { top, right, bottom, left };
}
