/**
 * What image steps mean, written down a second time as plainly as possible: one step after the other in float64, with
 * no table, matrix or fixed point. Tests hold the kernel against it.
 */

import type { Filter, PadMode } from "../../src/image/axis.ts";
import type { Pixels } from "../../src/image/image.ts";
import type { Op, WarpOp } from "../../src/image/pipeline.ts";

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
  const scale = (factor: number) => {
    values = values.map((row) => row.map((pixel) => pixel.map((v) => v * factor)));
  };
  const become = (next: typeof dtype) => {
    scale(next === dtype ? 1 : next === "float32" ? 1 / 255 : 255);
    dtype = next;
  };
  /** `fill`, which is given as bytes, in the values' range. */
  const inRange = (fill: readonly number[]) => fill.map((v) => (dtype === "float32" ? v / 255 : v));
  for (const op of ops) {
    const [height, width] = [values.length, values[0]!.length];
    switch (op.kind) {
      case "resize": {
        const [h, w] = typeof op.size === "function" ? op.size(height, width) : op.size;
        const before = dtype;
        become("uint8");
        values = resizeColumns(resizeRows(values, h, op.filter), w, op.filter);
        dtype = "uint8";
        become(before);
        become(op.dtype);
        break;
      }
      case "crop": {
        const top = op.top ?? even((height - op.height) * op.position[0]);
        const left = op.left ?? even((width - op.width) * op.position[1]);
        values = values.slice(top, top + op.height).map((row) => row.slice(left, left + op.width));
        break;
      }
      case "part": {
        const part = op.of(height, width);
        values = values
          .slice(part.top, part.top + part.height)
          .map((row) => row.slice(part.left, part.left + part.width));
        break;
      }
      case "flip":
        values = op.axis === "vertical" ? values.toReversed() : values.map((row) => row.toReversed());
        break;
      case "pad": {
        const { top, bottom, left, right } =
          typeof op.padding === "function" ? op.padding(height, width) : op.padding;
        const fill = inRange(op.fill);
        values = Array.from({ length: top + height + bottom }, (_, y) =>
          Array.from({ length: left + width + right }, (_, x) => {
            const [from, at] = [beyond(y - top, height, op.mode), beyond(x - left, width, op.mode)];
            return from === undefined || at === undefined ? fill : values[from]![at]!;
          }),
        );
        break;
      }
      case "blur":
        values = blurRows(transpose(blurRows(transpose(values), op.sigma, op.radius)), op.sigma, op.radius);
        break;
      case "warp":
        values = warped(values, op, inRange(op.fill));
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

function even(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** The position inside that stands at `x`, walked to step by step. */
function beyond(x: number, length: number, mode: PadMode): number | undefined {
  if (x >= 0 && x < length) return x;
  if (mode === "constant") return undefined;
  if (mode === "edge") return x < 0 ? 0 : length - 1;
  if (length === 1) return 0;
  const again = mode === "symmetric" ? 1 : 0;
  return beyond(x < 0 ? -x - again : 2 * (length - 1) - x + again, length, mode);
}

function blurRows(values: Values, sigma: number, radius: number): Values {
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
  const weights = offsets.map((d) => Math.exp(-(d * d) / (2 * sigma * sigma)));
  const sum = weights.reduce((a, b) => a + b);
  return values.map((_, y) =>
    weighted(
      offsets.map((d, i) => [weights[i]! / sum, values[beyond(y + d, values.length, "reflect")!]!] as const),
    ),
  );
}

function resizeColumns(values: Values, width: number, filter: Filter): Values {
  return transpose(resizeRows(transpose(values), width, filter));
}

/** Each output row is the mean of the input rows under a filter around its centre, as wide as the reduction. */
function resizeRows(values: Values, height: number, filter: Filter): Values {
  if (values.length === height) return values;
  const scale = values.length / height;
  const support = filter === false ? 1 : Math.max(1, scale);
  return Array.from({ length: height }, (_, i) => {
    if (filter === "nearest") return values[Math.floor(((i + 0.5) * values.length) / height)]!;
    const center = (i + 0.5) * scale - 0.5;
    const weights = values.map((_, y) => under(filter, Math.abs(y - center) / support));
    const sum = weights.reduce((a, b) => a + b, 0);
    const row = weighted(weights.map((w, y) => [w / sum, values[y]!] as const));
    return filter === "bicubic" ? row.map((p) => p.map((v) => Math.min(255, Math.max(0, v)))) : row;
  });
}

function under(filter: Filter, x: number): number {
  if (filter !== "bicubic") return Math.max(0, 1 - x);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

function weighted(rows: readonly (readonly [weight: number, row: number[][]])[]): number[][] {
  return rows[0]![1].map((pixel, x) =>
    pixel.map((_, c) => rows.reduce((sum, [weight, row]) => sum + weight * row[x]![c]!, 0)),
  );
}

function warped(values: Values, { matrix, interpolation }: WarpOp, fill: number[]): Values {
  const [height, width] = [values.length, values[0]!.length];
  const m = matrix(height, width) as [number, number, number, number, number, number, number, number, number];
  const pixel = (x: number, y: number) => values[y]?.[x] ?? fill;
  return values.map((row, y) =>
    row.map((_, x) => {
      const [fx, fy] = [x + 0.5, y + 0.5];
      const w = m[6] * fx + (m[7] * fy + m[8]);
      if (w <= 1e-9) return fill;
      const u = (m[0] * fx + (m[1] * fy + m[2])) / w;
      const v = (m[3] * fx + (m[4] * fy + m[5])) / w;
      if (interpolation === "nearest") return pixel(Math.floor(u), Math.floor(v));
      const [left, top] = [Math.floor(u - 0.5), Math.floor(v - 0.5)];
      const [right, below] = [u - 0.5 - left, v - 0.5 - top];
      return fill.map(
        (_, c) =>
          (1 - below) * ((1 - right) * pixel(left, top)[c]! + right * pixel(left + 1, top)[c]!) +
          below * ((1 - right) * pixel(left, top + 1)[c]! + right * pixel(left + 1, top + 1)[c]!),
      );
    }),
  );
}

function transpose(values: Values): Values {
  return values[0]!.map((_, x) => values.map((row) => row[x]!));
}
