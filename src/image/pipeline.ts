/**
 * A pipeline of image steps, folded into what one pass can do: a chain of steps for each axis, an affine map of the
 * colours, and the dtype of the result. Knows neither files nor decoders.
 */
import type { Antialias, Axis, AxisStep } from "./axis.ts";
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
  readonly rows: Axis;
  readonly columns: Axis;
  /** From bytes of so many channels to the result's values. */
  colourFrom(channels: Channels): Affine;
  /** Channels that the decoder's pixels are brought to first. */
  readonly input: Channels;
  readonly dtype: ImageDType;
  /** Channels of the result. */
  readonly channels: Channels;
}

/** More pipelines than this are forgotten, all together: random crops make a new one for each image. */
const most = 256;

/** Folded pipelines by the names of their steps, for the images of the next batches. */
const pipelines = new Map<string, Pipeline>();

/** The pipeline of `ops`, which `key` names, over an image of `input` channels: folded, or that of an image before. */
export function pipelineOf(key: string, ops: readonly Op[], input: Channels): Pipeline {
  let pipeline = pipelines.get(key);
  if (pipeline === undefined) {
    if (pipelines.size >= most) pipelines.clear();
    pipeline = foldPipeline(ops, input);
    pipelines.set(key, pipeline);
  }
  return pipeline;
}

/** Folds `ops` over an image of `input` channels. */
export function foldPipeline(ops: readonly Op[], input: Channels): Pipeline {
  const rows: AxisStep[] = [];
  const columns: AxisStep[] = [];
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
  const colours: Affine[] = [];
  return {
    rows: axisOf(rows),
    columns: axisOf(columns),
    colourFrom(from) {
      colours[from] ??= composed(colour, channelMap(from, input));
      return colours[from];
    },
    input,
    dtype,
    channels,
  };
}

function axisOf(steps: readonly AxisStep[]): Axis {
  return { steps, key: JSON.stringify(steps) };
}
