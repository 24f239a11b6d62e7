/**
 * Which leaves a batch has, and what each is taken for.
 *
 * Nothing is known of what the numbers of a leaf mean: its role is a guess by dtype, shape, the leaves beside it, and, for
 * classes and one-hot rows, by its values. A guess decides how a leaf is shown and which checks look at it, never what is
 * delivered.
 */
import { dtypeOf, type TypedArray } from "../tensor/dtype.ts";
import { isTensor } from "../tensor/tensor.ts";
import { isInnerNode } from "../tensor/tree.ts";

/** What a leaf is taken for. */
export type LeafRole =
  /** [n, height, width, 1, 3 or 4], or one without the last axis. */
  | "image"
  /** Whole numbers of the size of an image before it. */
  | "mask"
  /** [n, boxes, 4] or [n, 4] beside an image. */
  | "boxes"
  /** One whole number a sample. */
  | "classes"
  /** One of several numbers a sample is 1, all others 0. */
  | "oneHot"
  /** Strings. */
  | "text"
  /** [n, steps] or [n, steps, channels] of numbers. */
  | "series"
  /** As series, long enough to be sound: 4,000 steps and more, of one or two channels, within -1 and 1. */
  | "audio"
  /** [n, features]. */
  | "vector"
  /** One number a sample. */
  | "number"
  /** Anything else. */
  | "other";

/** A leaf of a batch. */
export interface BatchLeaf {
  /** Where it is: `[1].label`; empty where the batch is the leaf. */
  readonly path: string;
  /** What it is taken for. */
  readonly role: LeafRole;
  /** The dtype of a tensor or typed array; `string`, `number` or another type of JavaScript's of what is neither. */
  readonly dtype: string;
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** The elements, the last axis running fastest. */
  readonly data: TypedArray | readonly unknown[];
}

/** The numbers of a leaf; undefined where it holds none. float16 are raw bits. */
export function leafNumbers({ data, dtype }: BatchLeaf): TypedArray | readonly number[] | undefined {
  if (dtypeOf(data) !== undefined) return data as TypedArray;
  return dtype === "number" ? (data as readonly number[]) : undefined;
}

/** Whether a leaf holds numbers with fractions, or such that may have some. */
export function isFraction({ dtype }: Pick<BatchLeaf, "dtype">): boolean {
  return dtype === "number" || dtype.startsWith("float");
}

/** A leaf before it is taken for anything. */
type BareLeaf = Omit<BatchLeaf, "role">;

/** All leaves of a batch, in order. An array of numbers, strings or booleans alone is one leaf. */
export function leavesOf(batch: unknown): readonly BatchLeaf[] {
  const found: BareLeaf[] = [];
  collect(batch, "", found);
  const images = new Map<number, BareLeaf>();
  for (const [i, leaf] of found.entries()) if (isImage(leaf)) images.set(i, leaf);
  return found.map((leaf, i) => ({ ...leaf, role: roleOf(leaf, i, images) }));
}

/** The path of a member of what is at `path`. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function collect(value: unknown, path: string, found: BareLeaf[]): void {
  if (isTensor(value)) {
    found.push({ path, dtype: value.dtype, shape: value.shape, data: value.data });
  } else if (Array.isArray(value)) {
    const dtype = commonType(value);
    if (dtype !== undefined) found.push({ path, dtype, shape: [value.length], data: value });
    else for (const [i, child] of value.entries()) collect(child, joinPath(path, i), found);
  } else if (isInnerNode(value)) {
    for (const [key, child] of Object.entries(value)) collect(child, joinPath(path, key), found);
  } else {
    const dtype = dtypeOf(value);
    if (dtype !== undefined) {
      const data = value as TypedArray;
      found.push({ path, dtype, shape: [data.length], data });
    } else found.push({ path, dtype: typeName(value), shape: [], data: [value] });
  }
}

/** The type that all items have, where that makes one leaf of them. */
function commonType(items: readonly unknown[]): string | undefined {
  const type = typeof items[0];
  if (type !== "string" && type !== "number" && type !== "boolean") return undefined;
  return items.every((item) => typeof item === type) ? type : undefined;
}

function typeName(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return (value.constructor as { readonly name?: string } | undefined)?.name ?? "object";
}

/** Fewer rows or columns make no picture. */
const leastSide = 8;

