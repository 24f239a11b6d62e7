/** Which decoder takes an image: the first that does not decline it. */
import { ImageError, MissingPeerError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import type { Format } from "../header/format.ts";
import { isJpeg } from "../header/jpeg.ts";
import { isPng } from "../header/png.ts";
import { decodeBaseline } from "./baseline.ts";
import type { DecodeRequest, Decoder } from "./decoder.ts";
import { EncodedImage } from "./encoded.ts";
import { decodePng } from "./png.ts";
import { decodeBySharp } from "./sharp.ts";
import { decodeByTurbo } from "./turbo.ts";

/** In the order in which they are asked. */
const decoders: readonly Decoder[] = [decodeBaseline, decodePng, decodeByTurbo, decodeBySharp];

/**
 * Decodes `bytes` by the first decoder that takes them, and writes the row.
 *
 * @throws ImageError (without a path) if they are no image, or damaged.
 * @throws MissingPeerError if no installed package decodes them.
 */
export function decode(bytes: Uint8Array, request: DecodeRequest): void | Promise<void> {
  if (bytes.length === 0) throw new ImageError("The file is empty. Fetch or copy it again.");
  const file = new EncodedImage(bytes);
  if (!isJpeg(bytes) && !isPng(bytes)) checkFormat(file.format);
  let damaged = false;
  for (const decoder of decoders) {
    const outcome = decoder(file, request);
    if (outcome === "done") return;
    if (outcome instanceof Promise) return outcome.then(() => undefined);
    damaged ||= outcome === "damaged";
  }
  if (damaged) {
    throw new ImageError(
      "The JPEG file is damaged. The package sharp may still read it (npm install sharp); otherwise fetch or copy it again.",
    );
  }
  throw missingPeer(isJpeg(bytes));
}

/** Refuses what holds no pixels, before a decoder might render it, and what none decodes. */
function checkFormat(format: Format | undefined): void {
  if (format === undefined) {
    throw new ImageError(
      "It is no image of a known format. Leave it out of the list, or give imread an `onError`.",
    );
  }
  if (format.decoded === "never") {
    throw new ImageError(
      `It is ${format.name}, which is not decoded. Convert it to JPEG, PNG or WebP, or leave it out of the list.`,
    );
  }
}

function missingPeer(jpeg: boolean): MissingPeerError {
  const what = jpeg
    ? "Decoding this kind of JPEG file"
    : "It is neither a JPEG nor a PNG file, and decoding any other kind";
  if (builtin("module") === undefined) {
    return new MissingPeerError(
      `${what} needs a package for Node, and this is a browser. Decode it with createImageBitmap and begin with fromPixels(), or store sequential JPEG files, or PNG.`,
    );
  }
  return new MissingPeerError(
    `${what} needs a package that is not installed: npm install ${jpeg ? "@julusian/jpeg-turbo@2 sharp" : "sharp"}`,
  );
}
