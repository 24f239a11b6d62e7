/**
 * Decodes a WebP in the kernel and runs a pipeline over its pixels, which are libwebp's.
 *
 * Of an animation the first picture is decoded; what of the canvas it does not cover is transparent black.
 */
import { damaged, truncated } from "../header/damage.ts";
import type { WebpChunk, WebpHeader, WebpPicture } from "../header/webp.ts";
import type { Pipeline } from "../pipeline.ts";
import { Vp8, Vp8Context, Vp8Macroblock } from "./assembly/layout.ts";
import { align, type Kernel, Room } from "./kernel.ts";
import { type PreparedPixels, pixelRows, pixelSlack } from "./pixels.ts";
import { vp8lTables, vp8Tables } from "./vp8-tables.ts";
import { webpDigits } from "./webp.generated.ts";

/** The kernel's functions for WebP. */
interface WebpFunctions {
  decodeVp8(
    work: number,
    data: number,
    end: number,
    above: number,
    macroblocks: number,
    y: number,
    u: number,
    v: number,
    columns: number,
    rows: number,
  ): number;
  decodeVp8l(
    data: number,
    dataEnd: number,
    near: number,
    at: number,
    end: number,
    width: number,
    height: number,
  ): number;
  spreadPixels(pixels: number, count: number, out: number, step: number): void;
  takeGreen(pixels: number, count: number, out: number): void;
  unfilterAlpha(alpha: number, width: number, height: number, filter: number): void;
  renderYuv(
    y: number,
    u: number,
    v: number,
    stride: number,
    strideUV: number,
    width: number,
    height: number,
    line: number,
    out: number,
    step: number,
    alpha: number,
    outStride: number,
  ): void;
}

function loadWebp(kernel: Kernel): WebpFunctions {
  return kernel.load(webpDigits);
}

/** What of a plane lies around its pixels: beside each row, and before the first and behind the last. */
const border = 32;

/** Bytes past coded data that may be read. */
const padding = 64;

/**
 * Decodes the first picture of a file, ready to be run.
 *
 * @throws ImageError if it is truncated or damaged, or a crop does not fit.
 */
export function pixelsOfWebp(
  kernel: Kernel,
  pipeline: Pipeline,
  bytes: Uint8Array,
  { picture, width, height }: WebpHeader,
  orientation: number,
): PreparedPixels {
  const whole = picture.width === width && picture.height === height;
  const transparent = picture.lossless || picture.alpha !== undefined || !whole;
  const channels = pipeline.input === 4 && transparent ? 4 : 3;
  const prepared = pixelRows(kernel).prepare(pipeline, { height, width, channels, orientation, gap: 0 });
  const room = new Room(prepared.end);
  const row = picture.width * channels;
  const out = whole ? prepared.rows : room.take(picture.height * row + pixelSlack);
  if (picture.lossless) decodeLossless(kernel, room, bytes, picture, channels, out);
  else decodeLossy(kernel, room, bytes, picture, channels, out);
  if (!whole) {
    prepared.pixels.fill(0);
    for (let y = 0; y < picture.height; y++) {
      const to = prepared.rows + ((picture.top + y) * width + picture.left) * channels;
      kernel.bytes.copyWithin(to, out + y * row, out + (y + 1) * row);
    }
  }
  return prepared;
}

function decodeLossless(
  kernel: Kernel,
  room: Room,
  bytes: Uint8Array,
  { data, width, height }: WebpPicture,
  channels: number,
  out: number,
): void {
  const { name, start, end } = data;
  const pixels = decodeVp8l(kernel, room, bytes, { name, start: start + 5, end }, width, height);
  kernel.keep(loadWebp).spreadPixels(pixels, width * height, out, channels);
}

/** Decodes what VP8L has coded, and returns where it is: u32 of ARGB. */
function decodeVp8l(
  kernel: Kernel,
  room: Room,
  bytes: Uint8Array,
  { start, end }: WebpChunk,
  width: number,
  height: number,
): number {
  const near = room.take(vp8lTables.length);
  const data = room.take(end - start + padding);
  const from = align(room.end);
  // Codes and transforms take room, too, and how much is known when they are read.
  for (let size = 8 * width * height + 65536; ; size *= 2) {
    kernel.reserve(from + size);
    kernel.bytes.set(vp8lTables, near);
    kernel.bytes.set(bytes.subarray(start, end), data);
    const to = data + end - start;
    const pixels = kernel.keep(loadWebp).decodeVp8l(data, to, near, from, from + size, width, height);
    if (pixels === 1) throw truncated("WebP");
    if (pixels === 2) throw damaged("WebP", "its codes make no sense");
    if (pixels !== 3) return pixels;
  }
}

function decodeLossy(
  kernel: Kernel,
  room: Room,
  bytes: Uint8Array,
  { data: { start, end }, alpha, width, height }: WebpPicture,
  channels: number,
  out: number,
): void {
  const columns = Math.ceil(width / 16);
  const rows = Math.ceil(height / 16);
  const stride = 16 * columns + border;
  const strideUV = 8 * columns + border;
  const work = room.take(Vp8.bytes);
  const data = room.take(end - start + padding);
  const above = room.take(columns * Vp8Context.bytes);
  const macroblocks = room.take(columns * rows * Vp8Macroblock.bytes);
  const plane = (row: number, count: number) => room.take((count + 2) * row) + row + border / 2;
  const y = plane(stride, 16 * rows);
  const u = plane(strideUV, 8 * rows);
  const v = plane(strideUV, 8 * rows);
  const line = room.take(2 * width + 256);
  const opacity = channels === 4 && alpha !== undefined ? room.take(width * height) : 0;
  kernel.reserve(room.end);
  kernel.bytes.set(vp8Tables, work);
  kernel.bytes.set(bytes.subarray(start, end), data);
  const functions = kernel.keep(loadWebp);
  const to = data + end - start;
  if (functions.decodeVp8(work, data, to, above, macroblocks, y, u, v, columns, rows) !== 0)
    throw truncated("WebP");
  if (opacity !== 0) decodeAlpha(kernel, room, bytes, alpha!, width, height, opacity);
  const step = channels;
  functions.renderYuv(y, u, v, stride, strideUV, width, height, line, out, step, opacity, width * step);
}

/** Decodes a plane of alpha, whose first byte says how it is coded. */
function decodeAlpha(
  kernel: Kernel,
  room: Room,
  bytes: Uint8Array,
  { name, start, end }: WebpChunk,
  width: number,
  height: number,
  out: number,
): void {
  const how = start < end ? bytes[start]! : 255;
  const filter = (how >> 2) & 3;
  const size = width * height;
  if ((how & 3) > 1 || how >> 5 > 0) throw damaged("WebP", "its alpha is coded in no known way");
  if ((how & 3) === 0) {
    if (end - start - 1 < size) throw truncated("WebP");
    kernel.bytes.set(bytes.subarray(start + 1, start + 1 + size), out);
  } else {
    const pixels = decodeVp8l(kernel, room, bytes, { name, start: start + 1, end }, width, height);
    kernel.keep(loadWebp).takeGreen(pixels, size, out);
  }
  if (filter !== 0) kernel.keep(loadWebp).unfilterAlpha(out, width, height, filter);
}
