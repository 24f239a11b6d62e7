/**
 * A sample as a row of leaves, and back. A leaf has its place in a file of its own where it has the shape that it has in
 * all samples; texts, and leaves of many shapes, are members of an archive.
 *
 * Invariant: `sampleFrom` of what `rowOf` gives is the sample that the source gave, of the same types: numbers are numbers
 * again, images images, of the pixels that they came to.
 */
import { show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { type Image, isImage, type Pixels } from "../../image/image.ts";
import { fromLazyPixels, fromPixels } from "../../image/imread.ts";
import { type DType, dtypeOf, dtypes, type TypedArray } from "../../tensor/dtype.ts";
import { isLazyTensor, type LazyTensor } from "../../tensor/lazy.ts";
import { checkTensor, isTensor, sameShape, type Tensor } from "../../tensor/tensor.ts";
import { isInnerNode } from "../../tensor/tree.ts";
import { keptTensor } from "./kept-tensor.ts";

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
const kinds = ["number", "bigint", "boolean", "string", "array", "tensor", "image", "lazy"] as const;

/** One leaf of all samples. */
export interface LeafLayout {
  readonly path: string;
  readonly kind: (typeof kinds)[number];
  readonly dtype: DType;
  /** Null of texts, and where samples have different ones. */
  readonly shape: readonly number[] | null;
}

/** How leaves stand in a sample: each by its number. */
export type LeafTree = number | readonly LeafTree[] | { readonly [key: string]: LeafTree };

/** The form of all samples. */
export interface RowLayout {
  readonly tree: LeafTree;
  readonly leaves: readonly LeafLayout[];
}

/** One leaf of a sample. Of a text `data` is UTF-8. */
export interface RowLeaf {
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** A leaf that is kept, and read when its image is run: writes its elements into `out`. */
export interface KeptLeaf {
  readonly shape: readonly number[];
  readonly into: (out: TypedArray) => void | Promise<void>;
}

/** A sample that was computed. */
export interface SampleRow {
  /** As that of all samples, if this were the only one. */
  readonly layout: RowLayout;
  readonly leaves: readonly RowLeaf[];
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Whether what stands there is run to be had, so that it need not be read before. */
export function isRunLater({ kind }: LeafLayout): boolean {
  return kind === "image" || kind === "lazy";
}

/**
 * A sample as a row.
 *
 * @param given the sample as the source gave it
 * @param run the same with its images run
 * @throws OptionError naming a leaf that cannot be kept.
 */
export function rowOf(given: unknown, run: unknown): SampleRow {
  const layouts: LeafLayout[] = [];
  const leaves: RowLeaf[] = [];
  const add = (kind: LeafLayout["kind"], path: string, { dtype, shape, data }: Tensor): number => {
    leaves.push({ shape, data });
    return layouts.push({ path, kind, dtype, shape: kind === "string" ? null : shape }) - 1;
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
      case "string": {
        const data = new TextEncoder().encode(after);
        if (/\p{Surrogate}/u.test(after))
          throw new OptionError(
            `${what} is text with half a character in it, which UTF-8 has not: ${show(after)}. Use text.toWellFormed(), or keep its code units: Uint16Array.`,
          );
        return add("string", path, { dtype: "uint8", shape: [data.length], data });
      }
    }
    if (!isInnerNode(after))
      throw new OptionError(
        `${what} is ${show(after)}. A disk cache keeps numbers, texts, typed arrays, tensors and images. Leave the rest out before the cache, and put it beside after: zip(diskCache(images, …), others).`,
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
  return { layout: { tree: walk(given, run, ""), leaves: layouts }, leaves };
}

/** The sample whose leaves are `leaves`, in memory that is its own. */
export function sampleFrom(layout: RowLayout, leaves: readonly (RowLeaf | KeptLeaf)[]): unknown {
  const build = (tree: LeafTree): unknown => {
    if (typeof tree === "number") return leafOf(layout.leaves[tree]!, leaves[tree]!);
    if (Array.isArray(tree)) return tree.map(build);
    // Not by assignment: a key may be `__proto__`.
    return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, build(child)]));
  };
  return build(layout.tree);
}

function leafOf({ kind, dtype }: LeafLayout, leaf: RowLeaf | KeptLeaf): unknown {
  const { shape } = leaf;
  if (!("data" in leaf)) {
    const kept = keptTensor(dtype, shape, leaf.into);
    return kind === "image" && dtype === "uint8" ? fromLazyPixels(kept as LazyTensor<"uint8">) : kept;
  }
  const { data } = leaf;
  switch (kind) {
    case "number":
    case "bigint":
      return data[0];
    case "boolean":
      return data[0] === 1;
    case "string":
      return utf8.decode(data as Uint8Array<ArrayBuffer>);
    case "array":
      return data;
    case "tensor":
      return { data, shape, dtype };
    case "image":
      if (dtype === "uint8") return fromPixels({ data, shape, dtype } as Pixels);
  }
  return keptTensor(dtype, shape, (out) => (out as Uint8Array).set(data as Uint8Array));
}

/** The form of samples of which these are two: `first`'s, without the shapes that `other` has not. */
export function commonLayout(first: SampleRow, other: SampleRow | undefined): RowLayout {
  const { tree, leaves } = first.layout;
  if (other === undefined || other.leaves.length !== leaves.length) return first.layout;
  return {
    tree,
    leaves: leaves.map((leaf, i) =>
      leaf.shape && sameShape(leaf.shape, other.leaves[i]!.shape) ? leaf : { ...leaf, shape: null },
    ),
  };
}

/**
 * Checks that `row` has the form of sample 0, `layout`: the same parts, of the same types.
 *
 * @throws ShapeError naming what differs.
 */
export function checkRow(index: number, { layout: { tree, leaves } }: SampleRow, layout: RowLayout): void {
  if (JSON.stringify(tree) !== JSON.stringify(layout.tree)) {
    const [is, was] = [leaves, layout.leaves].map((list) => list.map(({ path }) => path || "(the sample)"));
    throw new ShapeError(
      `Sample ${index} has other parts than sample 0: ${is!.join(", ")} and not ${was!.join(", ")}. A disk cache has the same parts for all samples: give each of them each, and lists of numbers as one tensor, tensor(list).`,
    );
  }
  for (const [i, { path, kind, dtype }] of leaves.entries()) {
    const first = layout.leaves[i]!;
    if (kind === first.kind && dtype === first.dtype) continue;
    const at = path === "" ? "Sample" : `\`${path}\` of sample`;
    throw new ShapeError(
      `${at} ${index} is ${names[kind]} of ${dtype}, and of sample 0 ${names[first.kind]} of ${first.dtype}. A disk cache has one type for all samples: convert them before the cache.`,
    );
  }
}

const names: Readonly<Record<LeafLayout["kind"], string>> = {
  number: "a number",
  bigint: "a bigint",
  boolean: "a boolean",
  string: "text",
  array: "a typed array",
  tensor: "a tensor",
  image: "an image",
  lazy: "a lazy tensor",
};

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
    (shape === null ||
      (Array.isArray(shape) && shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0)))
  );
}
