/** Where two batches differ that should be the same: the first leaf, and the first element of it. */
import { showShape } from "../tensor/tensor.ts";
import { elementAt, showElement, showPath } from "./finding.ts";
import { type BatchLeaf, leavesOf } from "./leaves.ts";

/** The first difference of two batches. */
export interface Difference {
  readonly path: string;
  /** The first element that differs; undefined where form or dtype do. */
  readonly element?: readonly number[];
  /** The difference in words. */
  readonly text: string;
}

/** The first difference; undefined where the batches are the same, bit for bit. */
export function differenceOf(one: unknown, other: unknown): Difference | undefined {
  return differenceOfLeaves(leavesOf(one), leavesOf(other));
}

/** As {@link differenceOf}, of the leaves of two batches. */
export function differenceOfLeaves(a: readonly BatchLeaf[], b: readonly BatchLeaf[]): Difference | undefined {
  for (const [i, leaf] of a.entries()) {
    const twin = b[i];
    if (twin === undefined || twin.path !== leaf.path)
      return { path: leaf.path, text: `${showPath(leaf.path)} is there once and not the other time` };
    const difference = leafDifference(leaf, twin);
    if (difference !== undefined) return difference;
  }
  const more = b[a.length];
  return more && { path: more.path, text: `${showPath(more.path)} is there once and not the other time` };
}

function leafDifference(leaf: BatchLeaf, twin: BatchLeaf): Difference | undefined {
  const { path, data, dtype, shape } = leaf;
  const forms = [leaf, twin].map((each) => `${each.dtype} ${showShape(each.shape)}`);
  if (forms[0] !== forms[1])
    return { path, text: `${showPath(path)} is ${forms[0]} once and ${forms[1]} the other time` };
  const { length } = data;
  let first = -1;
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (same(data[i], twin.data[i])) continue;
    if (count++ === 0) first = i;
  }
  if (count === 0) return undefined;
  const element = elementAt(shape, first);
  const where = length === 1 ? showPath(path) : showElement(path, element);
  const share = length === 1 ? "" : `; ${count} of ${length} elements differ`;
  const values = [data[first], twin.data[first]].map((value) => showValue(value, dtype));
  return { path, element, text: `${where} is ${values[0]} once and ${values[1]} the other time${share}` };
}

/** Objects, as dates and maps, by what they are in JSON. */
function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object") return false;
  return JSON.stringify(one) === JSON.stringify(other);
}

function showValue(value: unknown, dtype: string): string {
  if (dtype === "float16") return `0x${Number(value).toString(16)}`;
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
