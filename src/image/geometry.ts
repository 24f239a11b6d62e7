/**
 * The geometry of a pass: which steps are taken along each axis, once the size of the image is known.
 *
 * Cropping, flipping, padding and resizing treat rows and columns apart; what one of them does to rows may still depend on
 * the width, as where the shorter side becomes 256.
 */
import type { Antialias, Axis, AxisStep } from "./axis.ts";

/** A geometric step of a pipeline, as the user asked for it. */
export type GeometryOp =
  | {
      readonly kind: "resize";
      readonly height: number;
      readonly width: number;
      readonly antialias: Antialias;
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
  /** Positions without an input, of rows and of columns, before and after the image. */
  | {
      readonly kind: "pad";
      readonly top: number;
      readonly bottom: number;
      readonly left: number;
      readonly right: number;
    };

/** What is done along both axes. */
export interface ImageAxes {
  readonly rows: Axis;
  readonly columns: Axis;
}

/** The steps along each axis of an image of `height` x `width`. */
export function axesOf(ops: readonly GeometryOp[], _height: number, _width: number): ImageAxes {
  const rows: AxisStep[] = [];
  const columns: AxisStep[] = [];
  for (const op of ops) {
    switch (op.kind) {
      case "resize": {
        rows.push({ kind: "resize", size: op.height, antialias: op.antialias });
        columns.push({ kind: "resize", size: op.width, antialias: op.antialias });
        break;
      }
      case "crop": {
        rows.push({ kind: "crop", size: op.height, start: op.top, share: op.position[0] });
        columns.push({ kind: "crop", size: op.width, start: op.left, share: op.position[1] });
        break;
      }
      case "pad": {
        rows.push({ kind: "pad", before: op.top, after: op.bottom });
        columns.push({ kind: "pad", before: op.left, after: op.right });
        break;
      }
      case "flip":
        (op.axis === "vertical" ? rows : columns).push({ kind: "flip" });
    }
  }
  return { rows: named(rows), columns: named(columns) };
}

function named(steps: readonly AxisStep[]): Axis {
  return { steps, key: JSON.stringify(steps) };
}
