/**
 * Element types, by their numpy names, and the typed array that holds each.
 *
 * Everything else about a dtype is derived from this one table.
 */

import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";

/** The typed array of each dtype. `bool` holds 0 and 1; `float16` holds the raw bits, as Node 20 has no Float16Array. */
interface DTypes {
  bool: Uint8Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  float16: Uint16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
}

/** Name of an element type, as numpy spells it. */
export type DType = keyof DTypes;

/** The typed array that holds elements of dtype `D`. */
export type ArrayOf<D extends DType> = DTypes[D];

/** Any typed array a tensor can hold. */
export type TypedArray = DTypes[DType];

interface TypedArrayConstructor<D extends DType> {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): ArrayOf<D>;
  new (length: number): ArrayOf<D>;
}

const constructors: { readonly [D in DType]: TypedArrayConstructor<D> } = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  float16: Uint16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** All dtype names. */
export const dtypes: readonly DType[] = Object.keys(constructors) as DType[];

/** Bytes of one element of `dtype`. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** A view of `length` elements of `dtype` over `buffer`, from `byteOffset` on. */
export function viewOf<D extends DType>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset: number = 0,
  length?: number,
): ArrayOf<D> {
  return new constructors[dtype](buffer, byteOffset, length);
}

/** `length` zeros of `dtype`. A few of them are made several times as fast as a view over a buffer of their own. */
export function zerosOf<D extends DType>(dtype: D, length: number): ArrayOf<D> {
  return new constructors[dtype](length);
}

/** The dtype a bare typed array stands for; undefined for anything that is no typed array of ours. */
export function dtypeOf(array: unknown): DType | undefined {
  // By its tag, which subclasses (a Node Buffer) and arrays of another realm share.
  return ArrayBuffer.isView(array)
    ? byTag.get((array as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]!)
    : undefined;
}

/** `bool` and `float16` share their arrays with dtypes that are what a bare array means. */
const byTag: ReadonlyMap<string, DType> = new Map(
  dtypes
    .filter((dtype) => dtype !== "bool" && dtype !== "float16")
    .map((dtype) => [constructors[dtype].name, dtype]),
);

/** Least and greatest number of each dtype of whole numbers. */
const ranges: Readonly<Partial<Record<DType, readonly [least: number | bigint, greatest: number | bigint]>>> =
  {
    bool: [0, 1],
    uint8: [0, 2 ** 8 - 1],
    int8: [-(2 ** 7), 2 ** 7 - 1],
    uint16: [0, 2 ** 16 - 1],
    int16: [-(2 ** 15), 2 ** 15 - 1],
    uint32: [0, 2 ** 32 - 1],
    int32: [-(2 ** 31), 2 ** 31 - 1],
    int64: [-(2n ** 63n), 2n ** 63n - 1n],
    uint64: [0n, 2n ** 64n - 1n],
  };

/** The least and greatest number of `dtype`; undefined of those with fractions. */
export function rangeOf(
  dtype: DType,
): readonly [least: number | bigint, greatest: number | bigint] | undefined {
  return ranges[dtype];
}

/** Whether elements of `dtype` are bigints. */
export function isBigDType(dtype: DType): dtype is "int64" | "uint64" {
  return dtype === "int64" || dtype === "uint64";
}

/** Throws {@link OptionError} unless `value` names a dtype. */
export function checkDType(value: unknown): asserts value is DType {
  if (typeof value === "string" && Object.hasOwn(constructors, value)) return;
  throw new OptionError(`\`dtype\` must be one of ${dtypes.join(", ")}, got ${show(value)}.`);
}
