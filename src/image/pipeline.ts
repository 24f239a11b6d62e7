/**
 * A pipeline of image steps, folded into what one pass can do: a chain of steps for each axis, an affine map of the
 * colours, and the dtype of the result. Pure; knows neither files nor decoders.
 */
import type { Antialias, Step } from "./axis.ts";
import { type Affine, type Channels, channelMap, composed, scaled } from "./colour.ts";

/** dtype of an image: bytes from 0 to 255, or floats that are 0 to 1 until they are normalised. */
export type ImageDType = "uint8" | "float32";

/** One step of a pipeline, as the user asked for it. */
export type Op =
  | {
      readonly kind: "resize";
      readonly height: number;
      readonly width: number;
      readonly antialias: Antialias;
      readonly dtype: ImageDType;
    }
  | {
      readonly kind: "crop";
      readonly height: number;
      readonly width: number;
      readonly top: number | undefined;
      readonly left: number | undefined;
      readonly position: readonly [number, number];
    }
  | { readonly kind: "flip"; readonly axis: "horizontal" | "vertical" }
  | { readonly kind: "grayscale" }
  | { readonly kind: "normalize"; readonly mean: readonly number[]; readonly std: readonly number[] };

/** A pipeline of steps, folded: what is done to an image of any size. */
export interface Pipeline {
  readonly rows: readonly Step[];
  readonly columns: readonly Step[];
  /** From `input` channels in bytes to the result's values. */
  readonly colour: Affine;
  /** Channels that the decoder's pixels are brought to first. */
  readonly input: Channels;
  readonly dtype: ImageDType;
  /** Channels of the result. */
  readonly channels: Channels;
}

/** Folds `ops` over an image of `input` channels. */
export function foldPipeline(ops: readonly Op[], input: Channels): Pipeline {
  const rows: Step[] = [];
  const columns: Step[] = [];
  let channels = input;
  let dtype: ImageDType = "uint8";
  let colour = channelMap(input, input);
  const multiply = (factor: number) => {
    colour = scaled(colour, Array<number>(channels).fill(factor), Array<number>(channels).fill(0));
  };
  const become = (next: ImageDType) => {
    if (next !== dtype) multiply(next === "float32" ? 1 / 255 : 255);
    dtype = next;
  };
  for (const op of ops) {
    switch (op.kind) {
      case "resize": {
        rows.push({ kind: "resize", size: op.height, antialias: op.antialias });
        columns.push({ kind: "resize", size: op.width, antialias: op.antialias });
        become(op.dtype);
        break;
      }
      case "crop": {
        rows.push({ kind: "crop", size: op.height, start: op.top, share: op.position[0] });
        columns.push({ kind: "crop", size: op.width, start: op.left, share: op.position[1] });
        break;
      }
      case "flip": {
        (op.axis === "vertical" ? rows : columns).push({ kind: "flip" });
        break;
      }
      case "grayscale": {
        colour = composed(channelMap(channels, 1), colour);
        channels = 1;
        break;
      }
      case "normalize": {
        become("float32");
        colour = scaled(
          colour,
          op.std.map((s) => 1 / s),
          op.mean.map((m, c) => -m / op.std[c]!),
        );
      }
    }
  }
  return { rows, columns, colour, input, dtype, channels };
}
