/** An image file's bytes, and what they say about themselves: found when first asked for, by whichever decoder asks. */

import { type Format, formatOf } from "../header/format.ts";
import { type JpegHeader, readJpegHeader } from "../header/jpeg.ts";

/** A file on its way through the decoders. */
export class EncodedImage {
  /** Valid until the call that was given this file returns. */
  readonly bytes: Uint8Array;
  #jpegHeader: JpegHeader | undefined | "unread" = "unread";
  #format: Format | undefined | "unread" = "unread";

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The header of a JPEG of the usual kind; undefined for anything else. */
  get jpegHeader(): JpegHeader | undefined {
    if (this.#jpegHeader === "unread") this.#jpegHeader = readJpegHeader(this.bytes);
    return this.#jpegHeader;
  }

  /** The file's format by its first bytes; undefined where it is none that is known. */
  get format(): Format | undefined {
    if (this.#format === "unread") this.#format = formatOf(this.bytes);
    return this.#format;
  }
}
