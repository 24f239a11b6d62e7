/** An image seen from elsewhere. */
import { checkKnown, checkNumber, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Random } from "../../random/random.ts";
import type { Image } from "../image.ts";
import { areConvex, type Corners, perspectiveMatrix } from "../matrix.ts";
import type { ImageDType } from "../pipeline.ts";
import { checkWarp, type WarpOptions } from "./affine.ts";
import { inRange } from "./range.ts";
import { checkRandom, next } from "./step.ts";

/**
 * Four corners as shares of height and width, each [vertical, horizontal], in the order upper left, upper right, lower
 * right, lower left; they may lie outside.
 */
export type PerspectiveCorners = readonly [
  upperLeft: readonly [vertical: number, horizontal: number],
  upperRight: readonly [vertical: number, horizontal: number],
  lowerRight: readonly [vertical: number, horizontal: number],
  lowerLeft: readonly [vertical: number, horizontal: number],
];

/** Options of {@link perspective}. */
export interface PerspectiveOptions extends WarpOptions {
  /** Points of the image. Default its corners. */
  readonly from?: PerspectiveCorners;
  /** Where these come to lie. Default the image's corners. */
  readonly to?: PerspectiveCorners;
}

const wholeImage: PerspectiveCorners = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 0],
];

/**
 * The image as it is seen from elsewhere: four of its points come to lie at four others, as torchvision's `perspective`
 * has it, but in shares of the image's size. dtype and shape as they are; what lies outside is `fill`.
 *
 * @throws OptionError if an option is not as described, the image was normalised, or corners are not those of a convex quadrangle.
 * @example
 * // A page that was photographed aslant is made to fill the image.
 * perspective(image, { from: [[0.1, 0.2], [0.1, 0.8], [0.9, 1], [0.9, 0]] });
 */
export function perspective<D extends ImageDType>(image: Image<D>, options: PerspectiveOptions): Image<D> {
  inRange("perspective()", image);
  checkKnown("perspective()", options, ["from", "to", "fill", "interpolation"]);
  const { from = wholeImage, to = wholeImage } = options;
  const [ofImage, ofResult] = [checkCorners("from", from), checkCorners("to", to)];
  const inPixels = (corners: Corners, height: number, width: number): Corners =>
    corners.map(([x, y]) => [x * width, y * height]);
  return next(
    image,
    {
      kind: "warp",
      matrix: (height, width) =>
        perspectiveMatrix(inPixels(ofResult, height, width), inPixels(ofImage, height, width)),
      ...checkWarp(image, options),
    },
    undefined,
    {},
  );
}

/** Options of {@link randomPerspective}. */
export interface RandomPerspectiveOptions extends WarpOptions {
  /** Draws the numbers: `random` of `getItem(index, { random })`. */
  readonly random: Random;
  /**
   * How far each corner comes in at most, as a share of the way to the middle: 0 to 0.6, as beyond it some corners would
   * be those of no view. Default 0.5.
   */
  readonly distortion?: number;
  /** How often the image is changed. Default 0.5. */
  readonly probability?: number;
}

/**
 * The image seen from elsewhere half of the time, its corners drawn: torchvision's `RandomPerspective`; dtype and shape as
 * they are.
 *
 * @throws OptionError if an option is not as described, or the image was normalised.
 * @example
 * randomPerspective(image, { random, distortion: 0.3 });
 */
export function randomPerspective<D extends ImageDType>(
  image: Image<D>,
  options: RandomPerspectiveOptions,
): Image<D> {
  checkKnown("randomPerspective()", options, [
    "random",
    "distortion",
    "probability",
    "fill",
    "interpolation",
  ]);
  const { random, distortion = 0.5, probability = 0.5, ...warp } = options;
  checkRandom("randomPerspective()", random);
  checkNumber("distortion", distortion, 0, 0.6);
  checkNumber("probability", probability, 0, 1);
  // Whether it is changed or not, so that what is wrong shows at the first image.
  inRange("randomPerspective()", image);
  const changed = random.boolean(probability);
  const inwards = () => (distortion * random.uniform()) / 2;
  const to: PerspectiveCorners = [
    [inwards(), inwards()],
    [inwards(), 1 - inwards()],
    [1 - inwards(), 1 - inwards()],
    [1 - inwards(), inwards()],
  ];
  return changed ? perspective(image, { to, ...warp }) : image;
}

/** Corners as x and y. */
function checkCorners(name: string, corners: unknown): Corners {
  if (!Array.isArray(corners) || corners.length !== 4)
    throw new OptionError(
      `\`${name}\` must be four corners, each [vertical, horizontal], got ${show(corners)}.`,
    );
  for (const [i, corner] of corners.entries()) {
    if (!Array.isArray(corner) || corner.length !== 2)
      throw new OptionError(`\`${name}[${i}]\` must be [vertical, horizontal], got ${show(corner)}.`);
    for (const [k, share] of corner.entries()) checkNumber(`${name}[${i}][${k}]`, share, -1000, 1000);
  }
  const points: Corners = corners.map(([vertical, horizontal]) => [horizontal, vertical]);
  if (!areConvex(points))
    throw new OptionError(
      `\`${name}\` must be the corners of a convex quadrangle, gone round from the upper left one to the upper right, the lower right and the lower left one.`,
    );
  return points;
}
