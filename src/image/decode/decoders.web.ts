/**
 * The decoders in a page: each fetched when it meets the first file of its format, with its part of the kernel. From then
 * on it answers at once, as in Node.
 */
import { lateChunk } from "../../core/chunk.ts";
import { MissingPeerError } from "../../core/errors.ts";
import type { FormatName } from "../header/format.ts";
import type { StoredSize } from "../header/size.ts";
import type { DecodeOutcome, Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";
import type { render } from "./render.ts";

/** Our own, in the order in which they are asked. */
export const ownDecoders: readonly Decoder[] = [
  late("JPEG", async () => (await import("./jpeg.ts")).jpegDecoder),
  late("PNG", async () => (await import("./png.ts")).pngDecoder),
  late("WebP", async () => (await import("./webp.ts")).webpDecoder),
  late("GIF", async () => (await import("./gif.ts")).gifDecoder),
];

const pixels = lateChunk(() => import("./render.ts"));
const browser = lateChunk(() => import("./browser.ts"));

/** The one of all else: the browser's, where the user allows it. */
export const generalDecoder: Decoder = {
  formats: ["JPEG", "TIFF", "AVIF", "HEIC", "JPEG XL", "JPEG 2000", "PNM"],
  async decode(file, request) {
    if (request.decode !== "browser") return "declined";
    file.keep();
    return (await browser.load()).decodeByBrowser(file, request);
  },
};

/** {@link render}, at once where that part of the kernel is there, else by a promise. */
export function renderRow(...args: Parameters<typeof render>): void | Promise<void> {
  const { module } = pixels;
  if (module !== undefined) return module.render(...args);
  return Promise.resolve(pixels.load()).then((loaded) => loaded.render(...args));
}

/** The size of an image of a format that does not say so itself: nobody knows it here. */
export const generalSize: (file: EncodedImage) => Promise<StoredSize> | undefined = () => undefined;

/** The error of a sound file that all decoders declined. */
export function undecoded(called: string): MissingPeerError {
  return new MissingPeerError(
    `It is ${called}, of a kind that is not decoded in a browser. Give imread a decoder in WebAssembly, { decode: (bytes) => pixels }; let the browser decode it, where pixels may differ from browser to browser: { decode: "browser" }; or convert it to JPEG, PNG or WebP.`,
  );
}

/** The decoder of a format that `load` loads. */
function late(name: FormatName, load: () => Promise<Decoder>): Decoder {
  const chunk = lateChunk(load);
  return {
    formats: [name],
    called: (file) => chunk.module?.called?.(file),
    decode(file, request): DecodeOutcome | Promise<DecodeOutcome> {
      const { module } = chunk;
      if (module !== undefined) return module.decode(file, request);
      file.keep();
      return Promise.resolve(chunk.load()).then((decoder) => decoder.decode(file, request));
    },
  };
}
