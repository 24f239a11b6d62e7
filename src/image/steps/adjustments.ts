/**
 * One step for each property of the colours, as torchvision's functions of the same names have it on values of 0 to 1:
 * a factor of 1 leaves the image as it is (0 for hue), what leaves the range is cut off, alpha stays. Factors were
 * checked before.
 */
import { exp } from "../../random/exp.ts";
import { log } from "../../random/log.ts";
import { type Affine, type Channels, identity, luma } from "../colour.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { blendWithGrey, cutAffine, meanLuma, type PixelStep } from "../program.ts";
import { lazyImage, next } from "./step.ts";

/** The same image with one property changed by a factor. */
export type Adjustment = <D extends ImageDType>(image: Image<D>, factor: number) => Image<D>;

/** The image times `factor`. */
export const adjustBrightness: Adjustment = (image, factor) =>
  factor === 1
    ? image
    : pixelStep(image, cutAffine(blendWithGrey(lazyImage(image).channels, factor, 0)), "brightness", factor);

/** `factor` of the image, 1 - `factor` of the mean of its luma. */
export const adjustContrast: Adjustment = (image, factor) =>
  factor === 1
    ? image
    : pixelStep(
        image,
        {
          kind: "late",
          of: (histograms, channels) =>
            cutAffine(blendWithGrey(channels, factor, meanLuma(histograms, channels))),
        },
        "contrast",
        factor,
      );

/** `factor` of the image, 1 - `factor` of its luma. */
export const adjustSaturation: Adjustment = (image, factor) => {
  const { channels } = lazyImage(image);
  return factor === 1 || channels === 1
    ? image
    : pixelStep(image, cutAffine(blendWithLuma(channels, factor)), "saturation", factor);
};

/** Hues turned by a part of the circle. */
export const adjustHue: Adjustment = (image, turn) =>
  turn === 0 || lazyImage(image).channels === 1
    ? image
    : pixelStep(image, { kind: "hue", turn }, "hue", turn);

/** Values of 0 to 1 to the power of `gamma`. */
export const adjustGamma: Adjustment = (image, gamma) => {
  if (gamma === 1) return image;
  // Entries are those of i² / 255, see PixelStep.
  const table = Float32Array.from(
    { length: 256 },
    (_, i) => 255 * (i === 0 ? Number(gamma === 0) : exp(2 * gamma * log(i / 255))),
  );
  const tables = Array.from({ length: lazyImage(image).channels === 1 ? 1 : 3 }, () => table);
  return pixelStep(image, { kind: "table", tables, between: true }, "gamma", gamma);
};

/** `factor` of the image, 1 - `factor` of it blurred by a pixel; at the edges as it is. */
export const adjustSharpness: Adjustment = (image, factor) => {
  if (factor === 1) return image;
  const sharpened = next(image, { kind: "sharpen", factor }, `sharpen ${factor}`, {});
  return pixelStep(sharpened, cutAffine(identity(lazyImage(image).channels)), "cut", 0) as typeof image;
};

/** The image with a step over its pixels, which its name and a number name. */
export function pixelStep<D extends ImageDType>(
  image: Image<D>,
  step: PixelStep,
  name: string,
  value: number,
): Image<D> {
  return next(image, { kind: "pixels", steps: [step] }, `${name} ${value}`, {});
}

function blendWithLuma(channels: Channels, factor: number): Affine {
  const { matrix, offset } = identity(channels);
  const row = (c: number) => (_: number, k: number) => (k === c ? factor : 0) + (1 - factor) * (luma[k] ?? 0);
  return { matrix: matrix.map((values, c) => (c < 3 ? values.map(row(c)) : values)), offset };
}
