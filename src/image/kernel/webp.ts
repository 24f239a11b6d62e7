/** Decodes a WebP in the kernel and runs a pipeline over its pixels, which are libwebp's. */
import { truncated } from "../header/damage.ts";
import type { WebpHeader } from "../header/webp.ts";
import type { Pipeline } from "../pipeline.ts";
import { Vp8, Vp8Context, Vp8Macroblock } from "./assembly/layout.ts";
import type { PreparedPixels } from "./pixels.ts";
import type { ThreadKernel } from "./thread.ts";
import { vp8Tables } from "./vp8-tables.ts";

/** What of a plane lies around its pixels: beside each row, and before the first and behind the last. */
const border = 32;

/**
 * Decodes the first picture of a file, ready to be run.
 *
 * @throws ImageError if it is truncated or damaged, or a crop does not fit.
 */
export function pixelsOfWebp(
  { kernel, pixels }: ThreadKernel,
  pipeline: Pipeline,
  bytes: Uint8Array,
  { picture, width, height }: WebpHeader,
  orientation: number,
): PreparedPixels | undefined {
  if (picture.lossless || picture.alpha !== undefined || picture.width !== width || picture.height !== height)
    return undefined;
  const channels = 3;
  const prepared = pixels.prepare(pipeline, { height, width, channels, orientation, gap: 0 });
  const columns = Math.ceil(width / 16);
  const rows = Math.ceil(height / 16);
  const stride = 16 * columns + border;
  const strideUV = 8 * columns + border;
  const { start, end } = picture.data;
  const room = kernel.roomFrom(prepared.end);
  const work = room.take(Vp8.bytes);
  const data = room.take(end - start + 16);
  const above = room.take(columns * Vp8Context.bytes);
  const macroblocks = room.take(columns * rows * Vp8Macroblock.bytes);
  const plane = (rowBytes: number, height: number) => room.take((height + 2) * rowBytes + 64) + rowBytes + 16;
  const y = plane(stride, 16 * rows);
  const u = plane(strideUV, 8 * rows);
  const v = plane(strideUV, 8 * rows);
  const line = room.take(2 * width + 256);
  kernel.reserve(room.end);
  kernel.bytes.set(vp8Tables, work);
  kernel.bytes.set(bytes.subarray(start, end), data);
  const { functions } = kernel;
  const status = functions.decodeVp8(
    work,
    data,
    data + end - start,
    above,
    macroblocks,
    y,
    u,
    v,
    columns,
    rows,
  );
  if (status === 1) throw truncated("WebP");
  const out = prepared.rows;
  functions.renderYuv(y, u, v, stride, strideUV, width, height, line, out, 3, 0, 3 * width);
  return prepared;
}
