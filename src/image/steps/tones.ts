/** Steps by which each colour becomes another, whatever the image: as negatives, or of few levels. Alpha stays. */
import { checkInteger, checkNumber } from "../../core/check.ts";
import { identity } from "../colour.ts";
import type { Image } from "../image.ts";
import type { ImageDType } from "../pipeline.ts";
import { pixelStep } from "./adjustments.ts";
import { inRange } from "./range.ts";

/**
 * The negative: each colour becomes what it lacks of the most it can be.
 *
 * @throws OptionError if the image was normalised.
 */
export function invert<D extends ImageDType>(image: Image<D>): Image<D> {
  const { channels } = inRange("invert()", image);
  const colours = channels === 1 ? 1 : 3;
  const { matrix } = identity(channels);
  const affine = {
    matrix: matrix.map((row, c) => (c < colours ? row.map((value) => 0 - value) : row)),
    offset: matrix.map((_, c) => (c < colours ? 255 : 0)),
  };
  return pixelStep(image, { kind: "affine", affine, cut: false }, "invert", 0);
}

/**
 * The image with the upper `bits` of each byte alone: 2^bits levels of each colour. Values are rounded to bytes first.
 *
 * @param bits from 0, all black, to 8, as it is
 * @throws OptionError if `bits` is out of its range, or the image was normalised.
 */
export function posterize<D extends ImageDType>(image: Image<D>, bits: number): Image<D> {
  const { channels } = inRange("posterize()", image);
  checkInteger("bits", bits, 0, 8);
  const mask = (0xff << (8 - bits)) & 0xff;
  const tables = tablesOf(channels, (value) => value & mask);
  return pixelStep(image, { kind: "table", tables, between: false }, "posterize", bits);
}

/**
 * The image with its lighter colours as in the negative: those that are at least `threshold`. Values are rounded to bytes
 * first.
 *
 * @param threshold in the values of the image: from 0 to 255 for uint8, from 0 to 1 for float32
 * @throws OptionError if `threshold` is out of its range, or the image was normalised.
 */
export function solarize<D extends ImageDType>(image: Image<D>, threshold: number): Image<D> {
  const { channels, dtype } = inRange("solarize()", image);
  const most = dtype === "float32" ? 1 : 255;
  checkNumber("threshold", threshold, 0, most);
  const from = dtype === "float32" ? threshold * 255 : threshold;
  const tables = tablesOf(channels, (value) => (value >= from ? 255 - value : value));
  return pixelStep(image, { kind: "table", tables, between: false }, "solarize", from);
}

/** One table for each colour of so many channels. */
function tablesOf(channels: number, entry: (value: number) => number): readonly Float32Array[] {
  const table = Float32Array.from({ length: 256 }, (_, value) => entry(value));
  return Array.from({ length: channels === 1 ? 1 : 3 }, () => table);
}
