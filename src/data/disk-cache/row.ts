/**
 * A sample as a row of arrays, one for each leaf, and back: each leaf has the dtype and shape that it has in sample 0.
 *
 * Invariant: `sampleFrom` of what `rowOf` gives is the sample that the source gave, of the same types: numbers are numbers
 * again, images images, of the pixels that they came to.
 */
import { show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { type Image, isImage, type Pixels } from "../../image/image.ts";
import { fromPixels } from "../../image/imread.ts";
import { type DType, dtypeOf, dtypes, type TypedArray } from "../../tensor/dtype.ts";
import { isLazyTensor, type LazyTensor, lazyTensor } from "../../tensor/lazy.ts";
import { checkTensor, isTensor, sameShape, showShape, type Tensor } from "../../tensor/tensor.ts";
import { isInnerNode } from "../../tensor/tree.ts";

/** What a sample becomes in a cache: what it was, but for images that are not uint8, which take no more steps. */
export type Cached<S> = S extends Tensor
  ? S
  : S extends Image<infer D>
    ? D extends "uint8"
      ? Image<"uint8">
      : LazyTensor<D>
    : S extends LazyTensor
      ? S
      : S extends ArrayBufferView
        ? S
        : S extends object
          ? { [K in keyof S]: Cached<S[K]> }
          : S;

/** What a leaf is in a sample. */
const kinds = ["number", "bigint", "boolean", "array", "tensor", "image", "lazy"] as const;

/** One leaf of all samples. */
export interface LeafLayout {
  readonly path: string;
  readonly kind: (typeof kinds)[number];
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** How leaves stand in a sample: each by its number. */
export type LeafTree = number | readonly LeafTree[] | { readonly [key: string]: LeafTree };

/** The form of all samples. */
export interface RowLayout {
  readonly tree: LeafTree;
  readonly leaves: readonly LeafLayout[];
}

/** One sample: what it is like, and the elements of each leaf. */
export interface SampleRow {
  readonly layout: RowLayout;
  readonly data: readonly TypedArray[];
}

/**
 * A sample as a row.
 *
 * @param given the sample as the source gave it
 * @param run the same with its images run
 * @throws OptionError naming a leaf that cannot be kept.
 */
export function rowOf(given: unknown, run: unknown): SampleRow {
  const leaves: LeafLayout[] = [];
  const data: TypedArray[] = [];
  const add = (kind: LeafLayout["kind"], path: string, { dtype, shape, data: elements }: Tensor): number => {
    data.push(elements);
    return leaves.push({ path, kind, dtype, shape }) - 1;
  };
  const walk = (before: unknown, after: unknown, path: string): LeafTree => {
    const what = path === "" ? "The sample" : `\`${path}\` of the samples`;
    if (isTensor(after)) {
      checkTensor(what, after);
      return add(isImage(before) ? "image" : isLazyTensor(before) ? "lazy" : "tensor", path, after);
    }
    const dtype = dtypeOf(after);
    if (dtype !== undefined) {
      const array = after as TypedArray;
      return add("array", path, { dtype, shape: [array.length], data: array });
    }
    switch (typeof after) {
      case "number":
        return add("number", path, { dtype: "float64", shape: [], data: Float64Array.of(after) });
      case "boolean":
        return add("boolean", path, { dtype: "bool", shape: [], data: Uint8Array.of(Number(after)) });
      case "bigint":
        if (BigInt.asIntN(64, after) !== after)
          throw new OptionError(`${what} is ${after}n, which is more than 64 bits hold.`);
        return add("bigint", path, { dtype: "int64", shape: [], data: BigInt64Array.of(after) });
    }
    if (!isInnerNode(after))
      throw new OptionError(
        `${what} is ${show(after)}. A disk cache keeps numbers, typed arrays, tensors and images, each of one shape. Leave the rest out before the cache, and put it beside after: zip(diskCache(images, …), texts).`,
      );
    if (Array.isArray(after))
      return after.map((child, i) =>
        walk((before as readonly unknown[])[i], child, path === "" ? `${i}` : `${path}.${i}`),
      );
    return Object.fromEntries(
      Object.entries(after).map(([key, child]) => [
        key,
        walk((before as Readonly<Record<string, unknown>>)[key], child, path === "" ? key : `${path}.${key}`),
      ]),
    );
  };
  return { layout: { tree: walk(given, run, ""), leaves }, data };
}

/** The sample of a row, in memory that is its own. */
export function sampleFrom({ layout, data }: SampleRow): unknown {
  const build = (tree: LeafTree): unknown => {
    if (typeof tree === "number") return leafOf(layout.leaves[tree]!, data[tree]!);
    if (Array.isArray(tree)) return tree.map(build);
    // Not by assignment: a key may be `__proto__`.
    return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, build(child)]));
  };
  return build(layout.tree);
}

