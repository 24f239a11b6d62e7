/**
 * The geometry of a pass: which steps are taken along each axis, once the size of the image is known.
 *
 * Cropping, flipping, padding and resizing treat rows and columns apart; what one of them does to rows may still depend on
 * the width, as where the shorter side becomes 256.
 */
import { ImageError } from "../core/errors.ts";
import { type Axis, type AxisStep, type Filter, lengthAfter, type PadMode } from "./axis.ts";
import type { Rectangle } from "./program.ts";

/** Larger sizes that are asked for are a mistake: most formats end there, too. Images that are larger stay as they are. */
export const largestSize = 16_384;

/** Height and width, in pixels. */
export type Extent = readonly [height: number, width: number];

/** What is the same for all images, or follows from the size of one. */
export type BySize<T extends object> = T | ((height: number, width: number) => T);

/** Positions beside an image, in pixels. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A geometric step of a pipeline, as the user asked for it. */
export type GeometryOp =
  | { readonly kind: "resize"; readonly size: BySize<Extent>; readonly filter: Filter }
  | {
      readonly kind: "crop";
      readonly height: number;
      readonly width: number;
      readonly top: number | undefined;
      readonly left: number | undefined;
      readonly position: readonly [number, number];
    }
  /** A crop that depends on the image's size. */
  | { readonly kind: "part"; readonly of: (height: number, width: number) => Rectangle }
  | { readonly kind: "flip"; readonly axis: "horizontal" | "vertical" }
  /** Positions beside the image: of the mode `"constant"` they have no input. */
  | { readonly kind: "pad"; readonly padding: BySize<Padding>; readonly mode: PadMode }
  /** A Gaussian blur over `radius` pixels to every side. */
  | { readonly kind: "blur"; readonly sigma: number; readonly radius: number };

/** What is done along both axes. */
export interface ImageAxes {
  readonly rows: Axis;
  readonly columns: Axis;
}

/** The steps along each axis of an image of `height` x `width`. */
export function axesOf(ops: readonly GeometryOp[], height: number, width: number): ImageAxes {
  const rows: AxisStep[] = [];
  const columns: AxisStep[] = [];
  let [h, w] = [height, width];
  for (const op of ops) {
    const [row, column] = axisStepsOf(op, h, w);
    if (row !== undefined) {
      rows.push(row);
      h = lengthAfter(row, h);
    }
    if (column !== undefined) {
      columns.push(column);
      w = lengthAfter(column, w);
    }
  }
  return { rows: named(rows), columns: named(columns) };
}

/** Whether what a step does to an axis follows from the image's size. */
export function dependsOnSize(op: GeometryOp): boolean {
  if (op.kind === "resize") return typeof op.size === "function";
  if (op.kind === "pad") return typeof op.padding === "function";
  return op.kind === "part";
}

/** What a step does to the rows and to the columns of an image of `height` x `width`, where it does anything. */
export function axisStepsOf(
  op: GeometryOp,
  height: number,
  width: number,
): readonly [rows: AxisStep | undefined, columns: AxisStep | undefined] {
  switch (op.kind) {
    case "resize": {
      const { filter } = op;
      const [rows, columns] = resolved(op.size, height, width);
      if (Math.max(rows, columns) > largestSize) {
        throw new ImageError(
          `It has ${width} x ${height} pixels and would become ${columns} x ${rows}: at most ${largestSize} are made of a side. Crop it first, or give [height, width].`,
        );
      }
      return [
        { kind: "resize", size: rows, filter },
        { kind: "resize", size: columns, filter },
      ];
    }
    case "crop":
      return [
        { kind: "crop", size: op.height, start: op.top, share: op.position[0] },
        { kind: "crop", size: op.width, start: op.left, share: op.position[1] },
      ];
    case "part": {
      const part = op.of(height, width);
      return [
        { kind: "crop", size: part.height, start: part.top, share: 0 },
        { kind: "crop", size: part.width, start: part.left, share: 0 },
      ];
    }
    case "pad": {
      const { mode } = op;
      const { top, bottom, left, right } = resolved(op.padding, height, width);
      return [
        { kind: "pad", before: top, after: bottom, mode },
        { kind: "pad", before: left, after: right, mode },
      ];
    }
    case "flip":
      return op.axis === "vertical" ? [{ kind: "flip" }, undefined] : [undefined, { kind: "flip" }];
    case "blur": {
      const step = { kind: "blur", sigma: op.sigma, radius: op.radius } as const;
      return [step, step];
    }
  }
}

function resolved<T extends object>(value: BySize<T>, height: number, width: number): T {
  return typeof value === "function" ? value(height, width) : value;
}

function named(steps: readonly AxisStep[]): Axis {
  let key: string | undefined;
  return {
    steps,
    get key() {
      key ??= JSON.stringify(steps);
      return key;
    },
  };
}
