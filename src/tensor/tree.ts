/**
 * A batch is a tree: tuples and records, nested as the user likes, whose leaves are tensors, images to be run,
 * typed arrays, numbers, strings or whatever structured clone takes. Every step keeps its shape and its type.
 */
import { isThenable } from "../core/settle.ts";
import { mapItems } from "./items.ts";
import { isLazyTensor, type LazyTensor } from "./lazy.ts";
import { isTensor, type Tensor } from "./tensor.ts";

/** Objects that are leaves, not records, although they have fields. */
type Opaque =
  | ArrayBufferView
  | ArrayBufferLike
  | Date
  | RegExp
  | Error
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never) => unknown);

/** What a batch becomes on delivery: each lazy tensor has been run, all else is as it was. */
export type Delivered<B> = B extends Tensor | Opaque
  ? B
  : B extends LazyTensor<infer D>
    ? Tensor<D>
    : B extends object
      ? { [K in keyof B]: Delivered<B[K]> }
      : B;

/** Whether `value` is an inner node of a tree: an array or a plain record. */
export function isInnerNode(value: unknown): value is readonly unknown[] | Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return !isTensor(value) && !isLazyTensor(value) && !isThenable(value);
}

/**
 * The same tree with `change` applied to each leaf. A subtree in which nothing changed stays the same object.
 *
 * @param isNode what is no leaf; default {@link isInnerNode}
 */
export function mapTree(
  tree: unknown,
  change: (leaf: unknown) => unknown,
  isNode: (value: unknown) => boolean = isInnerNode,
): unknown {
  if (!isNode(tree)) return change(tree);
  if (Array.isArray(tree)) return mapItems(tree, (child) => mapTree(child, change, isNode));
  const record = tree as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record);
  const children = keys.map((key) => record[key]);
  const mapped = mapItems(children, (child) => mapTree(child, change, isNode));
  if (mapped === children) return tree;
  // Not by assignment: a key may be `__proto__`.
  return Object.fromEntries(keys.map((key, i) => [key, mapped[i]]));
}

/** Calls `visit` with each leaf, depth first. */
export function forEachLeaf(tree: unknown, visit: (leaf: unknown) => void): void {
  if (!isInnerNode(tree)) visit(tree);
  else for (const child of Array.isArray(tree) ? tree : Object.values(tree)) forEachLeaf(child, visit);
}
