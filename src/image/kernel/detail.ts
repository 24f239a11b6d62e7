/**
 * How much of a JPEG's detail a pipeline asks for: where it shrinks an image, blocks of 8 x 8 are transformed to fewer
 * samples, and coefficients of finer detail are not used.
 *
 * Samples are so close that what is made of them stays within 0.005 of what is made of all pixels, in the mean over
 * photographs. The fewer of a block's coefficients count, the closer they must be: at half the samples along an axis there
 * are five for four pixels of the result or more, then five for three. Only a resize that weighs all pixels is made of
 * fewer: one that is not antialiased, or scikit-image's, would mean something else.
 */
import { reductionOf } from "../axis.ts";
import type { Pipeline } from "../pipeline.ts";
import { type BlockSize, wholeBlock } from "./jpeg-frame.ts";
import type { StoredPlane } from "./table.ts";

/** To how many samples a block of such a plane, whose samples are all there, is transformed. */
export function blockSizeOf(pipeline: Pipeline, { height, width, samples }: StoredPlane): BlockSize {
  const axes = pipeline.axes(height, width);
  const rows = sizeOf(reductionOf(axes.rows.steps, height) / samples.rows.spacing);
  const columns = sizeOf(reductionOf(axes.columns.steps, width) / samples.columns.spacing);
  const most = Math.max(rows, columns);
  // The kernel halves one axis alone, but no more.
  if (most < wholeBlock.rows) return { rows: most, columns: most };
  return { rows: Math.max(rows, most - 1), columns: Math.max(columns, most - 1) };
}

/** 2^size samples of eight are enough where pixels of the result are so many samples apart. */
function sizeOf(apart: number): number {
  return apart >= 40 / 3 ? 0 : apart >= 20 / 3 ? 1 : apart >= 5 / 2 ? 2 : 3;
}
