/** Runs a pipeline over decoded pixels. */
import type { Channels } from "../colour.ts";
import type { Pipeline } from "../pipeline.ts";
import { Place } from "./assembly/layout.ts";
import type { Kernel } from "./kernel.ts";
import { Rendered, writePlane } from "./render.ts";
import { axisTables, type PlacedTable } from "./table.ts";

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
  kernel: Kernel,
  pipeline: Pipeline,
  height: number,
  width: number,
  channels: Channels,
  orientation: number,
): PreparedPixels {
  const transposed = orientation >= 5;
  const [h, w] = transposed ? [width, height] : [height, width];
  const [rows, columns] = kernel.place(
    axisTables(pipeline, { height: h, width: w, orientation, samples: channels }),
  ) as [rows: PlacedTable, columns: PlacedTable];

  const stride = w * channels;
  const room = kernel.room();
  // The kernel reads, with weights of zero, up to one row and a vector past the pixels, and a few columns past a row.
  const upright = room.take((h + 1) * stride + 64);
  const source = transposed ? room.take(h * stride) : upright;
  const line = room.take(2 * channels * (columns.to - columns.from) + 32 * columns.pairs + 256);
  const output = { height: rows.length, width: columns.length, input: channels, ycc: false };
  const rendered = new Rendered(kernel, Place.pixelsOutput, room, pipeline, output);
  writePlane(kernel, Place.pixels, { source: upright, stride, channels, line }, rows, columns);
  kernel.reserve(room.end);

  return {
    shape: rendered.shape,
    pixels: kernel.bytes.subarray(source, source + h * stride),
    run(target) {
      if (transposed) kernel.functions.transpose(source, width, height, channels, upright);
      kernel.functions.renderPixels();
      rendered.copyTo(target);
    },
  };
}
