/**
 * Files that no decoder of ours takes, by the browser's own: `createImageBitmap`, drawn on a canvas and read back.
 *
 * Nothing is asked of it but pixels as they are stored: no colour management, no premultiplied alpha, no turning (of
 * TIFF and JPEG, whose EXIF says what is upright; others are turned by what the format itself says). A canvas multiplies
 * by alpha all the same, so that colours are rounded where they are transparent.
 * Limits: what a browser decodes is its own business, and so are the pixels. It does not say whether a file is damaged or
 * of a format that it does not know.
 */
import { ImageError, MissingPeerError } from "../../core/errors.ts";
import { truncated } from "../header/damage.ts";
import { endsInBox } from "../header/iso.ts";
import { readJpegHeader } from "../header/jpeg.ts";
import { readTiffHeader } from "../header/tiff.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";
import { render } from "./render.ts";

/** The parts of a browser that are used; their types come with the DOM's, which Node code does without. */
interface Browser {
  readonly Blob: new (parts: readonly Uint8Array[], options: { readonly type: string }) => object;
  readonly ImageData: new (data: Uint8ClampedArray, width: number) => object;
  readonly OffscreenCanvas?: new (
    width: number,
    height: number,
  ) => {
    getContext(kind: "2d", options: object): Canvas2D | null;
  };
  readonly createImageBitmap?: (source: object, options: object) => Promise<Bitmap>;
}

interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

interface Canvas2D {
  drawImage(bitmap: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}

const types: Readonly<Record<string, string>> = {
  AVIF: "image/avif",
  HEIC: "image/heic",
  JPEG: "image/jpeg",
  "JPEG 2000": "image/jp2",
  "JPEG XL": "image/jxl",
  TIFF: "image/tiff",
};

/** As they are stored. */
const asStored = { colorSpaceConversion: "none", premultiplyAlpha: "none", imageOrientation: "none" };

/** Whether what is read from a canvas is what was drawn; asked once, as a browser stays what it is. */
let faithful: boolean | undefined;

/** Decodes `file`, whose bytes are kept, and writes the row. */
export async function decodeByBrowser(file: EncodedImage, request: DecodeRequest): Promise<DecodeOutcome> {
  const { maxPixels, orient } = request;
  const { name, called } = file.format!;
  if ((name === "AVIF" || name === "HEIC") && endsInBox(file.bytes)) throw truncated(name);
  const header =
    name === "TIFF" ? file.header(readTiffHeader) : name === "JPEG" ? file.header(readJpegHeader) : undefined;
  if (header !== undefined) checkPixels(header.height, header.width, maxPixels);
  const { Blob, createImageBitmap, OffscreenCanvas } = globalThis as unknown as Browser;
  if (createImageBitmap === undefined || OffscreenCanvas === undefined) {
    throw new MissingPeerError(
      `It is ${called}, and this engine has no createImageBitmap and OffscreenCanvas to decode it by.`,
    );
  }
  if (!(await isFaithful())) {
    throw new MissingPeerError(
      `It is ${called}, and this browser changes pixels that are read from a canvas, as protection against fingerprinting. Allow this site to read canvases, give imread a decoder in WebAssembly, { decode: (bytes) => pixels }, or convert it to JPEG, PNG or WebP.`,
    );
  }
  const blob = new Blob([file.bytes], { type: types[name] ?? "" });
  const bitmap = await createImageBitmap(blob, asStored).catch(
    (cause: unknown) =>
      new ImageError(
        `It is ${called}, which this browser does not decode, or it is damaged. Convert it to JPEG, PNG or WebP.`,
        { cause },
      ),
  );
  if (bitmap instanceof ImageError) return bitmap;
  const { width, height } = bitmap;
  try {
    checkPixels(height, width, maxPixels);
    const pixels = read(bitmap);
    const turn = orient && header !== undefined ? header.orientation : 1;
    render(new Uint8Array(pixels.buffer), height, width, 4, request, turn);
  } finally {
    bitmap.close();
  }
  return "done";
}

/** The pixels of a bitmap, RGBA. */
function read(bitmap: Bitmap): Uint8ClampedArray {
  const { width, height } = bitmap;
  const canvas = new (globalThis as unknown as Required<Browser>).OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
  if (context === null)
    throw new ImageError(`The browser has no canvas of ${width} x ${height} pixels to decode it on.`);
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, width, height).data;
}

/** Draws pixels that are known, of many values, and looks whether they come back. */
async function isFaithful(): Promise<boolean> {
  if (faithful !== undefined) return faithful;
  const { ImageData, createImageBitmap } = globalThis as unknown as Required<Browser>;
  const drawn = new Uint8ClampedArray(64 * 64 * 4);
  for (let i = 0; i < drawn.length; i++) drawn[i] = i % 4 === 3 ? 255 : (i * 31 + (i >> 6) * 17) & 255;
  const bitmap = await createImageBitmap(new ImageData(drawn, 64), asStored);
  const came = read(bitmap);
  bitmap.close();
  faithful = came.every((value, i) => value === drawn[i]);
  return faithful;
}
