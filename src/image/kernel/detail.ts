/**
 * How much of a JPEG's detail a pipeline asks for: where it shrinks an image, blocks of 8 x 8 are transformed to fewer
 * samples, and coefficients of finer detail are not used.
 *
 * Samples are at most three fifths as far apart as the pixels of the result, so that what is made of them stays within
 * 0.005 of what is made of all pixels, in the mean over photographs. Only a resize that weighs all pixels is made of fewer:
 * one that is not antialiased, or scikit-image's, would mean something else.
 */
import { reductionOf } from "../axis.ts";
import type { Pipeline } from "../pipeline.ts";
import type { StoredPlane } from "./table.ts";

/** How many samples there are at least for a pixel of the result. */
const samplesOfPixel = 5 / 3;

/** A block of such a plane, whose samples are all there, becomes 2^size of them a side: 3 if all are needed. */
export function blockSizeOf(pipeline: Pipeline, { height, width, samples }: StoredPlane): number {
  const { rows, columns } = pipeline.axes(height, width);
  const apart = Math.min(
    reductionOf(rows.steps, height) / samples.rows.spacing,
    reductionOf(columns.steps, width) / samples.columns.spacing,
  );
  const spacing = apart / samplesOfPixel;
  return spacing >= 8 ? 0 : spacing >= 4 ? 1 : spacing >= 2 ? 2 : 3;
}
