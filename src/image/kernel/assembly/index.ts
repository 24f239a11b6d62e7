/**
 * What the kernel offers; see each file for its purpose and limits.
 *
 * Helpers are plain functions, which the optimizer inlines as it sees fit. Where it does not, and time is lost, they are
 * static methods: the formatter knows the decorator `@inline` on those alone.
 */
import { crc32, fillCrcTables } from "./crc.ts";
import { countBytes } from "./histogram.ts";
import { huffman } from "./huffman.ts";
import { inflate } from "./inflate.ts";
import { renderPixels, transpose } from "./pixels.ts";
import { renderPlanes } from "./planes.ts";
import { expand, unfilter } from "./png.ts";
import { decodeProgressive, fillZigzags, transformBlocks } from "./progressive.ts";
import { renderSampled } from "./sampling.ts";
import { decodeScan } from "./scan.ts";
import { skipping } from "./skip.ts";
import { decodeVp8 } from "./vp8.ts";
import { decodeVp8l } from "./vp8l.ts";
import { spreadPixels, takeGreen, unfilterAlpha } from "./webp-pixels.ts";
import { weighAxis, writeTable } from "./weights.ts";
import { renderYuv } from "./yuv.ts";

export {
  countBytes,
  crc32,
  decodeProgressive,
  decodeScan,
  decodeVp8,
  decodeVp8l,
  expand,
  fillCrcTables,
  fillZigzags,
  huffman,
  inflate,
  renderPixels,
  renderPlanes,
  renderSampled,
  renderYuv,
  skipping,
  spreadPixels,
  takeGreen,
  transformBlocks,
  transpose,
  unfilter,
  unfilterAlpha,
  weighAxis,
  writeTable,
};
