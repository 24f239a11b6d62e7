/**
 * Where points and boxes of an image come to lie when steps are taken, and what of them is seen then.
 *
 * Every geometric step is a matrix of the plane and a window, the size of its result. A box is a polygon on its way: it is
 * mapped exactly, turned or not, and each window cuts off what lies outside, as it does of the pixels.
 */
import { type AxisStep, cropStart, lengthAfter } from "./axis.ts";
import { axisStepsOf, type Extent } from "./geometry.ts";
import { divided, inverted, type Matrix } from "./matrix.ts";
import type { Op } from "./pipeline.ts";

/** A step as it is to positions. */
interface Move {
  /** From positions before it to those after, up to a factor that is positive where there is anything to see. */
  readonly matrix: Matrix;
  /** Height and width after it. */
  readonly size: Extent;
}

/** x and y. */
export type Vertex = readonly [x: number, y: number];

/** What steps do to positions of an image of a given size. */
export class CoordinateMap {
  readonly #moves: Move[] = [];
  /** The size of the result. */
  readonly size: Extent;

  constructor(ops: readonly Op[], [height, width]: Extent) {
    let size: Extent = [height, width];
    // What lies outside the image itself is not seen, whatever the steps.
    this.#moves.push({ matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], size });
    for (const op of ops) {
      const move = moveOf(op, size);
      if (move === undefined) continue;
      this.#moves.push(move);
      size = move.size;
    }
    this.size = size;
  }

  /** Where a point comes to lie; undefined if a step leaves it outside. */
  point(point: Vertex): Vertex | undefined {
    let at: Vertex | undefined = point;
    for (const { matrix, size } of this.#moves) {
      if (at === undefined || !edges(matrix, size).every((edge) => side(edge, at as Vertex) >= 0))
        return undefined;
      at = mapped(matrix, at);
    }
    return at;
  }

  /** Where a polygon comes to lie, as far as it is seen, and which share of its area that is. */
  polygon(polygon: readonly Vertex[]): { readonly polygon: readonly Vertex[]; readonly visible: number } {
    let [left, visible] = [polygon, 1];
    for (const { matrix, size } of this.#moves) {
      const seen = edges(matrix, size).reduce(cut, left);
      const all = areaOf(left);
      visible *= all > 0 ? areaOf(seen) / all : 0;
      left = seen.map((point) => mapped(matrix, point));
    }
    return { polygon: left, visible };
  }
}

/** What a step does to positions; undefined for one that leaves them where they are. */
function moveOf(op: Op, [height, width]: Extent): Move | undefined {
  switch (op.kind) {
    case "resize":
    case "crop":
    case "part":
    case "flip":
    case "pad": {
      const [rows, columns] = axisStepsOf(op, height, width);
      const [y, x] = [lineOf(rows, height), lineOf(columns, width)];
      return {
        matrix: [x.factor, 0, x.shift, 0, y.factor, y.shift, 0, 0, 1],
        size: [y.length, x.length],
      };
    }
    case "warp": {
      const matrix = inverted(op.matrix(height, width));
      // Up to a factor: the middle of what is seen must have a positive one.
      const [x, y] = middleOf(op.matrix(height, width), [height, width]);
      const sign = matrix[6] * x + matrix[7] * y + matrix[8] < 0 ? -1 : 1;
      return { matrix: divided(matrix, sign), size: [height, width] };
    }
    default:
      return undefined;
  }
}

/** Where the middle of a warp's result is taken from. */
function middleOf(matrix: Matrix, [height, width]: Extent): Vertex {
  return mapped(matrix, [width / 2, height / 2]);
}

/** A step along one axis: positions times a factor, plus a shift. */
function lineOf(
  step: AxisStep | undefined,
  length: number,
): Readonly<Record<"factor" | "shift" | "length", number>> {
  if (step === undefined) return { factor: 1, shift: 0, length };
  const after = lengthAfter(step, length);
  switch (step.kind) {
    case "resize":
      return { factor: after / length, shift: 0, length: after };
    case "crop":
      return { factor: 1, shift: -cropStart(step, length), length: after };
    case "flip":
      return { factor: -1, shift: length, length };
    case "pad":
      return { factor: 1, shift: step.before, length: after };
    case "blur":
      return { factor: 1, shift: 0, length };
  }
}

function mapped([a, b, c, d, e, f, g, h, i]: Matrix, [x, y]: Vertex): Vertex {
  const w = g * x + h * y + i;
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
}

/** A half of the plane: `a` x + `b` y + `c` is not negative there. */
type Edge = readonly [a: number, b: number, c: number];

/** The halves of the plane before a step whose positions are in its window after it, and before the eye. */
function edges([a, b, c, d, e, f, g, h, i]: Matrix, [height, width]: Extent): readonly Edge[] {
  return [
    [g, h, i - 1e-9 * Math.abs(i)],
    [a, b, c],
    [width * g - a, width * h - b, width * i - c],
    [d, e, f],
    [height * g - d, height * h - e, height * i - f],
  ];
}

function side([a, b, c]: Edge, [x, y]: Vertex): number {
  return a * x + b * y + c;
}

/** What of a convex polygon lies within an edge: Sutherland and Hodgman, 1974. */
function cut(polygon: readonly Vertex[], edge: Edge): readonly Vertex[] {
  return polygon.flatMap((point, i): readonly Vertex[] => {
    const next = polygon[(i + 1) % polygon.length]!;
    const [here, there] = [side(edge, point), side(edge, next)];
    const kept = here >= 0 ? [point] : [];
    if (here < 0 === there < 0) return kept;
    const share = here / (here - there);
    return [...kept, [point[0] + share * (next[0] - point[0]), point[1] + share * (next[1] - point[1])]];
  });
}

function areaOf(polygon: readonly Vertex[]): number {
  const twice = polygon.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = polygon[(i + 1) % polygon.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}
