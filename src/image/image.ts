/**
 * The lazy image: a source and the steps to take, run when a batch needs the pixels.
 *
 * Immutable; each step makes a new one. `key` names the steps, so that images with the same steps share one pipeline.
 */

import { renderRow } from "#image/decode/decoders";
import { pathOf } from "../bytes/open.ts";
import { noteImage } from "../core/counters.ts";
import { type DataLocation, ImageError, isEpochalError, MissingPeerError } from "../core/errors.ts";
import { yieldIfDue } from "../core/event-loop.ts";
import { showLocation } from "../core/location.ts";
import type { ArrayOf } from "../tensor/dtype.ts";
import { isLazyTensor, type LazyTensor, lazyTensor } from "../tensor/lazy.ts";
import { checkTensor, empty, isTensor, sameShape, showShape, type Tensor } from "../tensor/tensor.ts";
import type { Channels } from "./colour.ts";
import { checkPixels, type GivenDecoder } from "./decode/decoder.ts";
import { decode } from "./decode/select.ts";
import { type ResultRow, runPasses } from "./passes.ts";
import { type ImageDType, type Op, pipelineOf } from "./pipeline.ts";
import { type ImageSource, isInMemory, load, pathInBytes } from "./source.ts";

/**
 * An image that is not read yet: shape [height, width, channels].
 *
 * `stack` runs it into a row of a batch; `await image.tensor()` runs it alone. `shape` is known once the image was
 * resized or cropped.
 *
 * @typeParam D dtype of the pixels: `uint8` from 0 to 255, or `float32` from 0 to 1 until normalised.
 */
export interface Image<D extends ImageDType = ImageDType> extends LazyTensor<D> {
  readonly shape: readonly [height: number, width: number, channels: number] | undefined;
}

/** Pixels as they are: uint8, shape [height, width, 1, 3 or 4]. */
export type Pixels = Tensor<"uint8">;

/** Where an image comes from: a file, or pixels that are there, or are read when it is run. */
type Source = ImageSource | Pixels | LazyTensor<"uint8">;

/** How a source is read. */
export interface ReadOptions {
  readonly channels: Channels;
  readonly orient: boolean;
  readonly palette: "colours" | "indices";
  readonly decode: "browser" | GivenDecoder | undefined;
  readonly maxPixels: number;
  /** "throw", or what gives a replacement, which it has checked. */
  readonly onError: "throw" | ((error: ImageError) => ImageSource | Pixels);
  readonly signal: AbortSignal | undefined;
  /** Says where in a data set the source's bytes lie, for errors. */
  readonly place?: () => DataLocation;
}

/** Marks images, the same across two copies of the package. */
const brand = Symbol.for("epochal.image");

/** The one class behind {@link Image}. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the mark is on the prototype
export class LazyImage<D extends ImageDType = ImageDType> {
  readonly source: Source;
  readonly options: ReadOptions;
  readonly ops: readonly Op[];
  /** Names `ops`; undefined where these will hardly be another image's, as where random numbers are among them. */
  readonly key: string | undefined;
  readonly dtype: D;
  readonly height: number | undefined;
  readonly width: number | undefined;
  readonly channels: Channels;

  constructor(fields: Omit<LazyImage<D>, "shape" | "tensor" | "into" | typeof lazyTensor>) {
    this.source = fields.source;
    this.options = fields.options;
    this.ops = fields.ops;
    this.key = fields.key;
    this.dtype = fields.dtype;
    this.height = fields.height;
    this.width = fields.width;
    this.channels = fields.channels;
  }

  get shape(): readonly [height: number, width: number, channels: number] | undefined {
    const { height, width, channels } = this;
    return height === undefined || width === undefined ? undefined : [height, width, channels];
  }

  async tensor(): Promise<Tensor<D>> {
    for (let turn = yieldIfDue(); turn !== undefined; turn = yieldIfDue()) await turn;
    let result: Tensor<D> | undefined;
    await runImage(this, this.source, (shape) => {
      result = empty(shape, this.dtype);
      return result.data as Uint8Array | Float32Array;
    });
    return result!;
  }

  into(out: ArrayOf<D>): void | Promise<void> {
    return runImage(this, this.source, (shape) => {
      if (!sameShape(shape, this.shape!)) {
        throw new ImageError(
          `The image has shape ${showShape(shape)} and not ${showShape(this.shape!)}. Resize it.`,
        );
      }
      return out as Uint8Array | Float32Array;
    });
  }
}

/** What the mark promises. */
export interface LazyImage<D extends ImageDType = ImageDType> extends Image<D> {}
Object.defineProperty(LazyImage.prototype, lazyTensor, { value: true });
Object.defineProperty(LazyImage.prototype, brand, { value: true });

/** Whether `value` is a lazy image, also one of another copy of the package. */
export function isImage(value: unknown): value is LazyImage {
  return typeof value === "object" && value !== null && brand in value;
}

