/**
 * The decoder contract: encoded bytes become a row of a batch, at the pipeline's size, colours and dtype, in one call.
 *
 * A decoder may fuse what it likes behind it. One that finishes at once returns no promise, so that a batch of JPEGs is
 * made without any.
 */
import { ImageError } from "../../core/errors.ts";
import type { FormatName } from "../header/format.ts";
import type { Pixels } from "../image.ts";
import type { Pipeline } from "../pipeline.ts";
import type { EncodedImage } from "./encoded.ts";

/** A decoder that the user gave: of bytes that are its own it makes pixels, which are checked. */
export type GivenDecoder = (bytes: Uint8Array<ArrayBuffer>) => Promise<Pixels>;

/** What a decoder is to make of a file. */
export interface DecodeRequest {
  readonly pipeline: Pipeline;
  /** Whether the EXIF orientation is applied. */
  readonly orient: boolean;
  /** Whether pixels are numbers, to be read as they are stored: PNG's alone. Default false. */
  readonly indices?: boolean;
  /** What decodes files that ours do not take; by default what is installed. */
  readonly decode?: "browser" | GivenDecoder | undefined;
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
  /** What a message calls a file that it declines, where that is more than its format says. */
  called?(file: EncodedImage): string | undefined;
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