function leafOf({ kind, dtype, shape }: LeafLayout, data: TypedArray): unknown {
  switch (kind) {
    case "number":
    case "bigint":
      return data[0];
    case "boolean":
      return data[0] === 1;
    case "array":
      return data;
    case "tensor":
      return { data, shape, dtype };
    case "image":
      return dtype === "uint8"
        ? fromPixels({ data, shape, dtype } as Pixels)
        : new DoneTensor({ data, shape, dtype });
    case "lazy":
      return new DoneTensor({ data, shape, dtype });
  }
}

/**
 * Checks that `row` has the form of sample 0, `layout`.
 *
 * @throws ShapeError naming what differs.
 */
export function checkRow(index: number, { layout: { tree, leaves } }: SampleRow, layout: RowLayout): void {
  const advice = "A disk cache has one shape for all samples: resize, crop or pad them before the cache.";
  if (JSON.stringify(tree) !== JSON.stringify(layout.tree)) {
    const [is, was] = [leaves, layout.leaves].map((list) => list.map(({ path }) => path || "(the sample)"));
    throw new ShapeError(
      `Sample ${index} has other parts than sample 0: ${is!.join(", ")} and not ${was!.join(", ")}. ${advice}`,
    );
  }
  for (const [i, leaf] of leaves.entries()) {
    const first = layout.leaves[i]!;
    if (leaf.kind === first.kind && leaf.dtype === first.dtype && sameShape(leaf.shape, first.shape))
      continue;
    const at = leaf.path === "" ? "" : `\`${leaf.path}\` of `;
    throw new ShapeError(
      `${at === "" ? "Sample" : `${at}sample`} ${index} is ${showLeaf(leaf)}, and of sample 0 ${showLeaf(first)}. ${advice}`,
    );
  }
}

const names: Readonly<Record<LeafLayout["kind"], string>> = {
  number: "a number",
  bigint: "a bigint",
  boolean: "a boolean",
  array: "a typed array",
  tensor: "a tensor",
  image: "an image",
  lazy: "a lazy tensor",
};

function showLeaf({ kind, dtype, shape }: LeafLayout): string {
  return `${names[kind]}, ${dtype} of shape ${showShape(shape)}`;
}

/** Whether `value` is a layout, as read from a file. */
export function isRowLayout(value: unknown): value is RowLayout {
  const { tree, leaves } = (value ?? {}) as Partial<RowLayout>;
  if (!Array.isArray(leaves) || !leaves.every(isLeafLayout)) return false;
  const numbers: number[] = [];
  const collect = (node: unknown): boolean => {
    if (typeof node === "number") return numbers.push(node) > 0;
    return typeof node === "object" && node !== null && Object.values(node).every(collect);
  };
  return collect(tree) && numbers.length === leaves.length && numbers.every((number, i) => number === i);
}

function isLeafLayout(value: unknown): value is LeafLayout {
  const { path, kind, dtype, shape } = (value ?? {}) as Partial<Record<keyof LeafLayout, unknown>>;
  return (
    typeof path === "string" &&
    (kinds as readonly unknown[]).includes(kind) &&
    (dtypes as readonly unknown[]).includes(dtype) &&
    Array.isArray(shape) &&
    shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0)
  );
}

/** A tensor that is there, in the place of a lazy one. */
class DoneTensor implements LazyTensor {
  declare readonly [lazyTensor]: true;
  readonly #tensor: Tensor;

  constructor(tensor: Tensor) {
    this.#tensor = tensor;
  }

  get dtype(): DType {
    return this.#tensor.dtype;
  }

  get shape(): readonly number[] {
    return this.#tensor.shape;
  }

  async tensor(): Promise<Tensor> {
    return this.#tensor;
  }

  into(out: TypedArray): void {
    (out as Uint8Array).set(this.#tensor.data as Uint8Array);
  }
}
Object.defineProperty(DoneTensor.prototype, lazyTensor, { value: true });