function isImage({ dtype, shape, data }: BareLeaf): boolean {
  if (dtypeOf(data) === undefined) return false;
  const [, height = 0, width = 0, channels] = shape;
  if (height < leastSide || width < leastSide) return false;
  if (shape.length === 4) return channels === 1 || channels === 3 || channels === 4;
  // Without an axis of channels it may be a series of so many; pictures are of bytes, or nearly square.
  if (shape.length !== 3) return false;
  return dtype === "uint8" || Math.max(height, width) <= 2 * Math.min(height, width);
}

function roleOf(leaf: BareLeaf, at: number, images: ReadonlyMap<number, BareLeaf>): LeafRole {
  const { dtype, shape, data } = leaf;
  if (dtype === "string") return "text";
  if (images.has(at)) return isMask(leaf, at, images) ? "mask" : "image";
  if (dtype === "number" || dtype === "boolean") return shape.length === 0 ? "number" : rowRole(leaf);
  if (dtypeOf(data) === undefined || shape.length === 0) return "other";
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return rowRole(leaf);
  if (isOneHot(leaf)) return "oneHot";
  if (images.size > 0 && shape.length <= 3 && shape.at(-1) === 4) return "boxes";
  if (isAudio(leaf)) return "audio";
  if (shape.length === 3) return "series";
  if (shape.length > 3) return "other";
  return isFraction(leaf) && shape[1]! <= longestVector ? "vector" : "series";
}

/** So many features are taken for a vector, more for steps. */
const longestVector = 64;

/** Whether whole numbers have the size of an image before them that is more than they are. */
function isMask({ dtype, shape }: BareLeaf, at: number, images: ReadonlyMap<number, BareLeaf>): boolean {
  const channels = shape[3] ?? 1;
  if (isFraction({ dtype }) || channels !== 1) return false;
  return [...images].some(
    ([i, { shape: other }]) =>
      (i < at || (other[3] ?? 1) > 1) && i !== at && other[1] === shape[1] && other[2] === shape[2],
  );
}

/** Classes have numbers below this; larger ones are measured or counted. */
const mostClasses = 65_536;

/** Of how many rows it is looked at whether they are what they seem. */
const rowsLookedAt = 256;

/** The role of one number a sample. */
function rowRole({ data, dtype }: BareLeaf): LeafRole {
  if (dtype === "bool" || dtype === "boolean") return "classes";
  if (dtype === "float16") return "number";
  for (const value of evenly(data as ArrayLike<number | bigint>, rowsLookedAt)) {
    const number = Number(value);
    if (!Number.isInteger(number) || number < -1 || number >= mostClasses) return "number";
  }
  return data.length > 0 ? "classes" : "number";
}

/** Whether most rows hold a single 1 and zeros. */
function isOneHot({ data, shape, dtype }: BareLeaf): boolean {
  if (shape.length !== 2 || dtype === "float16") return false;
  const [rows, columns] = shape as [number, number];
  const looked = Math.min(rows, Math.max(8, Math.floor(rowsLookedAt / 8)));
  let fit = 0;
  for (let i = 0; i < looked; i++) {
    const row = Math.floor((i * rows) / looked) * columns;
    let ones = 0;
    for (let column = 0; column < columns; column++) {
      const value = Number(data[row + column]);
      if (value === 1) ones++;
      else if (value !== 0) return false;
    }
    if (ones === 1) fit++;
  }
  return looked > 0 && fit >= 0.75 * looked;
}

/** Fewer steps make no sound. */
const leastSound = 4000;

function isAudio({ shape, dtype, data }: BareLeaf): boolean {
  const [, steps = 0, channels = 1] = shape;
  if (shape.length > 3 || steps < leastSound || channels > 2) return false;
  if (dtype === "int16") return true;
  if (dtype !== "float32" && dtype !== "float64") return false;
  for (const value of evenly(data as Float32Array, rowsLookedAt)) if (Math.abs(value) > 1) return false;
  return true;
}

/** At most so many values of an array, evenly spaced. */
function* evenly<T>(data: ArrayLike<T>, most: number): Generator<T> {
  const looked = Math.min(data.length, most);
  for (let i = 0; i < looked; i++) yield data[Math.floor((i * data.length) / looked)]!;
}
