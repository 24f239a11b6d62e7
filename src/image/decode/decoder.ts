/**
 * The decoder contract: encoded bytes become a row of a batch, at the pipeline's size, colours and dtype, in one call.
 *
 * A decoder may fuse what it likes behind it. One that finishes at once returns no promise, so that a batch of JPEGs is
 * made without any.
 */
import { ImageError } from "../../core/errors.ts";
import type { Channels } from "../colour.ts";
import type { FormatName } from "../header/format.ts";
import { threadKernel } from "../kernel/thread.ts";
import type { Pipeline } from "../pipeline.ts";
import type { EncodedImage } from "./encoded.ts";

/** What a decoder is to make of a file. */
export interface DecodeRequest {
  readonly pipeline: Pipeline;
  /** Whether the EXIF orientation is applied. */
  readonly orient: boolean;
  /** Whether pixels are numbers, to be read as they are stored: PNG's alone. Default false. */
  readonly indices?: boolean;
  /** Most pixels that may be decoded. */
  readonly maxPixels: number;
  /** The memory for a result of `shape`: a row of a batch, or a new tensor. Called once, when the shape is known. */
  row(shape: readonly number[]): Uint8Array | Float32Array;
}

/**
 * A decoder of some formats.
 *
 * It is asked for these only. Either it writes the whole row, or it writes nothing and another one is asked. What it
 * answers may be promised; `file.bytes` are valid until the call returns, so who promises takes `file.keep()` before.
 */
export interface Decoder {
  /** The formats that it takes. */
  readonly formats: readonly FormatName[];
  /** What is to be installed where it is declined for want of a package: `sharp`. */
  readonly needs?: string;
  /** @throws ImageError (without a path) if the file is one that nobody can decode, or must not. */
  decode(file: EncodedImage, request: DecodeRequest): DecodeOutcome | Promise<DecodeOutcome>;
}

/**
 * What came of it: the row is written; the decoder does not take this file, or is not installed; or it finds it damaged,
 * which is the error where no other takes it.
 */
export type DecodeOutcome = "done" | "declined" | ImageError;

/** Refuses an image of more pixels than allowed, before it is decoded. */
export function checkPixels(height: number, width: number, maxPixels: number): void {
  if (height * width <= maxPixels) return;
  throw new ImageError(
    `It has ${width} x ${height} pixels, and at most ${maxPixels} are decoded. Raise the option \`maxPixels\` of imread if that is meant.`,
  );
}

/** Runs the pipeline over pixels that lie in memory, upright but for their `orientation`, and writes the row. */
export function render(
  pixels: Uint8Array,
  height: number,
  width: number,
  channels: Channels,
  { pipeline, row }: Pick<DecodeRequest, "pipeline" | "row">,
  orientation: number = 1,
): void {
  const prepared = threadKernel().pixels.prepare(pipeline, { height, width, channels, orientation, gap: 0 });
  prepared.pixels.set(pixels);
  prepared.run(row(prepared.shape));
}
