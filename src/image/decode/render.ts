/** From pixels in memory to a row of a batch. */
import type { Channels } from "../colour.ts";
import { pixelRows } from "../kernel/pixels.ts";
import { threadKernel } from "../kernel/thread.ts";
import type { DecodeRequest } from "./decoder.ts";

/** Runs the pipeline over pixels that lie in memory, upright but for their `orientation`, and writes the row. */
export function render(
  pixels: Uint8Array,
  height: number,
  width: number,
  channels: Channels,
  { pipeline, row }: Pick<DecodeRequest, "pipeline" | "row">,
  orientation: number = 1,
): void {
  const prepared = pixelRows(threadKernel()).prepare(pipeline, {
    height,
    width,
    channels,
    orientation,
    gap: 0,
  });
  prepared.pixels.set(pixels);
  prepared.run(row(prepared.shape));
}
