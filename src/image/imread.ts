/** The two ways to begin an image: a file to be read, or pixels that are there. */

import { checkBoolean, checkChoice, checkInteger, checkKnown, checkSignal, show } from "../core/check.ts";
import { type DataLocation, ImageError, OptionError, ShapeError } from "../core/errors.ts";
import type { LazyTensor } from "../tensor/lazy.ts";
import { checkTensor, isTensor, showShape } from "../tensor/tensor.ts";
import type { Channels } from "./colour.ts";
import type { GivenDecoder } from "./decode/decoder.ts";
import { type Image, LazyImage, optionsAt, type Pixels, type ReadOptions } from "./image.ts";
import { checkSource, type ImageSource } from "./source.ts";

/** Options of {@link imread}. */
export interface ImreadOptions {
  /**
   * Channels of the image: 3 (RGB, default), 1 (grey) or 4 (RGBA). Grey files are repeated, colour becomes its
   * BT.601 luma, alpha is dropped or added as opaque; 16-bit samples are scaled to 8; CMYK becomes RGB.
   */
  readonly channels?: Channels;
  /** Whether the image is turned upright as its EXIF orientation says. Default true. */
  readonly orient?: boolean;
  /**
   * What a pixel of a palette is: its colour (`"colours"`, default), or its index (`"indices"`): the classes of a mask,
   * with 1 channel. Grey of 1, 2 or 4 bits is then read unscaled, too. PNG only, up to 8 bits.
   */
  readonly palette?: "colours" | "indices";
  /**
   * What decodes the files that epochal's own decoders do not take: all but JPEG of the usual kinds, PNG, WebP and GIF.
   * By default `sharp` in Node, where it is installed, and nobody in a browser, as there is no decoder there that gives
   * the same pixels everywhere.
   *
   * - A function: a decoder of yours, as of a package in WebAssembly. It gets the file's bytes, and gives pixels, upright.
   *   It is asked in place of `sharp`, too, and for files of any format, known or not.
   * - `"browser"`: the browser's own decoder, of whatever formats it has (`createImageBitmap`, read from a canvas). **The
   *   pixels differ** from browser to browser, and from Node's: by decoder, by rounding where they are transparent, and
   *   by protection against fingerprinting, which is an error where it is found. In Node it is `sharp` all the same.
   *
   * @example
   * import decodeAvif from "@jsquash/avif/decode.js";
   * imread(file, { decode: (bytes) => decodeAvif(bytes.buffer) });
   */
  readonly decode?: "browser" | DecodeFunction;
  /**
   * Images with more pixels are refused before they are decoded. Default 89,478,485, a quarter of a gigabyte of RGB,
   * the limit at which Pillow warns.
   */
  readonly maxPixels?: number;
  /**
   * What happens with a file that is missing, empty, truncated or no image: `"throw"` (default) an {@link ImageError},
   * or a function that returns what to use in its place: another path, URL or file's bytes, or a uint8 tensor of
   * pixels. The replacement goes through the same steps; when it fails too, its error is thrown. Where the package
   * that decodes a file is not installed, the MissingPeerError is thrown all the same: the file may be sound, and a
   * data set of replacements would be trained on without a word.
   */
  readonly onError?: "throw" | ((error: ImageError) => ImageSource | Pixels);
  /** Ends a download. Pass `context.signal`. */
  readonly signal?: AbortSignal;
}

/** Pixels as a decoder of yours may give them: a uint8 tensor, or RGBA in the form of the platform's `ImageData`. */
export type DecodedPixels =
  | Pixels
  | {
      readonly data: Uint8Array | Uint8ClampedArray;
      readonly width: number;
      readonly height: number;
    };

/** A decoder of yours: the bytes of a file, which are its own, become pixels, or null where it cannot decode them. */
export type DecodeFunction = (
  bytes: Uint8Array<ArrayBuffer>,
) => DecodedPixels | null | Promise<DecodedPixels | null>;

const defaults: ReadOptions = {
  channels: 3,
  orient: true,
  palette: "colours",
  decode: undefined,
  maxPixels: 89_478_485,
  onError: "throw",
  signal: undefined,
};

/**
 * An image file, to be read when a batch needs it: dtype uint8, shape [height, width, 3].
 *
 * JPEG, PNG, WebP and GIF (its first picture) need no package, and have the same pixels in Node and in every browser.
 * `sharp`, if installed, decodes everything else (AVIF, TIFF, …) in Node; for browsers there is the option `decode`.
 * Nothing is read or checked until the image is run.
 *
 * @throws OptionError if an option or the source is not as described. Running the image throws an ImageError with the
 *   path if the file cannot be read or decoded, and a MissingPeerError if no package that decodes it is installed.
 * @example
 * await stack(files.map((file) => resize(imread(file), [200, 200]))); // float32 [n, 200, 200, 3]
 * await imread("photo.png", { channels: 4 }).tensor();                 // uint8 [height, width, 4]
 * await imread("mask.png", { palette: "indices" }).tensor();           // uint8 [height, width, 1]: classes
 */
export function imread(source: ImageSource, options?: ImreadOptions): Image<"uint8"> {
  checkSource(source, "imread()");
  return begin(source, options === undefined ? defaults : readOptions(options));
}

