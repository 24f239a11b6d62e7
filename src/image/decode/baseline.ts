/**
 * The fast path: sequential JPEG, by far the most common kind, decoded by the kernel itself.
 *
 * No package, no native code, the same pixels on every machine. Faster than a native decoder followed by a resize,
 * since planes are resampled before their colours are converted, and nothing is written that is not needed.
 */

import { damaged, truncated } from "../header/damage.ts";
import { isTruncated, mostPixels, readJpegHeader } from "../header/jpeg.ts";
import { canDecode } from "../kernel/jpeg.ts";
import { threadKernel } from "../kernel/thread.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest, type Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";

/** The kernel's own decoder of JPEG. */
export const baselineDecoder: Decoder = { formats: ["JPEG"], decode };

function decode(file: EncodedImage, { pipeline, orient, maxPixels, row }: DecodeRequest): DecodeOutcome {
  const { bytes } = file;
  const { jpeg } = threadKernel();
  const known = jpeg.prepared(pipeline, bytes, orient);
  const header = known?.header ?? file.header(readJpegHeader);
  if (header === undefined) return "declined";
  const orientation = orient ? header.orientation : 1;
  if (!canDecode(header, orientation)) return "declined";
  checkPixels(header.height, header.width, maxPixels);
  if (header.height * header.width > mostPixels(bytes.length)) throw truncated("JPEG");
  const planes = known ?? jpeg.prepare(pipeline, bytes, header, orientation);
  if (planes === undefined) return damaged("JPEG", "its tables make no sense");
  const status = planes.decode(bytes);
  if (status === "truncated" && isTruncated(bytes)) throw truncated("JPEG");
  if (status !== "whole") return damaged("JPEG", "its codes make no sense");
  planes.run(row(planes.shape));
  return "done";
}
