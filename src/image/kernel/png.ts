/**
 * Decodes a PNG in the kernel and runs a pipeline over its pixels.
 *
 * Rows of bytes of grey, RGB or RGBA are pixels once their filters are undone, and are resampled where they are. All
 * others are brought to that first: interlaced ones, palettes, grey with alpha, 1, 2, 4 and 16 bits, transparent colours.
 */
import type { Channels } from "../colour.ts";
import { damaged, truncated } from "../header/damage.ts";
import { uint32 } from "../header/integers.ts";
import {
  chunkAt,
  holdsPixels,
  type PngHeader,
  samplesOf,
  transparentSamples,
  wrongSum,
} from "../header/png.ts";
import type { Pipeline } from "../pipeline.ts";
import { Place, Png } from "./assembly/layout.ts";
import { align, type Kernel } from "./kernel.ts";
import { type PreparedPixels, pixelRows, pixelSlack } from "./pixels.ts";
import { pngDigits } from "./png.generated.ts";

/** The kernel's functions for PNG. */
export interface PngFunctions {
  fillCrcTables(): void;
  crc32(crc: number, at: number, length: number): number;
  inflate(data: number, end: number, start: number, top: number): number;
  unfilter(rows: number, length: number, height: number, size: number, zero: number): number;
  expand(
    rows: number,
    length: number,
    width: number,
    height: number,
    out: number,
    step: number,
    stride: number,
  ): void;
}

/** Those of `kernel`. */
export function pngFunctions(kernel: Kernel): PngFunctions {
  return kernel.keep(loadPng);
}

function loadPng(kernel: Kernel): PngFunctions {
  const functions = kernel.load<PngFunctions>(pngDigits);
  functions.fillCrcTables();
  return functions;
}

/** Zeros that follow compressed data, see assembly/inflate.ts. */
const padding = 1024;

/** The check of the name of a chunk of pixels, on which that of its data goes on. */
const ofName = 0x35af061e;

/** The check of the bytes from `start` to `end`, before the kernel is used for an image. */
export function checkOf(kernel: Kernel, bytes: Uint8Array, start: number, end: number): number {
  const functions = pngFunctions(kernel);
  const at = kernel.room().end;
  let crc = 0;
  for (let from = start; from < end; from += piece) {
    const part = bytes.subarray(from, Math.min(end, from + piece));
    kernel.reserve(at + part.length);
    kernel.bytes.set(part, at);
    crc = functions.crc32(crc, at, part.length);
  }
  return crc >>> 0;
}

/** Bytes that are checked together: memory is taken for pixels only. */
const piece = 65536;

/**
 * Decodes the pixels of a file, ready to be run.
 *
 * @throws ImageError if it is truncated or damaged, or a crop does not fit.
 */
export function pixelsOfPng(
  kernel: Kernel,
  pipeline: Pipeline,
  bytes: Uint8Array,
  header: PngHeader,
  orientation: number,
): PreparedPixels {
  const { width, height } = header;
  const passes = passesOf(header);
  const length = passes.reduce((sum, pass) => sum + pass.height * (1 + pass.length), 0);
  // Deflate makes at most 258 bytes of two bits: what announces more can only be a lie.
  if (length > header.compressed * 1032) throw truncated("PNG");

  const channels = channelsOf(header, pipeline.input);
  const direct = arePixels(header, channels);
  const prepared = pixelRows(kernel).prepare(pipeline, {
    height,
    width,
    channels,
    orientation,
    gap: direct ? 1 : 0,
  });
  const zero = prepared.end;
  const zeros = Math.ceil((width * bitsOf(header)) / 8) + 16;
  const rows = direct ? prepared.rows : align(zero + zeros);
  const data = direct ? align(zero + zeros) : align(rows + length + pixelSlack);
  const end = data + header.compressed;
  kernel.reserve(end + padding);
  gather(kernel, bytes, header, data);
  kernel.bytes.fill(0, end, end + padding);
  kernel.bytes.fill(0, zero, zero + zeros);
  const status = pngFunctions(kernel).inflate(data, end, rows, rows + length);
  if (status === 1) throw truncated("PNG");
  if (status !== 0) throw damaged("PNG", "its pixels do not decompress");
  if (!direct) writeMeaning(kernel, header, channels);
  undoFilters(kernel, header, { passes, rows, zero, channels, out: direct ? undefined : prepared.rows });
  return prepared;
}

