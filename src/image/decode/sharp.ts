/**
 * The general decoder: what no decoder of ours takes, by `sharp`.
 *
 * sharp decodes only; resampling, turning upright and inks are ours, so that an image looks the same whoever decoded it.
 * Half a millisecond or more of an image is sharp's own, however small it is and whatever is asked of it.
 */
import { ImageError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import { peer } from "../../core/peer.ts";
import type { Channels } from "../colour.ts";
import { damaged, truncated } from "../header/damage.ts";
import type { FormatName } from "../header/format.ts";
import { endsInBox } from "../header/iso.ts";
import { readJpegHeader } from "../header/jpeg.ts";
import type { StoredSize } from "../header/size.ts";
import { readTiffHeader } from "../header/tiff.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest, type Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";
import { callJpeg } from "./jpeg.ts";
import { render } from "./render.ts";

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
  pipelineColourspace(name: string): SharpImage;
  toColourspace(name: string): SharpImage;
  raw(): SharpImage;
  metadata(): Promise<{ readonly width: number; readonly height: number }>;
  toBuffer(options: { resolveWithObject: true }): Promise<RawPixels>;
}

interface RawPixels {
  readonly data: Uint8Array;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

/** The decoder of sharp, where its package is installed. */
export const sharpDecoder: Decoder = {
  formats: ["JPEG", "TIFF", "AVIF", "HEIC", "JPEG XL", "JPEG 2000", "PNM"],
  decode(file, request) {
    const sharp = peer<Sharp>("sharp", leaveToOthers);
    return sharp === undefined ? "declined" : decode(sharp, file, request);
  },
};

/** The size of an image, by its header; undefined where sharp is not installed. */
export function sizeBySharp(file: EncodedImage): Promise<StoredSize> | undefined {
  const sharp = peer<Sharp>("sharp", leaveToOthers);
  if (sharp === undefined) return undefined;
  factsOf(file, Number.POSITIVE_INFINITY);
  return sharp(file.keep(), { failOn: "error" })
    .metadata()
    .then(
      ({ width, height }) => ({ width, height, orientation: 1 }),
      (error: Error) => {
        throw problem(error, file);
      },
    );
}

/** Those of its formats that sharp decodes only where it was built for them. */
const rare: ReadonlySet<FormatName | undefined> = new Set(["HEIC", "JPEG XL", "JPEG 2000", "PNM"]);

/**
 * In a worker the images of a batch are the parallelism, and none is decoded twice. On the user's own thread sharp may
 * be in use for other things; there its settings are left alone.
 */
function leaveToOthers(sharp: Sharp): void {
  if (builtin("worker_threads")?.isMainThread !== false) return;
  sharp.concurrency(1);
  sharp.cache(false);
}

async function decode(sharp: Sharp, file: EncodedImage, request: DecodeRequest): Promise<DecodeOutcome> {
  const { orient, maxPixels, pipeline } = request;
  const { orientation, inks } = factsOf(file, maxPixels);
  const image = sharp(file.keep(), {
    // What a file lacks is never made up. Of damage that libjpeg tolerates, much is tolerated by Pillow, too.
    failOn: file.format?.name === "JPEG" ? "truncated" : "error",
    limitInputPixels: maxPixels,
    sequentialRead: true,
    ignoreIcc: true,
  });
  if (orient && orientation === "unread") image.autoOrient();
  if (inks) image.pipelineColourspace("cmyk").toColourspace("cmyk");
  else {
    image.toColourspace("srgb");
    if (pipeline.input === 4) image.ensureAlpha();
    else image.removeAlpha();
  }
  const { data, info } = await image
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: Error) => {
      throw problem(error, file);
    });
  const [pixels, channels] = inks ? [rgbOfInks(data, info.channels), 3] : [data, info.channels];
  const turn = orient && orientation !== "unread" ? orientation : 1;
  render(pixels, info.height, info.width, channels as Channels, request, turn);
  return "done";
}

/** What is read of a file before sharp is asked. Where a format says of itself which way is up, sharp has turned it. */
interface Facts {
  readonly orientation: number | "unread";
  /** Whether its samples are inks. */
  readonly inks: boolean;
}

/** @throws ImageError if sharp is not to be asked. */
function factsOf(file: EncodedImage, maxPixels: number): Facts {
  const { bytes, format } = file;
  switch (format?.name) {
    case "TIFF": {
      const header = file.header(readTiffHeader);
      if (header !== undefined) checkPixels(header.height, header.width, maxPixels);
      return { orientation: header?.orientation ?? "unread", inks: header?.cmyk ?? false };
    }
    case "JPEG":
      return { orientation: file.header(readJpegHeader)?.orientation ?? "unread", inks: false };
    case "AVIF":
    case "HEIC":
      if (endsInBox(bytes)) throw truncated(format.name);
  }
  return { orientation: 1, inks: false };
}

/** RGB of cyan, magenta, yellow and black as Pillow, OpenCV and TensorFlow have it: without a profile of any press. */
function rgbOfInks(samples: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((samples.length / channels) * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    const white = 255 - samples[from + 3]!;
    for (let c = 0; c < 3; c++) rgb[to + c] = white - Math.round((samples[from + c]! * white) / 255);
  }
  return rgb;
}

function callFile(file: EncodedImage): string {
  const unusual = file.format?.name === "JPEG" ? callJpeg(file) : undefined;
  return unusual ?? file.format!.called;
}

/** Our error of sharp's: a file of a kind that it lacks is not called damaged. */
function problem(cause: Error, file: EncodedImage): ImageError {
  const { format } = file;
  // What sharp says is no help: of several files at once it may be another's error, or none.
  const rareTiff = format?.name === "TIFF" ? file.header(readTiffHeader)?.unusual : undefined;
  const called = rareTiff === undefined ? callFile(file) : `a TIFF image ${rareTiff}`;
  const [said] = cause.message.split("\n");
  const { name } = format!;
  if (/pixel limit/i.test(cause.message)) {
    return new ImageError(
      "It has more pixels than are decoded. Raise the option `maxPixels` of imread if that is meant.",
      { cause },
    );
  }
  if (rare.has(name) || called !== format!.called) {
    return new ImageError(
      `It is ${called}, which few builds of sharp decode; this one says: ${said}. Convert it to JPEG, PNG or WebP.`,
      { cause },
    );
  }
  // An unknown marker of a JPEG is damage; what is said first is why it fails.
  if (/unsupported (?!marker)|not (?:supported|configured|implemented)/i.test(said!)) {
    return new ImageError(
      `It is ${called} of a kind that sharp does not decode: ${said}. Convert it to JPEG, PNG or WebP.`,
      { cause },
    );
  }
  if (/premature|unexpected end|truncated|bad seek|read error/i.test(cause.message))
    return truncated(name, cause);
  return damaged(name, `sharp says: ${said}`, cause);
}