/** Runs the steps of `image` over `source`, or over its replacement where that fails. */
function runImage(image: LazyImage, source: Source, row: ResultRow): void | Promise<void> {
  const recover = (error: unknown) => {
    const { onError, place } = image.options;
    const located = locate(error, source, source === image.source ? place?.() : undefined);
    if (onError === "throw" || source !== image.source || !isEpochalError(located, "ImageError"))
      throw located;
    return runImage(image, onError(located), row);
  };
  try {
    const running = start(image, source, row);
    return running === undefined ? undefined : running.catch(recover);
  } catch (error) {
    return recover(error);
  }
}

function start(image: LazyImage, source: Source, row: ResultRow): void | Promise<void> {
  image.options.signal?.throwIfAborted();
  if (isTensor(source)) return runPixels(image, source, row);
  if (isLazyTensor(source)) return runLazyPixels(image, source, row);
  const started = performance.now();
  const bytes = load(source, image.options.signal);
  const read = { started, elsewhere: !isInMemory(source) };
  return bytes instanceof Promise
    ? bytes.then((loaded) => decodeCounted(image, loaded, row, read))
    : decodeCounted(image, bytes, row, read);
}

function runPixels({ key, ops, options }: LazyImage, pixels: Pixels, row: ResultRow): void | Promise<void> {
  const [height, width, channels] = pixels.shape as [number, number, Channels];
  // Others would be filled up with those of the image before, as where the tensor was released since.
  checkTensor("The image", pixels);
  checkPixels(height, width, options.maxPixels);
  if (ops.length === 0 && channels === options.channels) {
    // As they are: a cache gives many such.
    row([height, width, channels]).set(pixels.data);
    return;
  }
  return runPasses(pipelineOf(key, ops, options.channels), row, (pipeline, out) =>
    renderRow(pixels.data, height, width, channels, { pipeline, row: out }),
  );
}

function runLazyPixels(image: LazyImage, pixels: LazyTensor<"uint8">, row: ResultRow): void | Promise<void> {
  const shape = pixels.shape as [number, number, Channels];
  // As they are: straight to their place.
  if (image.ops.length === 0 && shape[2] === image.options.channels)
    return pixels.into(row(shape) as Uint8Array);
  const data = new Uint8Array(shape[0] * shape[1] * shape[2]);
  const render = () => runPixels(image, { data, shape, dtype: "uint8" }, row);
  const reading = pixels.into(data);
  return reading === undefined ? render() : reading.then(render);
}

/** Decodes what is there now and was asked for at the time `started`, in memory or `elsewhere`. */
function decodeCounted(
  { key, ops, options }: LazyImage,
  bytes: Uint8Array,
  row: ResultRow,
  { started, elsewhere }: { readonly started: number; readonly elsewhere: boolean },
): void | Promise<void> {
  const { orient, decode: other, maxPixels, channels } = options;
  const indices = options.palette === "indices";
  const loaded = performance.now();
  const cost = { started, loaded, bytes: elsewhere ? bytes.length : 0 };
  let filled: ArrayBufferLike | undefined;
  const count = () => noteImage(filled!, cost);
  const counted: ResultRow = (shape) => {
    const out = row(shape);
    filled = out.buffer;
    return out;
  };
  const decoding = runPasses(pipelineOf(key, ops, channels), counted, (pipeline, out) =>
    decode(bytes, { pipeline, orient, indices, decode: other, maxPixels, row: out }),
  );
  if (decoding === undefined) count();
  else return decoding.then(count);
}

/** `image`, whose bytes a reader took from `place`: its errors say so. */
export function imageAt<D extends ImageDType>(image: Image<D>, place: () => DataLocation): Image<D> {
  if (!isImage(image)) return image;
  return new LazyImage({ ...image, dtype: image.dtype, options: optionsAt(image.options, place) });
}

/** `options` of a source that lies at `place`; name by name, as objects that are spread take another shape each. */
export function optionsAt(
  { channels, orient, palette, decode: other, maxPixels, onError, signal }: ReadOptions,
  place: () => DataLocation,
): ReadOptions {
  return { channels, orient, palette, decode: other, maxPixels, onError, signal, place };
}

/** The error with the path in its message, or the place in a data set, and in its fields where it has them. */
export function locate(error: unknown, source: Source, place?: DataLocation): unknown {
  const isPixels = isTensor(source) || isLazyTensor(source);
  const path = isPixels ? undefined : pathOf(source);
  const hint = isPixels ? "" : pathInBytes(source);
  const where = place === undefined ? path : showLocation(place);
  const located = (message: string) =>
    `Cannot read the image${where === undefined ? "" : place === undefined ? ` ${where}` : ` in ${where}`}: ${message}${hint}`;
  if (isEpochalError(error, "ImageError"))
    return new ImageError(located(error.message), { path, ...place, ...causeOf(error) });
  if (isEpochalError(error, "MissingPeerError"))
    return new MissingPeerError(located(error.message), causeOf(error));
  return error;
}

/** The cause of `error` as an option, where it has one. */
function causeOf({ cause }: Error): ErrorOptions {
  return cause === undefined ? {} : { cause };
}