/** Copies the compressed data to `to`, in one piece. */
function gather(kernel: Kernel, bytes: Uint8Array, { pixels }: PngHeader, to: number): void {
  const { bytes: memory } = kernel;
  const functions = pngFunctions(kernel);
  for (let chunk = chunkAt(bytes, pixels); holdsPixels(chunk); chunk = chunkAt(bytes, chunk.end + 4)) {
    const length = chunk.end - chunk.start;
    memory.set(bytes.subarray(chunk.start, chunk.end), to);
    if (functions.crc32(ofName, to, length) >>> 0 !== uint32(bytes, chunk.end)) throw wrongSum(bytes, chunk);
    to += length;
  }
}

/** Rows as they were stored, and where their pixels go. */
interface FilteredRows {
  readonly passes: readonly InterlacePass[];
  /** Where the first row is, behind its filter. */
  readonly rows: number;
  /** Where a row of zeros is. */
  readonly zero: number;
  readonly channels: Channels;
  /** Where the pixels go; undefined where rows are pixels. */
  readonly out: number | undefined;
}

/** Undoes the filters of all rows, and writes the pixels. */
function undoFilters(
  kernel: Kernel,
  header: PngHeader,
  { passes, rows, zero, channels, out }: FilteredRows,
): void {
  const functions = pngFunctions(kernel);
  const size = Math.max(1, bitsOf(header) >> 3);
  const stride = header.width * channels;
  let at = rows;
  for (const { x, y, dx, dy, width, height, length } of passes) {
    if (functions.unfilter(at, length, height, size, zero) === 0)
      throw damaged("PNG", "a row of its pixels is filtered in no known way");
    if (out !== undefined) {
      const first = out + y * stride + x * channels;
      functions.expand(at, length, width, height, first, dx * channels, dy * stride);
    }
    at += height * (1 + length);
  }
}

/** A part of an image that is stored by itself: some columns of some rows. */
interface InterlacePass {
  readonly width: number;
  readonly height: number;
  /** Bytes of a row, but for its filter. */
  readonly length: number;
  /** The first column and row, and how far the next ones are. */
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** First column, first row, and steps of the passes of an interlaced image (Adam7). */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

const whole = [[0, 0, 1, 1]] as const;

/** The passes of an image that have pixels. */
function passesOf(header: PngHeader): InterlacePass[] {
  const bits = bitsOf(header);
  const passes: InterlacePass[] = [];
  for (const [x, y, dx, dy] of header.interlaced ? adam7 : whole) {
    const width = Math.ceil((header.width - x) / dx);
    const height = Math.ceil((header.height - y) / dy);
    if (width > 0 && height > 0)
      passes.push({ x, y, dx, dy, width, height, length: Math.ceil((width * bits) / 8) });
  }
  return passes;
}

/** Bits of a pixel. */
function bitsOf({ depth, colour }: PngHeader): number {
  return depth * samplesOf[colour];
}

/** Channels of the pixels, where `input` are asked for. */
function channelsOf(header: PngHeader, input: Channels): Channels {
  const { colour, transparency } = header;
  // RGBA is resampled as it is: alpha that does not count is passed over then. Elsewhere it is not even written.
  if (isBytes(header) && colour === 6) return 4;
  if (input === 4 && (colour >= 4 || transparency !== undefined)) return 4;
  return colour === 0 || colour === 4 ? 1 : 3;
}

/** Whether rows are pixels of so many channels as soon as their filters are undone. */
function arePixels(header: PngHeader, channels: Channels): boolean {
  return isBytes(header) && header.colour !== 3 && samplesOf[header.colour] === channels;
}

function isBytes({ depth, interlaced }: PngHeader): boolean {
  return depth === 8 && !interlaced;
}

/** What the kernel is told about samples. */
function writeMeaning(kernel: Kernel, header: PngHeader, channels: Channels): void {
  const { depth, colour, palette, transparency } = header;
  const at = Place.png;
  const [red, green, blue] = transparentSamples(header) as [number, number, number];
  kernel.set(at + Png.depth, depth);
  kernel.set(at + Png.colour, colour);
  kernel.set(at + Png.channels, channels);
  kernel.set(at + Png.unscaled, header.indices ? 1 : 0);
  kernel.set(at + Png.red, red);
  kernel.set(at + Png.green, green);
  kernel.set(at + Png.blue, blue);
  if (colour !== 3) return;
  // What the palette lacks is black, as libpng has it.
  const colours = kernel.bytes.subarray(Place.palette, Place.palette + 1024);
  for (let i = 0; i < 256; i++) {
    for (let c = 0; c < 3; c++) colours[4 * i + c] = palette?.[3 * i + c] ?? 0;
    colours[4 * i + 3] = transparency?.[i] ?? 255;
  }
}
