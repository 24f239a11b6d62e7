/**
 * The decoder contract: encoded bytes become a row of a batch, at the plan's size, colours and dtype, in one call.
 *
 * An engine may fuse what it likes behind it. One that finishes at once returns nothing, so that a batch of JPEGs is
 * made without a promise.
 */
import { ImageError } from "../../core/errors.ts";
import type { Channels } from "../colour.ts";
import { preparePixels } from "../kernel/pixels.ts";
import type { Plan } from "../pipeline.ts";

/** What an engine is to make of the bytes. */
export interface Job {
  readonly plan: Plan;
  /** Whether the EXIF orientation is applied. */
  readonly orient: boolean;
  /** Most pixels that may be decoded. */
  readonly maxPixels: number;
  /** The memory for a result of `shape`: a row of a batch, or a new tensor. Called once, when the shape is known. */
  row(shape: readonly number[]): Uint8Array | Float32Array;
}

/** A decoder. */
export interface Engine {
  /** Its package's name, or `browser`. */
  readonly name: string;
  /**
   * Decodes `bytes`, which are valid until the call returns, and writes the whole row. Otherwise nothing is written,
   * and another engine is asked.
   *
   * @throws ImageError (without a path) if nobody can decode them.
   */
  decode(bytes: Uint8Array, job: Job): Outcome | Promise<"done">;
}

/** What came of it: the row is written, the file is of a kind that the engine does not take, or it is damaged. */
export type Outcome = "done" | "unknown" | "damaged";

/** Refuses an image of more pixels than allowed, before it is decoded. */
export function checkPixels(height: number, width: number, maxPixels: number): void {
  if (height * width <= maxPixels) return;
  throw new ImageError(
    `It has ${width} x ${height} pixels, and at most ${maxPixels} are decoded. Raise the option \`maxPixels\` of imread if that is meant.`,
  );
}

/** Runs the plan over pixels that lie in memory, and writes the row. */
export function render(
  pixels: Uint8Array,
  height: number,
  width: number,
  channels: Channels,
  { plan, row }: Pick<Job, "plan" | "row">,
): void {
  const prepared = preparePixels(plan, height, width, channels, 1);
  prepared.pixels.set(pixels);
  prepared.run(row(prepared.shape));
}
