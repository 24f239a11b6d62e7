/** Which decoder takes an image: the first of those for its format that does not decline it. */

import { generalDecoder, generalSize, ownDecoders, undecoded } from "#image/decode/decoders";
import { ImageError } from "../../core/errors.ts";
import type { Format } from "../header/format.ts";
import type { StoredSize } from "../header/size.ts";
import type { DecodeOutcome, DecodeRequest, Decoder } from "./decoder.ts";
import { EncodedImage } from "./encoded.ts";
import { decodeByGiven } from "./given.ts";

/** In the order in which they are asked. */
const decoders: readonly Decoder[] = [...ownDecoders, generalDecoder];

/**
 * Decodes `bytes` by the first decoder that takes them, and writes the row.
 *
 * @param bytes valid until this returns
 * @throws ImageError (without a path) if they are no image, or damaged.
 * @throws MissingPeerError if they are of a kind that nothing here decodes.
 */
export function decode(bytes: Uint8Array, request: DecodeRequest): void | Promise<void> {
  const file = new EncodedImage(bytes);
  const given = typeof request.decode === "function";
  const format = given && bytes.length > 0 ? file.format : checkFormat(bytes, () => file.format);
  if (request.indices && format?.name !== "PNG") {
    throw new ImageError(
      'Only of PNG images are the indices of a palette read. Leave `palette: "indices"` away, or convert the file to PNG.',
    );
  }
  return ask(0, file, request, format, undefined);
}

/** The size of an image of a format that does not say so itself. */
export function decodedSize(file: EncodedImage): Promise<StoredSize> {
  const format = checkFormat(file.bytes, () => file.format);
  const size = generalSize(file);
  if (size === undefined) throw undecoded(format.called);
  return size;
}

/**
 * The format of `bytes`, the first of a file at least, which `formatOf` finds in them.
 *
 * @throws ImageError if they are none that is known, or of a format that nobody decodes.
 */
export function checkFormat(bytes: Uint8Array, formatOf: (bytes: Uint8Array) => Format | undefined): Format {
  if (bytes.length === 0) throw new ImageError("The file is empty. Fetch or copy it again.");
  const format = formatOf(bytes);
  if (format === undefined) {
    throw new ImageError(
      "It is no image of a known format. Leave it out of the list, or give imread an `onError`.",
    );
  }
  if (decoders.some(({ formats }) => formats.includes(format.name))) return format;
  throw new ImageError(
    `It is ${format.called}, which is not decoded. Convert it to JPEG, PNG or WebP, or leave it out of the list.`,
  );
}

/** Asks the decoders from number `next` on; `damage` is what those before found. */
function ask(
  next: number,
  file: EncodedImage,
  request: DecodeRequest,
  format: Format | undefined,
  damage: ImageError | undefined,
): void | Promise<void> {
  const { decode: given } = request;
  let found = damage;
  for (let i = next; i < decoders.length; i++) {
    const decoder = decoders[i]!;
    const isGiven = decoder === generalDecoder && typeof given === "function";
    // A function may know one format only: it is not asked for a guess at what is damaged.
    if (isGiven ? found !== undefined : format === undefined || !decoder.formats.includes(format.name))
      continue;
    const outcome = isGiven ? decodeByGiven(given, file, request) : decoder.decode(file, request);
    if (outcome === "done") return;
    if (outcome instanceof Promise) {
      // For those that may be asked after it.
      file.keep();
      const before = found;
      return outcome.then((came) =>
        came === "done" ? undefined : ask(i + 1, file, request, format, before ?? damageOf(came)),
      );
    }
    found ??= damageOf(outcome);
  }
  throw found ?? undecoded(calledOf(file, format!));
}

function damageOf(outcome: DecodeOutcome): ImageError | undefined {
  return typeof outcome === "string" ? undefined : outcome;
}

/** What a message calls a sound file. */
function calledOf(file: EncodedImage, { name, called }: Format): string {
  for (const decoder of decoders) {
    const more = decoder.formats.includes(name) ? decoder.called?.(file) : undefined;
    if (more !== undefined) return more;
  }
  return called;
}
