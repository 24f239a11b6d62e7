/**
 * PNG, all of it, decoded by the kernel itself: no package, the same pixels on every machine. Nobody is asked after it,
 * so that what is refused does not depend on what is installed.
 */

import { indicesOf, readPngHeader } from "../header/png.ts";
import { checkOf, pixelsOfPng } from "../kernel/png.ts";
import { threadKernel } from "../kernel/thread.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest, type Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";

/** The kernel's decoder of PNG. */
export const pngDecoder: Decoder = { formats: ["PNG"], decode };

function decode(
  { bytes }: EncodedImage,
  { pipeline, orient, indices = false, maxPixels, row }: DecodeRequest,
): DecodeOutcome {
  const kernel = threadKernel();
  const read = readPngHeader(bytes, (all, start, end) => checkOf(kernel, all, start, end));
  const header = indices ? indicesOf(read) : read;
  checkPixels(header.height, header.width, maxPixels);
  const pixels = pixelsOfPng(kernel, pipeline, bytes, header, orient ? header.orientation : 1);
  pixels.run(row(pixels.shape));
  return "done";
}
