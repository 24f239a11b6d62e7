/**
 * JPEG by `@julusian/jpeg-turbo`, synchronously, into the kernel's memory: progressive files and quarter turns.
 *
 * The binding reports any damage by throwing, also such as libjpeg would only warn of, and without saying which; then
 * the pixels are not used and the general decoder decides. Its own size arithmetic has 32 bits, so it is called only
 * for headers that `readJpegHeader` accepted and that are small enough.
 */

import { peer } from "../../core/peer.ts";
import { truncated } from "../header/damage.ts";
import { isTruncated, mostPixels } from "../header/jpeg.ts";
import { threadKernel } from "../kernel/thread.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest } from "./decoder.ts";
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
export function decodeByTurbo(
  file: EncodedImage,
  { pipeline, orient, maxPixels, row }: DecodeRequest,
): DecodeOutcome {
  const { bytes, jpegHeader: header } = file;
  if (header === undefined) return "declined";
  const turbo = peer<Turbo>("@julusian/jpeg-turbo");
  if (turbo === undefined) return "declined";
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
    const format = channels === 1 ? turbo.FORMAT_GRAY : turbo.FORMAT_RGB;
    const decoded = turbo.decompressSync(bytes, prepared.pixels, { format });
    if (decoded.width !== width || decoded.height !== height) return "damaged";
  } catch {
    if (isTruncated(bytes)) throw truncated("JPEG");
    return "damaged";
  }
  prepared.run(row(prepared.shape));
  return "done";
}
