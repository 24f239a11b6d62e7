/** An image file's bytes, and what they say about themselves: found when first asked for, by whichever decoder asks. */

import { type Format, formatOf } from "../header/format.ts";

/** A file on its way through the decoders. */
export class EncodedImage {
  #bytes: Uint8Array;
  #kept = false;
  #format: Format | undefined | "unread" = "unread";
  #reader: unknown;
  #header: unknown;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Valid until the call that was given this file returns, unless they are kept. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The bytes, copied where they would not last: valid for as long as they are held. */
  keep(): Uint8Array {
    if (!this.#kept) this.#bytes = this.#bytes.slice();
    this.#kept = true;
    return this.#bytes;
  }

  /** The file's format by its first bytes; undefined where it is none that is known. */
  get format(): Format | undefined {
    if (this.#format === "unread") this.#format = formatOf(this.#bytes);
    return this.#format;
  }

  /** What `read` finds in the bytes. It is not looked for again until another is asked for. */
  header<H>(read: (bytes: Uint8Array) => H): H {
    if (this.#reader !== read) {
      this.#header = read(this.#bytes);
      this.#reader = read;
    }
    return this.#header as H;
  }
}
