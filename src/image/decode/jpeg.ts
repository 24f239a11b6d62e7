/**
 * JPEG, decoded by the kernel itself: all that is Huffman-coded with 8 bits a sample, sequential or progressive.
 *
 * No package, no native code, the same pixels on every machine. Faster than a native decoder followed by a resize,
 * since planes are resampled before their colours are converted, and nothing is written that is not needed.
 */

import { ImageError } from "../../core/errors.ts";
import { damaged, truncated } from "../header/damage.ts";
import {
  hasEndlessScans,
  isTruncated,
  type JpegHeader,
  maxScans,
  mostPixels,
  readJpegHeader,
} from "../header/jpeg.ts";
import { type DecodableHeader, jpegPlanes, type PreparedJpeg } from "../kernel/jpeg.ts";
import { threadKernel } from "../kernel/thread.ts";
import { foldPipeline } from "../pipeline.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest, type Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";
import { render } from "./render.ts";

/** The kernel's decoder of JPEG. */
export const jpegDecoder: Decoder = { formats: ["JPEG"], called: callJpeg, decode };

/** What a JPEG is called that only some decoders know: of which kind it is. */
export function callJpeg(file: EncodedImage): string | undefined {
  const unusual = file.header(readJpegHeader)?.unusual;
  return unusual === undefined ? undefined : `a JPEG image ${unusual}`;
}

/** Four components become RGB before anything else is done with them: that is a product of two. */
const asPixels = foldPipeline([], 3);

function decode(file: EncodedImage, request: DecodeRequest): DecodeOutcome {
  const { bytes } = file;
  const known = jpegPlanes(threadKernel()).prepared(request.pipeline, bytes, request.orient);
  const header = known?.header ?? file.header(readJpegHeader);
  const outcome =
    header === undefined
      ? damaged("JPEG", "its header makes no sense")
      : decodeAll(bytes, header, known, request);
  if (outcome === "done") return outcome;
  if (outcome !== "declined" && isTruncated(bytes, header?.scan?.data ?? 0)) throw truncated("JPEG");
  // Nor is another decoder to run for hours.
  if (hasEndlessScans(bytes)) {
    throw new ImageError(
      `It is a JPEG image of more than ${maxScans} scans, which would take very long. Convert it, or leave it out of the list.`,
    );
  }
  return outcome;
}

function decodeAll(
  bytes: Uint8Array,
  header: JpegHeader,
  known: PreparedJpeg | undefined,
  request: DecodeRequest,
): DecodeOutcome {
  const { pipeline, orient, maxPixels, row } = request;
  const { height, width, components, unusual, orientation } = header;
  checkPixels(height, width, maxPixels);
  if (unusual !== undefined) return "declined";
  if (!isDecodable(header)) return damaged("JPEG", "its first scan makes no sense");
  if (height * width > mostPixels(bytes.length)) throw truncated("JPEG");
  const inks = components.length === 4;
  const planes =
    known ??
    jpegPlanes(threadKernel()).prepare(inks ? asPixels : pipeline, bytes, header, orient ? orientation : 1);
  if (planes === undefined) return damaged("JPEG", "its tables make no sense");
  if (planes.decode(bytes) !== "whole") return damaged("JPEG", "its codes make no sense");
  if (inks) {
    const [rows, columns] = planes.shape;
    const pixels = new Uint8Array(rows * columns * 3);
    planes.run(pixels);
    render(pixels, rows, columns, 3, request);
  } else planes.run(row(planes.shape));
  return "done";
}

function isDecodable(header: JpegHeader): header is DecodableHeader {
  return header.scan !== undefined;
}
