/** Runs a pipeline over decoded pixels. */
import type { Channels } from "../colour.ts";
import type { Pipeline } from "../pipeline.ts";
import {
  align,
  colourAt,
  imageAt,
  kernelForImage,
  kernelMemory,
  place,
  placeColour,
  reserve,
} from "./memory.ts";
import { axisTable } from "./table.ts";

/** The kernel made ready for the pixels of one image; see {@link preparePixels}. */
export interface PreparedPixels {
  /** The result's shape. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Where the decoded pixels go: rows without gaps. */
  readonly pixels: Uint8Array;
  /** Runs the pipeline over `pixels` and writes the result into `out`. */
  run(out: Uint8Array | Float32Array): void;
}

/**
 * Makes the kernel ready for pixels of `height` x `width` x `channels` as they were stored, which are upright under
 * the EXIF `orientation` (1 to 8). Fill `pixels`, then call `run`, before the kernel is used for another image.
 *
 * @throws ImageError if a crop does not fit.
 */
export function preparePixels(
  pipeline: Pipeline,
  height: number,
  width: number,
  channels: Channels,
  orientation: number,
): PreparedPixels {
  const { render, transpose } = kernelForImage();
  const transposed = orientation >= 5;
  const [h, w] = transposed ? [width, height] : [height, width];
  const [rows, columns] = place([
    axisTable(pipeline.rows, h, isFlipped("rows", orientation), { kind: "rows" }),
    axisTable(pipeline.columns, w, isFlipped("columns", orientation), { kind: "columns", channels }),
  ]) as [rows: PlacedTable, columns: PlacedTable];

  const outHeight = rows.table.length;
  const outWidth = columns.table.length;
  const stride = w * channels;
  const from = columns.table.from * channels;
  const to = columns.table.to * channels;
  const size = outHeight * outWidth * pipeline.channels;
  const float = pipeline.dtype === "float32";
  // The kernel reads, with weights of zero, up to one row and a vector past the pixels, and a few columns past a row.
  const source = imageAt();
  const upright = transposed ? align(source + h * stride) : source;
  const work = align(upright + (h + 1) * stride + 64);
  const out = align(work + 2 * (to - from) + 16 * outWidth + 32 * columns.table.pairs + 256);
  reserve(out + size * (float ? 4 : 1) + 64);

  return {
    shape: [outHeight, outWidth, pipeline.channels],
    pixels: kernelMemory().subarray(source, source + h * stride),
    run(target) {
      const mixes = placeColour(pipeline, channels);
      if (transposed) transpose(source, width, height, channels, upright);
      render(
        upright,
        stride,
        channels,
        rows.at,
        rows.table.step,
        outHeight,
        columns.at,
        columns.table.pairs,
        outWidth,
        from,
        to,
        work,
        colourAt,
        mixes ? 1 : 0,
        pipeline.channels,
        float ? 1 : 0,
        out,
      );
      copyResult(out, size, target);
    },
  };
}

type PlacedTable = ReturnType<typeof place>[number];

/** Whether an EXIF orientation flips an axis of the upright image (after it was transposed, from 5 on). */
export function isFlipped(axis: "rows" | "columns", orientation: number): boolean {
  return (axis === "rows" ? [3, 4, 7, 8] : [2, 3, 6, 7]).includes(orientation);
}

/** Copies the kernel's result of `size` elements into the row of the batch. */
export function copyResult(at: number, size: number, target: Uint8Array | Float32Array): void {
  const { buffer } = kernelMemory();
  target.set(
    target instanceof Float32Array ? new Float32Array(buffer, at, size) : new Uint8Array(buffer, at, size),
  );
}
