/**
 * 3 x 3 matrices of the plane, by rows: what a point (x, y, 1) becomes, up to a factor. Positions are in pixels from the
 * left and upper edges of an image, so that the centre of its first pixel is (0.5, 0.5).
 */
import { cosine, sine } from "./angle.ts";

/** Nine numbers, by rows. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** x and y of four points. */
export type Corners = readonly (readonly [x: number, y: number])[];

/** `outer` after `inner`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  const at = (row: number, column: number) =>
    outer[3 * row]! * inner[column]! +
    outer[3 * row + 1]! * inner[3 + column]! +
    outer[3 * row + 2]! * inner[6 + column]!;
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

/** The way back, up to a factor: the adjugate. */
export function inverted([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

/** What {@link affineMatrix} turns, shears and moves by. */
export interface AffineParts {
  /** Degrees, clockwise. */
  readonly rotate: number;
  readonly scale: number;
  /** Pixels down and to the right. */
  readonly translate: readonly [vertical: number, horizontal: number];
  /** Degrees. */
  readonly shear: readonly [vertical: number, horizontal: number];
}

/**
 * From a pixel of the result to where it is in an image of `height` x `width`: torchvision's `affine`, about the centre.
 * Its `_get_inverse_affine_matrix` says how.
 */
export function affineMatrix(
  { rotate, scale, translate, shear }: AffineParts,
  height: number,
  width: number,
): Matrix {
  const [shearY, shearX] = shear;
  const tangent = sine(shearX) / cosine(shearX);
  const a = cosine(rotate - shearY) / cosine(shearY);
  const b = -(a * tangent + sine(rotate));
  const c = sine(rotate - shearY) / cosine(shearY);
  const d = cosine(rotate) - c * tangent;
  const [centreX, centreY] = [width / 2, height / 2];
  const [x, y] = [centreX + translate[1], centreY + translate[0]];
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale];
  return [xx, xy, centreX - xx * x - xy * y, yx, yy, centreY - yx * x - yy * y, 0, 0, 1];
}

/**
 * From the unit square to four corners, in the order (0, 0), (1, 0), (1, 1), (0, 1).
 * Source: P. Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3.
 */
function fromSquare(corners: Corners): Matrix {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners as [
    readonly [number, number],
    readonly [number, number],
    readonly [number, number],
    readonly [number, number],
  ];
  const [dx1, dx2, dx3] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, dy3] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const all = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / all;
  const h = (dx1 * dy3 - dx3 * dy1) / all;
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}

/** What takes four corners to four others, both convex; the third coordinate of the first ones' middle is positive. */
export function perspectiveMatrix(from: Corners, to: Corners): Matrix {
  const matrix = multiply(fromSquare(to), inverted(fromSquare(from)));
  const middle = (axis: 0 | 1) => from.reduce((sum, corner) => sum + corner[axis] / 4, 0);
  const depth = matrix[6] * middle(0) + matrix[7] * middle(1) + matrix[8];
  return divided(matrix, depth);
}

/** Whether four corners, gone round, turn one way at each. */
export function areConvex(corners: Corners): boolean {
  const turns = corners.map(([x, y], i) => {
    const [x1, y1] = corners[(i + 1) % 4]!;
    const [x2, y2] = corners[(i + 2) % 4]!;
    return (x1 - x) * (y2 - y1) - (y1 - y) * (x2 - x1);
  });
  return turns.every((turn) => turn > 1e-9) || turns.every((turn) => turn < -1e-9);
}

/** Each entry of a matrix by a number. */
export function divided([a, b, c, d, e, f, g, h, i]: Matrix, by: number): Matrix {
  return [a / by, b / by, c / by, d / by, e / by, f / by, g / by, h / by, i / by];
}
