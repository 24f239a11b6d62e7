/** One description of steps for an image and for what belongs to it: mask, boxes, points. */
import { checkInteger, checkKnown, checkNumber, show } from "../core/check.ts";
import { ImageError, OptionError, ShapeError } from "../core/errors.ts";
import { isLazyTensor } from "../tensor/lazy.ts";
import { isTensor, showShape, type Tensor, tensor } from "../tensor/tensor.ts";
import { CoordinateMap, type Vertex } from "./coordinates.ts";
import type { Extent } from "./geometry.ts";
import { type Image, LazyImage } from "./image.ts";
import type { ImageDType, Op } from "./pipeline.ts";
import { sizeOfSource } from "./size.ts";
import { checkFill, lazyImage } from "./steps/step.ts";

/** What {@link together} takes: an image, and of the rest what there is. */
export interface ImageParts {
  /** Boxes and points are in its pixels, after the steps that it has already. */
  readonly image: Image;
  /** An image of the same size whose pixels are classes or the like: they are chosen, never mixed. */
  readonly mask?: Image;
  /** float32 [n, 4]: left, top, right and bottom edge of each, in pixels of the image. */
  readonly boxes?: Tensor<"float32">;
  /** float32 [n, 2]: x and y of each, in pixels from the left and upper edges: the centre of the first is (0.5, 0.5). */
  readonly points?: Tensor<"float32">;
}

/** What becomes of the parts that were given, the image's dtype being `D`. */
export type ChangedParts<P extends ImageParts, D extends ImageDType> = {
  readonly image: Image<D>;
} & (P extends { readonly mask: Image<infer M> } ? { readonly mask: Image<M> } : unknown) &
  (P extends { readonly boxes: Tensor<"float32"> }
    ? {
        readonly boxes: Tensor<"float32">;
        /** Which of the boxes these are, by their rows: labels follow as `keptBoxes.map((i) => labels[i])`. */
        readonly keptBoxes: readonly number[];
      }
    : unknown) &
  (P extends { readonly points: Tensor<"float32"> }
    ? {
        readonly points: Tensor<"float32">;
        /** Which of the points these are, by their rows. */
        readonly keptPoints: readonly number[];
      }
    : unknown);

/** Options of {@link together}. */
export interface TogetherOptions {
  /** A box is dropped if less of it is left than so many pixels in height or width. Default 1. */
  readonly minSize?: number;
  /** A box is dropped if less than this share of its area is still seen, 0 to 1. Default 0. */
  readonly minVisible?: number;
  /** The class of the mask where there was no image, as beside one that was turned: 0 to 255. Default 0. */
  readonly maskFill?: number;
}

/**
 * Takes the same steps with an image and with what belongs to it. The mask goes where the pixels go, each the nearest,
 * without the steps over colours; boxes and points go along, exactly.
 *
 * A box of a turned image is the smallest upright one around what is seen of it. It is cut off at the image's edges, and
 * dropped where less than `minSize` or `minVisible` is left; a point that is no longer in the image is dropped. `keptBoxes`
 * and `keptPoints` say which are left.
 *
 * @param parts the image, and of mask, boxes and points what there is
 * @param change the steps: a function from the image to the image with more steps; called once
 * @returns what was given, changed: a promise, as the size of an image is in its file
 * @throws OptionError or ShapeError if a part or an option is not as described; ImageError if image and mask differ in
 *   size, or the image cannot be read.
 * @example
 * const corners = tensor([[10, 20, 110, 220]], "float32");
 * const { boxes, keptBoxes } = await together({ image: imread(file), boxes: corners }, (view) =>
 *   randomFlip(randomResizedCrop(view, [224, 224], { random }), { random }),
 * );
 * const classes = keptBoxes.map((i) => labels[i]);
 */
export async function together<const P extends ImageParts, D extends ImageDType>(
  parts: P,
  change: (view: P["image"]) => Image<D>,
  options: TogetherOptions = {},
): Promise<ChangedParts<P, D>> {
  checkKnown("The parts of together()", parts, ["image", "mask", "boxes", "points"]);
  checkKnown("together()", options, ["minSize", "minVisible", "maskFill"]);
  const { minSize = 1, minVisible = 0, maskFill = 0 } = options;
  checkNumber("minSize", minSize, 0);
  checkNumber("minVisible", minVisible, 0, 1);
  checkInteger("maskFill", maskFill, 0, 255);
  if (typeof change !== "function")
    throw new OptionError(
      `together() takes the steps as a function of the image, (view) => flip(view), got ${show(change)}.`,
    );
  const from = lazyImage(parts.image);
  const { mask, boxes, points } = parts;
  if (boxes !== undefined) checkRows("boxes", boxes, 4);
  if (points !== undefined) checkRows("points", points, 2);
  const image = change(parts.image);
  const steps = stepsBetween(from, lazyImage(image));
  const size = await sizeOf(from);
  const moves = new CoordinateMap(steps, size);
  if (mask !== undefined) checkSameSize(size, await sizeOf(lazyImage(mask)));
  const changed = {
    image,
    ...(mask && { mask: maskAfter(lazyImage(mask), steps, moves.size, maskFill) }),
    ...(boxes && boxesAfter(boxes, moves, minSize, minVisible)),
    ...(points && pointsAfter(points, moves)),
  };
  return changed as unknown as ChangedParts<P, D>;
}

/** The steps by which `to` goes on from `from`. */
function stepsBetween(from: LazyImage, to: LazyImage): readonly Op[] {
  if (to.source === from.source && from.ops.every((op, i) => op === to.ops[i]))
    return to.ops.slice(from.ops.length);
  throw new OptionError(
    "The function of together() must return the image that it was given, with more steps: begin them with its argument.",
  );
}

