/**
 * The colour half of a pass that is more than one affine map: what becomes of each pixel after it was sampled, step by
 * step. Values are 0 to 255 in between, whatever the dtype of the image.
 */
import { type Affine, type Channels, identity, luma } from "./colour.ts";

/** One step over the pixels of the result. */
export type PixelStep =
  /** An affine map; what leaves 0 to 255 is cut off where it says so. */
  | { readonly kind: "affine"; readonly affine: Affine; readonly cut: boolean }
  /**
   * Each colour is looked up, 256 values a channel: that of the nearest byte or, where it is `between`, what is between
   * those of i² / 255, which are close where a power is steep.
   */
  | { readonly kind: "table"; readonly tables: readonly Float32Array[]; readonly between: boolean }
  /** Hues are turned by a part of the whole circle. */
  | { readonly kind: "hue"; readonly turn: number }
  /** Positions without an input become `values`, one a channel. */
  | { readonly kind: "fill"; readonly values: readonly number[] }
  /** A rectangle of the result, which has `height` x `width` pixels, becomes `values`, one a channel. */
  | {
      readonly kind: "erase";
      readonly values: readonly number[];
      readonly rectangle: (height: number, width: number) => Rectangle;
    }
  | LateStep;

/** A step that depends on all pixels of the pass's input: it is made once they are there. */
export interface LateStep {
  readonly kind: "late";
  /** The step for pixels whose bytes are found so often: 256 counts for each of `channels`. */
  readonly of: (histograms: readonly Int32Array[], channels: Channels) => Exclude<PixelStep, LateStep>;
}

/** A part of an image, in pixels. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** An affine map whose result is cut to 0 to 255. */
export function cutAffine(affine: Affine): Extract<PixelStep, { kind: "affine" }> {
  return { kind: "affine", affine, cut: true };
}

/** Each of `channels` colours times `factor`, and the rest of a grey: `factor` of the image, 1 - `factor` of `grey`. */
export function blendWithGrey(channels: Channels, factor: number, grey: number): Affine {
  const { matrix } = identity(channels);
  const colours = channels === 1 ? 1 : 3;
  return {
    matrix: matrix.map((row, c) => row.map((value) => (c < colours ? factor * value : value))),
    offset: matrix.map((_, c) => (c < colours ? (1 - factor) * grey : 0)),
  };
}

/** The mean of the luma of pixels whose bytes are found so often. */
export function meanLuma(histograms: readonly Int32Array[], channels: Channels): number {
  const means = histograms.map((counts) => {
    let [sum, count] = [0, 0];
    for (let v = 0; v < 256; v++) {
      sum += v * counts[v]!;
      count += counts[v]!;
    }
    return sum / count;
  });
  return channels === 1 ? means[0]! : luma.reduce((sum, share, c) => sum + share * means[c]!, 0);
}
