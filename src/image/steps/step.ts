/** What all steps of an image pipeline share: each returns a new lazy image, with one step more. */
import { checkInteger, checkNumber, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Random } from "../../random/random.ts";
import type { Channels } from "../colour.ts";
import { type BySize, type Extent, largestSize } from "../geometry.ts";
import { type Image, isImage, LazyImage } from "../image.ts";
import type { ImageDType, Op } from "../pipeline.ts";

/** What a step changes of the image's shape and dtype. */
export interface Changed<D extends ImageDType> {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: Channels;
  readonly dtype?: D;
}

/** The image with one step more, which `key` names; undefined if a random number is in it. */
export function next<D extends ImageDType>(
  image: Image,
  op: Op,
  key: string | undefined,
  changed: Changed<D>,
): Image<D> {
  const from = lazyImage(image);
  return new LazyImage({
    source: from.source,
    options: from.options,
    ops: [...from.ops, op],
    key: from.key === undefined || key === undefined ? undefined : `${from.key};${key}`,
    dtype: changed.dtype ?? (from.dtype as D),
    height: changed.height ?? from.height,
    width: changed.width ?? from.width,
    channels: changed.channels ?? from.channels,
  });
}

/** The size that `image` has after a step, where that is known. */
export function sizesOf(
  image: Image,
  size: BySize<Extent>,
): { readonly height?: number; readonly width?: number } {
  const { height: h, width: w } = lazyImage(image);
  if (typeof size === "function" && (h === undefined || w === undefined)) return {};
  const [height, width] = typeof size === "function" ? size(h!, w!) : size;
  return { height, width };
}

/** Of steps that add what was not in the image. */
export interface FillOptions {
  /**
   * The colour of what is added, 0 to 255: one number, or one for each channel. Default 0, black; of an image that was
   * normalised, its mean.
   */
  readonly fill?: number | readonly number[];
}

/** `image`, unless it is none. */
export function lazyImage(image: Image): LazyImage {
  if (isImage(image)) return image;
  throw new OptionError(`Expected an image made by imread() or fromPixels(), got ${show(image)}.`);
}

/** `value` as one number for each channel. */
export function perChannel(
  name: string,
  value: number | readonly number[],
  channels: Channels,
): readonly number[] {
  const values = typeof value === "number" ? Array<number>(channels).fill(value) : value;
  if (!Array.isArray(values) || values.length !== channels) {
    throw new OptionError(
      `\`${name}\` must be a number or ${channels} numbers, one for each channel, got ${show(value)}.`,
    );
  }
  for (const [c, entry] of values.entries()) checkNumber(`${name}[${c}]`, entry);
  return values;
}

/** `size` as [height, width]. */
export function checkSize(size: unknown): Extent {
  if (!Array.isArray(size) || size.length !== 2) {
    throw new OptionError(`A size is [height, width], got ${show(size)}.`);
  }
  checkInteger("height", size[0], 1, largestSize);
  checkInteger("width", size[1], 1, largestSize);
  return [size[0], size[1]];
}

/** The fill of an image as one byte for each channel. */
export function checkFill(fill: number | readonly number[], channels: Channels): readonly number[] {
  const values = perChannel("fill", fill, channels);
  for (const value of values) checkNumber("fill", value, 0, 255);
  return values;
}

/** `range` as [min, max], both from `low` to `high`. */
export function checkRange(
  name: string,
  range: unknown,
  low: number,
  high: number,
): readonly [min: number, max: number] {
  if (!Array.isArray(range) || range.length !== 2)
    throw new OptionError(`\`${name}\` must be [min, max], got ${show(range)}.`);
  const [min, max] = range as [number, number];
  checkNumber(`${name}[0]`, min, low, high);
  checkNumber(`${name}[1]`, max, min, high);
  return [min, max];
}

/** Refuses what draws no numbers. */
export function checkRandom(name: string, random: unknown): asserts random is Random {
  if (typeof random === "object" && random !== null && "uniform" in random && "boolean" in random) return;
  throw new OptionError(
    `${name} draws numbers: give it \`random\`, that of getItem(index, { random }) or createRandom(seed), got ${show(random)}.`,
  );
}
