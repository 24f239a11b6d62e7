/** Which decoder takes an image: the first of those for its format that does not decline it. */
import { ImageError, MissingPeerError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import type { Format, FormatName } from "../header/format.ts";
import type { DecodeOutcome, DecodeRequest, Decoder } from "./decoder.ts";
import { EncodedImage } from "./encoded.ts";
import { jpegDecoder } from "./jpeg.ts";
import { pngDecoder } from "./png.ts";
import { sharpDecoder } from "./sharp.ts";
import { webpDecoder } from "./webp.ts";

/** In the order in which they are asked. */
const decoders: readonly Decoder[] = [jpegDecoder, pngDecoder, webpDecoder, sharpDecoder];

/**
 * Decodes `bytes` by the first decoder that takes them, and writes the row.
 *
 * @param bytes valid until this returns
 * @throws ImageError (without a path) if they are no image, or damaged.
 * @throws MissingPeerError if no installed package decodes them.
 */
export function decode(bytes: Uint8Array, request: DecodeRequest): void | Promise<void> {
  if (bytes.length === 0) throw new ImageError("The file is empty. Fetch or copy it again.");
  return ask(0, new EncodedImage(bytes), request, undefined);
}

/** Asks the decoders from number `next` on; `damage` is what those before found. */
function ask(
  next: number,
  file: EncodedImage,
  request: DecodeRequest,
  damage: ImageError | undefined,
): void | Promise<void> {
  const format = knownFormat(file.format);
  if (request.indices && format.name !== "PNG") {
    throw new ImageError(
      'Only of PNG images are the indices of a palette read. Leave `palette: "indices"` away, or convert the file to PNG.',
    );
  }
  let found = damage;
  for (let i = next; i < decoders.length; i++) {
    const decoder = decoders[i]!;
    if (!decoder.formats.includes(format.name)) continue;
    const outcome = decoder.decode(file, request);
    if (outcome === "done") return;
    if (outcome instanceof Promise) {
      // For those that may be asked after it.
      file.keep();
      const before = found;
      return outcome.then((came) =>
        came === "done" ? undefined : ask(i + 1, file, request, before ?? damageOf(came)),
      );
    }
    found ??= damageOf(outcome);
  }
  throw found ?? undecoded(format.name, file.called ?? format.called);
}

function damageOf(outcome: DecodeOutcome): ImageError | undefined {
  return typeof outcome === "string" ? undefined : outcome;
}

function knownFormat(format: Format | undefined): Format {
  if (format !== undefined) return format;
  throw new ImageError(
    "It is no image of a known format. Leave it out of the list, or give imread an `onError`.",
  );
}

/** The error of a sound file that all decoders declined. */
function undecoded(name: FormatName, called: string): ImageError | MissingPeerError {
  const needed = decoders.flatMap(({ formats, needs }) =>
    needs !== undefined && formats.includes(name) ? [needs] : [],
  );
  if (needed.length === 0) {
    return new ImageError(
      `It is ${called}, which is not decoded. Convert it to JPEG, PNG or WebP, or leave it out of the list.`,
    );
  }
  if (builtin("module") === undefined) {
    return new MissingPeerError(
      `It is ${called} of a kind that needs a package for Node, and this is a browser. Decode it with createImageBitmap and begin with fromPixels(), or store JPEG files of the usual kinds, or PNG.`,
    );
  }
  return new MissingPeerError(
    `It is ${called} of a kind that needs a package which is not installed: npm install ${needed.join(" ")}`,
  );
}
