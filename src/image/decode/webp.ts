/** WebP, decoded by the kernel itself: no package, libwebp's pixels on every machine. */
import { readWebpHeader } from "../header/webp.ts";
import { threadKernel } from "../kernel/thread.ts";
import { pixelsOfWebp } from "../kernel/webp.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest, type Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";

/** The kernel's decoder of WebP. */
export const webpDecoder: Decoder = { formats: ["WebP"], decode };

function decode(file: EncodedImage, { pipeline, orient, maxPixels, row }: DecodeRequest): DecodeOutcome {
  const header = file.header(readWebpHeader);
  checkPixels(header.height, header.width, maxPixels);
  const orientation = orient ? header.orientation : 1;
  const pixels = pixelsOfWebp(threadKernel(), pipeline, file.bytes, header, orientation);
  pixels.run(row(pixels.shape));
  return "done";
}
