/**
 * JPEG by `@julusian/jpeg-turbo`, synchronously, into the kernel's memory: progressive files and quarter turns.
 *
 * The binding reports any damage by throwing, also such as libjpeg would only warn of, and without saying which; then
 * the pixels are not used and the general decoder decides. Its own size arithmetic has 32 bits, so it is called only
 * for headers that `readJpegHeader` accepted and that are small enough.
 */

import type { ImageError } from "../../core/errors.ts";
import { peer } from "../../core/peer.ts";
import { damaged, truncated } from "../header/damage.ts";
import { isTruncated, mostPixels, readJpegHeader } from "../header/jpeg.ts";
import { threadKernel } from "../kernel/thread.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest, type Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";

/** The part of `@julusian/jpeg-turbo` 2.x that is used. */
interface Turbo {
  readonly FORMAT_RGB: number;
  readonly FORMAT_GRAY: number;
  decompressSync(
    image: Uint8Array,
    out: Uint8Array,
    options: { readonly format: number },
  ): { readonly width: number; readonly height: number };
}

/** The decoder of libjpeg-turbo, where its package is installed. */
export const turboDecoder: Decoder = { formats: ["JPEG"], needs: "@julusian/jpeg-turbo@2", decode };

function decode(file: EncodedImage, { pipeline, orient, maxPixels, row }: DecodeRequest): DecodeOutcome {
  const { bytes } = file;
  const header = file.header(readJpegHeader);
  if (header === undefined) return "declined";
  const binding = peer<Turbo>("@julusian/jpeg-turbo");
  if (binding === undefined) return "declined";
  const { height, width, components, orientation } = header;
  checkPixels(height, width, maxPixels);
  if (height * width > mostPixels(bytes.length)) throw truncated("JPEG");
  // Grey of a colour JPEG is its luma plane: less to decode, and the same weights as ours.
  const channels = components.length === 1 || pipeline.input === 1 ? 1 : 3;
  const prepared = threadKernel().pixels.prepare(pipeline, {
    height,
    width,
    channels,
    orientation: orient ? orientation : 1,
    gap: 0,
  });
  try {
    const format = channels === 1 ? binding.FORMAT_GRAY : binding.FORMAT_RGB;
    const decoded = binding.decompressSync(bytes, prepared.pixels, { format });
    if (decoded.width !== width || decoded.height !== height) return unlike();
  } catch {
    if (isTruncated(bytes)) throw truncated("JPEG");
    return unlike();
  }
  prepared.run(row(prepared.shape));
  return "done";
}

function unlike(): ImageError {
  return damaged("JPEG", "libjpeg-turbo does not read it");
}
