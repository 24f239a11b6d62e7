/** The decoders where Node's packages are: all at hand. In a page decoders.web.ts stands in its place. */
import { MissingPeerError } from "../../core/errors.ts";
import type { StoredSize } from "../header/size.ts";
import type { Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";
import { gifDecoder } from "./gif.ts";
import { jpegDecoder } from "./jpeg.ts";
import { pngDecoder } from "./png.ts";
import { render } from "./render.ts";
import { sharpDecoder, sizeBySharp } from "./sharp.ts";
import { webpDecoder } from "./webp.ts";

/** Our own, in the order in which they are asked. */
export const ownDecoders: readonly Decoder[] = [jpegDecoder, pngDecoder, webpDecoder, gifDecoder];

/** The one of all else. */
export const generalDecoder: Decoder = sharpDecoder;

/** {@link render}, at once or by a promise. */
export const renderRow: (...pixels: Parameters<typeof render>) => void | Promise<void> = render;

/** The size of an image of a format that does not say so itself; undefined where nobody is there who knows. */
export const generalSize: (file: EncodedImage) => Promise<StoredSize> | undefined = sizeBySharp;

/** The error of a sound file that all decoders declined. */
export function undecoded(called: string): MissingPeerError {
  return new MissingPeerError(
    `It is ${called} of a kind that needs a package which is not installed: npm install sharp`,
  );
}