/** Height and width of an image, upright and after its steps. */
async function sizeOf(image: LazyImage): Promise<Extent> {
  const { height, width } = image;
  if (height !== undefined && width !== undefined) return [height, width];
  return new CoordinateMap(image.ops, await sizeBefore(image)).size;
}

/** Height and width of an image before its steps: in its header, unless another one may take its place, or its decoder says. */
async function sizeBefore({ source, options }: LazyImage): Promise<Extent> {
  const { onError, decode } = options;
  if (isTensor(source) || isLazyTensor(source)) return [source.shape![0]!, source.shape![1]!];
  if (onError === "throw" && decode === undefined) return sizeOfSource(source, options);
  // The pixels say whether the file can be read to its end: where it cannot, the size is that of what replaces it.
  const { channels } = options;
  const plain = new LazyImage({
    source,
    options,
    channels,
    ops: [],
    key: `${channels}`,
    dtype: "uint8",
    height: undefined,
    width: undefined,
  });
  const { shape } = await plain.tensor();
  return [shape[0]!, shape[1]!];
}

function checkSameSize(image: Extent, mask: Extent): void {
  if (image[0] === mask[0] && image[1] === mask[1]) return;
  throw new ImageError(
    `The mask has ${mask[1]} x ${mask[0]} pixels and the image ${image[1]} x ${image[0]}. Resize the mask to the image's size, { interpolation: "nearest" }, or look whether both belong together.`,
  );
}

/** The mask after the steps of its image that move pixels. */
function maskAfter(mask: LazyImage, steps: readonly Op[], size: Extent, maskFill: number): LazyImage {
  const fill = checkFill(maskFill, mask.channels);
  const ops = steps.flatMap((op): readonly Op[] => {
    switch (op.kind) {
      case "resize":
        return [{ ...op, filter: "nearest", dtype: mask.dtype }];
      case "crop":
      case "part":
      case "flip":
        return [op];
      case "pad":
        return [{ ...op, fill }];
      case "warp":
        return [{ ...op, interpolation: "nearest", fill }];
      default:
        return [];
    }
  });
  const [height, width] = size;
  return new LazyImage({ ...mask, ops: [...mask.ops, ...ops], key: undefined, height, width });
}

function boxesAfter(
  boxes: Tensor<"float32">,
  moves: CoordinateMap,
  minSize: number,
  minVisible: number,
): Pick<ChangedParts<Required<ImageParts>, ImageDType>, "boxes" | "keptBoxes"> {
  const [left, keptBoxes] = listed(
    rowsOf(boxes, 4).map((box) => boxAfter(box, moves, minSize, minVisible)),
    4,
  );
  return { boxes: left, keptBoxes };
}

function pointsAfter(
  points: Tensor<"float32">,
  moves: CoordinateMap,
): Pick<ChangedParts<Required<ImageParts>, ImageDType>, "points" | "keptPoints"> {
  const [left, keptPoints] = listed(
    rowsOf(points, 2).map(([x, y]) => moves.point([x!, y!])),
    2,
  );
  return { points: left, keptPoints };
}

/** A box after steps, upright; undefined if it is dropped. */
function boxAfter(
  box: readonly number[],
  moves: CoordinateMap,
  minSize: number,
  minVisible: number,
): readonly number[] | undefined {
  const [left, top, right, bottom] = box as [number, number, number, number];
  const corners: readonly Vertex[] = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
  const { polygon, visible } = moves.polygon(corners);
  // What touches an edge of the image from outside is a line there, but for rounding: nothing is seen of it.
  if (!(visible > 1e-9) || visible < minVisible) return undefined;
  const [xs, ys] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)];
  const [height, width] = moves.size;
  // Rounding may leave the window by a hair.
  const within = (x: number, most: number) => Math.min(most, Math.max(0, x));
  const upright = [
    within(Math.min(...xs), width),
    within(Math.min(...ys), height),
    within(Math.max(...xs), width),
    within(Math.max(...ys), height),
  ] as const;
  const isLarge = upright[2] - upright[0] >= minSize && upright[3] - upright[1] >= minSize;
  return isLarge ? upright : undefined;
}

/** Throws unless `value` is float32 [n, columns] of finite numbers. */
function checkRows(name: string, value: unknown, columns: number): void {
  const found = isTensor(value) ? `${value.dtype} of shape ${showShape(value.shape)}` : show(value);
  if (!isTensor(value) || value.dtype !== "float32" || value.shape.length !== 2 || value.shape[1] !== columns)
    throw new ShapeError(`\`${name}\` is a float32 tensor of shape [n, ${columns}], got ${found}.`);
  for (const number of value.data as Float32Array) checkNumber(name, number);
  if (columns !== 4) return;
  for (const [left, top, right, bottom] of rowsOf(value as Tensor<"float32">, 4)) {
    if (left! > right! || top! > bottom!)
      throw new OptionError(
        `A box is [left, top, right, bottom], got [${left}, ${top}, ${right}, ${bottom}]: of [x, y, width, height] the last two are sums.`,
      );
  }
}

function rowsOf({ data }: Tensor<"float32">, columns: number): readonly (readonly number[])[] {
  return Array.from({ length: data.length / columns }, (_, i) => [
    ...data.subarray(i * columns, (i + 1) * columns),
  ]);
}

/** The rows that are left as a tensor, and which they were. */
function listed(
  rows: readonly (readonly number[] | undefined)[],
  columns: number,
): readonly [Tensor<"float32">, readonly number[]] {
  const kept = rows.flatMap((row, i) => (row === undefined ? [] : [i]));
  const data = Float32Array.from(kept.flatMap((i) => [...rows[i]!]));
  return [tensor(data, { shape: [kept.length, columns] }), kept];
}