/** An image in a file of a data set, which a reader took from `place`: its errors say so. */
export function imreadAt(source: ImageSource, place: () => DataLocation): Image<"uint8"> {
  return begin(source, optionsAt(defaults, place));
}

/**
 * Pixels that are in memory already, as an image: for `resize` and the other steps.
 *
 * @param pixels uint8 of shape [height, width, channels] with 1, 3 or 4 channels
 * @throws ShapeError if it is anything else.
 * @example
 * resize(fromPixels(tensor(bytes, { shape: [28, 28, 1] })), [32, 32]); // float32 [32, 32, 1]
 */
export function fromPixels(pixels: Pixels): Image<"uint8"> {
  checkPixelTensor(pixels);
  const [height, width, channels] = pixels.shape as [number, number, Channels];
  return begin(pixels, { ...defaults, channels, maxPixels: Number.POSITIVE_INFINITY }, height, width);
}

/** Pixels that are read when the image is run, as an image; of a shape that {@link fromPixels} takes. */
export function fromLazyPixels(pixels: LazyTensor<"uint8">): Image<"uint8"> {
  const [height, width, channels] = pixels.shape as [number, number, Channels];
  return begin(pixels, { ...defaults, channels, maxPixels: Number.POSITIVE_INFINITY }, height, width);
}

function begin(
  source: LazyImage["source"],
  options: ReadOptions,
  height?: number,
  width?: number,
): Image<"uint8"> {
  const { channels } = options;
  return new LazyImage({
    source,
    options,
    ops: [],
    key: `${channels}`,
    dtype: "uint8",
    height,
    width,
    channels,
  });
}

function readOptions(options: ImreadOptions): ReadOptions {
  checkKnown("imread()", options, [
    "channels",
    "orient",
    "palette",
    "decode",
    "maxPixels",
    "onError",
    "signal",
  ]);
  const { orient, palette, maxPixels, onError, signal } = { ...defaults, ...options };
  const { decode } = options;
  checkChoice("palette", palette, ["colours", "indices"]);
  const { channels = palette === "indices" ? 1 : defaults.channels } = options;
  checkChoice("channels", channels, [1, 3, 4]);
  if (palette === "indices" && channels !== 1)
    throw new OptionError(`An index is one channel: \`palette: "indices"\` takes no ${channels}.`);
  checkBoolean("orient", orient);
  if (decode !== undefined && decode !== "browser" && typeof decode !== "function")
    throw new OptionError(`\`decode\` must be "browser" or a function, got ${show(decode)}.`);
  checkInteger("maxPixels", maxPixels, 1);
  if (signal !== undefined) checkSignal("signal", signal);
  if (onError !== "throw" && typeof onError !== "function") {
    throw new OptionError(`\`onError\` must be "throw" or a function, got ${show(onError)}.`);
  }
  const checked = onError === "throw" ? onError : checkedReplacement(onError);
  return {
    channels,
    orient,
    palette,
    decode: typeof decode === "function" ? checkedDecoder(decode) : decode,
    maxPixels,
    onError: checked,
    signal,
  };
}

type Replace = Exclude<ReadOptions["onError"], "throw">;

/** `onError`, which throws an OptionError if what it returns is no image; its `cause` is the error to be replaced. */
function checkedReplacement(onError: Replace): Replace {
  return (error) => {
    const replacement = onError(error);
    try {
      if (isTensor(replacement)) checkPixelTensor(replacement);
      else checkSource(replacement, "imread()");
    } catch (wrong) {
      throw new OptionError(`\`onError\` must return an image. ${(wrong as Error).message}`, {
        cause: error,
      });
    }
    return replacement;
  };
}

/** `decode`, which throws an OptionError if what it returns is no pixels. */
function checkedDecoder(decode: DecodeFunction): GivenDecoder {
  return async (bytes) => {
    const decoded = await decode(bytes);
    if (decoded === null) throw new ImageError("The function `decode` cannot decode it: it gives null.");
    try {
      const pixels = isImageData(decoded) ? tensorOf(decoded) : decoded;
      checkPixelTensor(pixels);
      return pixels;
    } catch (wrong) {
      throw new OptionError(`\`decode\` must return pixels. ${(wrong as Error).message}`);
    }
  };
}

type ImageDataLike = Exclude<DecodedPixels, Pixels>;

function isImageData(decoded: DecodedPixels): decoded is ImageDataLike {
  return typeof decoded === "object" && "width" in decoded;
}

function tensorOf({ data, width, height }: ImageDataLike): Pixels {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { data: bytes, shape: [height, width, 4], dtype: "uint8" };
}

/** Throws {@link ShapeError} unless `pixels` is a uint8 tensor of shape [height, width, 1 | 3 | 4]. */
export function checkPixelTensor(pixels: unknown): asserts pixels is Pixels {
  if (isTensor(pixels)) {
    const { shape, dtype } = pixels;
    if (
      dtype === "uint8" &&
      shape.length === 3 &&
      [1, 3, 4].includes(shape[2]!) &&
      shape[0]! * shape[1]! > 0
    ) {
      checkTensor("pixels", pixels);
      return;
    }
    throw new ShapeError(
      `Pixels are a uint8 tensor of shape [height, width, 1, 3 or 4], got ${dtype} of shape ${showShape(shape)}.`,
    );
  }
  throw new ShapeError(`Pixels are a uint8 tensor of shape [height, width, channels], got ${show(pixels)}.`);
}
