/**
 * What image steps mean, written down a second time as plainly as possible: one step after the other in float64, with
 * no table, matrix or fixed point. Tests hold the kernel against it.
 */

import type { Pixels } from "../../src/image/image.ts";
import type { Op } from "../../src/image/pipeline.ts";

/** Pixels in float64: `values[y][x][c]`. */
export type Values = number[][][];

export function valuesOf({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }): Values {
  const [height, width, channels] = shape as [number, number, number];
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      Array.from({ length: channels }, (_, c) => data[(y * width + x) * channels + c]!),
    ),
  );
}

/** The steps over `pixels`, in the range of their last dtype: 0 to 255 for uint8 (not rounded). */
export function reference(
  pixels: Pixels,
  ops: readonly Op[],
): { values: Values; dtype: "uint8" | "float32" } {
  let values = valuesOf(pixels);
  let dtype: "uint8" | "float32" = "uint8";
  const become = (next: typeof dtype) => {
    const factor = next === dtype ? 1 : next === "float32" ? 1 / 255 : 255;
    values = values.map((row) => row.map((pixel) => pixel.map((v) => v * factor)));
    dtype = next;
  };
  for (const op of ops) {
    switch (op.kind) {
      case "resize":
        values = resizeColumns(resizeRows(values, op.height), op.width);
        become(op.dtype);
        break;
      case "crop": {
        const top = op.top ?? Math.round((values.length - op.height) * op.position[0]);
        const left = op.left ?? Math.round((values[0]!.length - op.width) * op.position[1]);
        values = values.slice(top, top + op.height).map((row) => row.slice(left, left + op.width));
        break;
      }
      case "flip":
        values = op.axis === "vertical" ? values.toReversed() : values.map((row) => row.toReversed());
        break;
      case "grayscale":
        values = values.map((row) =>
          row.map((p) => [p.length === 1 ? p[0]! : 0.299 * p[0]! + 0.587 * p[1]! + 0.114 * p[2]!]),
        );
        break;
      case "normalize":
        become("float32");
        values = values.map((row) => row.map((p) => p.map((v, c) => (v - op.mean[c]!) / op.std[c]!)));
    }
  }
  return { values, dtype };
}

function resizeColumns(values: Values, width: number): Values {
  return transpose(resizeRows(transpose(values), width));
}

/** Each output row is the mean of the input rows under a triangle around its centre, as wide as the reduction. */
function resizeRows(values: Values, height: number): Values {
  const scale = values.length / height;
  const support = Math.max(1, scale);
  return Array.from({ length: height }, (_, i) => {
    const center = (i + 0.5) * scale - 0.5;
    const weights = values.map((_, y) => Math.max(0, 1 - Math.abs(y - center) / support));
    const sum = weights.reduce((a, b) => a + b, 0);
    return values[0]!.map((_, x) =>
      values[0]![0]!.map((_, c) =>
        weights.reduce((total, w, y) => total + (w / sum) * values[y]![x]![c]!, 0),
      ),
    );
  });
}

function transpose(values: Values): Values {
  return values[0]!.map((_, x) => values.map((row) => row[x]!));
}
