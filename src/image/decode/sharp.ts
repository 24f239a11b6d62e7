/**
 * The general decoder: every other format, and every JPEG that the others decline, by `sharp`.
 *
 * sharp decodes only; resampling is the kernel's, so that an image looks the same whoever decoded it.
 */
import { ImageError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import { peer } from "../../core/peer.ts";
import type { Channels } from "../colour.ts";
import type { Format } from "../header/format.ts";
import { type DecodeOutcome, type DecodeRequest, render } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";

/** The part of `sharp` that is used. */
interface Sharp {
  (input: Uint8Array, options: Record<string, unknown>): SharpImage;
  concurrency(threads: number): number;
  cache(on: boolean): unknown;
}

interface SharpImage {
  autoOrient(): SharpImage;
  removeAlpha(): SharpImage;
  ensureAlpha(): SharpImage;
  toColourspace(name: string): SharpImage;
  raw(): SharpImage;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array;
    info: { width: number; height: number; channels: number };
  }>;
}

/** The decoder of sharp, where its package is installed. */
export function decodeBySharp(file: EncodedImage, request: DecodeRequest): DecodeOutcome | Promise<"done"> {
  const sharp = peer<Sharp>("sharp", leaveToOthers);
  return sharp === undefined ? "declined" : decode(sharp, file, request);
}

/**
 * In a worker the images of a batch are the parallelism, and none is decoded twice. On the user's own thread sharp may
 * be in use for other things; there its settings are left alone.
 */
function leaveToOthers(sharp: Sharp): void {
  if (builtin("worker_threads")?.isMainThread !== false) return;
  sharp.concurrency(1);
  sharp.cache(false);
}

async function decode(sharp: Sharp, file: EncodedImage, request: DecodeRequest): Promise<"done"> {
  const { data, info } = await pixelsOf(sharp, file, request);
  render(data, info.height, info.width, info.channels as Channels, request);
  return "done";
}

async function pixelsOf(
  sharp: Sharp,
  { bytes, format }: EncodedImage,
  { pipeline, orient, maxPixels }: DecodeRequest,
): ReturnType<SharpImage["toBuffer"]> {
  // sharp works on another thread, and `bytes` may be overwritten by then.
  const image = sharp(bytes.slice(), {
    // Truncated files are refused; damage that libjpeg tolerates is tolerated, as Pillow does.
    failOn: "truncated",
    limitInputPixels: maxPixels,
    sequentialRead: true,
    ignoreIcc: true,
  });
  if (orient) image.autoOrient();
  image.toColourspace("srgb");
  if (pipeline.input === 4) image.ensureAlpha();
  else image.removeAlpha();
  try {
    return await image.raw().toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new ImageError(reason(error as Error, format), { cause: error });
  }
}

function reason({ message }: Error, format: Format | undefined): string {
  const [said] = message.split("\n");
  if (/pixel limit/i.test(message)) {
    return "It has more pixels than are decoded. Raise the option `maxPixels` of imread if that is meant.";
  }
  if (format?.decoded === "sometimes")
    return `It is ${format.name}, which few builds of sharp decode; this one says: ${said}. Convert it to JPEG, PNG or WebP.`;
  if (/unsupported|not (?:supported|configured|implemented)/i.test(message)) {
    return `It is ${format?.name ?? "an image"} of a kind that sharp does not decode: ${said}. Convert it to JPEG, PNG or WebP.`;
  }
  return `It does not decode: ${said}. The file is damaged or truncated; fetch or copy it again.`;
}
