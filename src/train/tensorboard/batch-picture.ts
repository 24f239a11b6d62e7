/**
 * The first images of a batch in one picture, side by side.
 *
 * Values are drawn by one mapping for all of them that is said, never by one that is found in them: what is too dark, too
 * bright or normalised twice must look like it.
 */
import { halfValue } from "../../data/array/convert.ts";
import { isBigDType } from "../../tensor/dtype.ts";
import { isTensor, type Tensor } from "../../tensor/tensor.ts";
import { forEachLeaf } from "../../tensor/tree.ts";
import type { PngPixels } from "./png.ts";

/** The values that are drawn as black and as white. */
export type ValueRange = readonly [black: number, white: number];

/** Images of a batch, drawn. */
export interface BatchPicture {
  readonly pixels: PngPixels;
  /** What was drawn and how, in a sentence or two. */
  readonly description: string;
  /** Part of the values that lie outside of the range or are NaN, 0 to 1. */
  readonly outside: number;
}

/** Black pixels between two images. */
const gap = 2;

/** Fewer rows or columns without an axis of channels make no picture. */
const leastSide = 8;

/**
 * The first `count` images of the first leaf of a batch that holds images, [n, height, width, 1, 3 or 4] or without the
 * last axis; undefined where none does.
 *
 * @param range the values drawn as black and white; by default 0 and 255 of whole numbers, 0 and 1 of others
 */
export function drawBatch(batch: unknown, count: number, range?: ValueRange): BatchPicture | undefined {
  let images: Tensor | undefined;
  forEachLeaf(batch, (leaf) => {
    if (images === undefined && isTensor(leaf) && holdsImages(leaf)) images = leaf;
  });
  if (images === undefined) return undefined;
  const { dtype, shape } = images;
  const [black, white] = range ?? (dtype.startsWith("float") ? [0, 1] : [0, dtype === "bool" ? 1 : 255]);
  const shown = Math.min(count, shape[0]!);
  return {
    ...grid(images, shown, [black, white]),
    description: `The first ${shown === 1 ? "image" : `${shown} images`} of each epoch's first batch, ${dtype} [${shape.join(", ")}]. ${black} is drawn as black, ${white} as white, values outside as the nearer of the two.`,
  };
}

/** Whether a tensor is taken for images. Without channels it may be series of so many, unless of bytes or nearly square. */
function holdsImages({ dtype, shape }: Tensor): boolean {
  const [count = 0, height = 0, width = 0, channels] = shape;
  if (count * height * width === 0) return false;
  if (shape.length === 4) return channels === 1 || channels === 3 || channels === 4;
  if (shape.length !== 3 || Math.min(height, width) < leastSide) return false;
  return dtype === "uint8" || Math.max(height, width) <= 2 * Math.min(height, width);
}

function grid(
  images: Tensor,
  count: number,
  [black, white]: ValueRange,
): Pick<BatchPicture, "pixels" | "outside"> {
  const [, rows, columns, channels = 1] = images.shape as [number, number, number, 1 | 3 | 4 | undefined];
  const across = Math.ceil(Math.sqrt(count));
  const width = across * (columns + gap) - gap;
  const height = Math.ceil(count / across) * (rows + gap) - gap;
  // Rounds, and keeps within a byte; NaN becomes 0.
  const data = new Uint8ClampedArray(width * height * channels);
  const valueAt = reader(images);
  const scale = 255 / (white - black);
  const low = Math.min(black, white);
  const high = Math.max(black, white);
  let inside = 0;
  let from = 0;
  for (let image = 0; image < count; image++) {
    const left = (image % across) * (columns + gap);
    const top = Math.floor(image / across) * (rows + gap);
    for (let y = 0; y < rows; y++) {
      let to = ((top + y) * width + left) * channels;
      for (let x = 0; x < columns * channels; x++) {
        const value = valueAt(from++);
        if (value >= low && value <= high) inside++;
        data[to++] = (value - black) * scale;
      }
    }
  }
  return { pixels: { width, height, channels, data }, outside: 1 - inside / from };
}

/** The value at a place of a tensor's data, as a number. */
function reader({ dtype, data }: Tensor): (at: number) => number {
  if (dtype === "float16") return (at) => halfValue(data[at] as number);
  if (isBigDType(dtype)) return (at) => Number(data[at]);
  return (at) => data[at] as number;
}
