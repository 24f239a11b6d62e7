/**
 * Steps by which each colour becomes another that depends on how often each byte is found in the image: Pillow's and
 * torchvision's tables. Values are rounded to bytes first. Alpha stays.
 */
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { pixelStep } from "./adjustments.ts";
import { inRange } from "./range.ts";

/**
 * The image with the darkest value of each colour at 0 and the lightest at the most it can be.
 *
 * @throws OptionError if the image was normalised.
 */
export function autocontrast<D extends ImageDType>(image: Image<D>): Image<D> {
  inRange("autocontrast()", image);
  return tableStep(image, "autocontrast", stretched);
}

/**
 * The image with the values of each colour spread so that all levels are about equally often.
 *
 * @throws OptionError if the image was normalised.
 */
export function equalize<D extends ImageDType>(image: Image<D>): Image<D> {
  inRange("equalize()", image);
  return tableStep(image, "equalize", equalized);
}

/** What becomes of each byte, of which there are so many. */
type TableOf = (counts: Int32Array) => Float32Array;

function tableStep<D extends ImageDType>(image: Image<D>, name: string, tableOf: TableOf): Image<D> {
  return pixelStep(
    image,
    {
      kind: "late",
      of: (histograms) => ({
        kind: "table",
        tables: histograms.slice(0, 3).map(tableOf),
        between: false,
      }),
    },
    name,
    0,
  );
}

const { fround } = Math;

function stretched(counts: Int32Array): Float32Array {
  const low = counts.findIndex((count) => count > 0);
  const high = counts.findLastIndex((count) => count > 0);
  if (low === high) return same();
  // In float32, and not rounded but cut to a whole number, as torchvision reckons.
  const scale = fround((high - low) * fround(1 / 255));
  return Float32Array.from({ length: 256 }, (_, value) =>
    Math.floor(Math.min(255, Math.max(0, fround((value - low) / scale)))),
  );
}

function equalized(counts: Int32Array): Float32Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const last = counts.findLast((count) => count > 0) ?? 0;
  const step = Math.floor((total - last) / 255);
  if (step === 0) return same();
  let below = Math.floor(step / 2);
  return Float32Array.from({ length: 256 }, (_, value) => {
    const level = Math.min(255, Math.floor(below / step));
    below += counts[value]!;
    return level;
  });
}

function same(): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => value);
}
