/**
 * A tensor: numbers, their shape and their dtype, as a plain object.
 *
 * C-contiguous and without methods, so that it survives structured clone and every consumer of typed arrays
 * (TensorFlow.js, onnxruntime, jax-js, zarrita) takes it as it is.
 */
import { checkKnown, show } from "../core/check.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { allocate } from "./arena.ts";
import {
  type ArrayOf,
  bytesPerElement,
  checkDType,
  type DType,
  dtypeOf,
  dtypes,
  isBigDType,
  type TypedArray,
  viewOf,
} from "./dtype.ts";

/** Numbers with a shape: `data` holds the product of `shape` elements of `dtype`, last axis fastest. */
export interface Tensor<D extends DType = DType> {
  /** The elements, the last axis running fastest. */
  readonly data: ArrayOf<D>;
  /** Length of each axis; `[]` for a scalar. */
  readonly shape: readonly number[];
  /** Name of the elements' type, such as `float32`. */
  readonly dtype: D;
}

/** Numbers as people write them: a number, or arrays of arrays of numbers, all rows of one length. */
export type NestedNumbers = number | bigint | boolean | readonly NestedNumbers[];

/** dtype that {@link tensor} gives a typed array when none is named; of `any`, as parsed JSON is, that of plain numbers. */
export type DTypeOf<A> = 0 extends 1 & A ? "float32" : TypedDTypeOf<A>;

type TypedDTypeOf<A> = A extends Uint8Array
  ? "uint8"
  : A extends Int8Array
    ? "int8"
    : A extends Uint16Array
      ? "uint16"
      : A extends Int16Array
        ? "int16"
        : A extends Uint32Array
          ? "uint32"
          : A extends Int32Array
            ? "int32"
            : A extends Float32Array
              ? "float32"
              : A extends Float64Array
                ? "float64"
                : A extends BigInt64Array
                  ? "int64"
                  : A extends BigUint64Array
                    ? "uint64"
                    : never;

/** Number of elements in `shape`: the product of its axes, 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const axis of shape) size *= axis;
  return size;
}

/** A shape as messages show it: `[32, 200, 200, 3]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/** Whether `value` is a tensor: a plain `{ data, shape, dtype }`. */
export function isTensor(value: unknown): value is Tensor {
  if (typeof value !== "object" || value === null) return false;
  const { data, shape, dtype } = value as Partial<Tensor>;
  return ArrayBuffer.isView(data) && Array.isArray(shape) && typeof dtype === "string";
}

/**
 * Checks a tensor that may have been written by hand: {@link isTensor} looks at its form only.
 *
 * @param name what the tensor is, for the message
 * @throws ShapeError if its dtype is none of ours, or `data` and `shape` differ in size.
 */
export function checkTensor(name: string, { data, shape, dtype }: Tensor): void {
  if (!dtypes.includes(dtype)) {
    throw new ShapeError(
      `${name} has the dtype ${show(dtype)}, but a dtype is one of ${dtypes.join(", ")}. Make it with tensor(values, dtype).`,
    );
  }
  if (data.length === sizeOf(shape)) return;
  const next =
    data.length === 0
      ? "Use a batch before it is released or sent away, or copy it."
      : "Make it with tensor(values, { shape }).";
  throw new ShapeError(
    `${name} has shape ${showShape(shape)}, which holds ${sizeOf(shape)} elements, but its data holds ${data.length}. ${next}`,
  );
}

/**
 * A tensor of zeros.
 *
 * @throws ShapeError if an axis is no whole number of at least 0.
 * @throws OptionError if there is no such dtype.
 */
export function zeros<D extends DType = "float32">(shape: readonly number[], dtype?: D): Tensor<D> {
  const kind = dtype ?? ("float32" as D);
  const result = empty(shape, kind);
  if (isBigDType(kind)) (result.data as BigInt64Array).fill(0n);
  else (result.data as Float32Array).fill(0);
  return result;
}

/**
 * A tensor whose elements are whatever the memory held: for code that writes every element itself.
 *
 * @internal
 */
export function empty<D extends DType>(shape: readonly number[], dtype: D): Tensor<D> {
  checkDType(dtype);
  checkShape(shape);
  const size = sizeOf(shape);
  return { data: viewOf(dtype, allocate(size * bytesPerElement(dtype)), 0, size), shape, dtype };
}

/**
 * A tensor of the given values.
 *
 * Numbers and nested arrays are copied, `float32` unless `dtype` says otherwise (`int64` for bigints, `bool` for
 * booleans). A typed array is wrapped without a copy, under its own dtype; with another `dtype` it is converted.
 * `shape` defaults to the nesting of the arrays; a flat array may be given any shape of the same size. Two dtypes have
 * no array of their own: as `bool` a Uint8Array is taken for zeros and ones, as `float16` a Uint16Array for raw bits.
 * A value that the dtype cannot hold becomes what a typed array makes of it: 300 is 44 as `uint8`, 1.5 is 1 as `int32`.
 *
 * @throws ShapeError if rows differ in length, a value is no number, or `shape` has another size than the values.
 * @throws OptionError if there is no such dtype, or `float16` is asked for and the values are not raw bits.
 * @example
 * tensor([1, 2, 3], "int32");                    // shape [3]
 * tensor([[0, 1], [2, 3]]);                      // float32, shape [2, 2]
 * tensor(new Uint8Array(12), { shape: [2, 6] }); // wraps, does not copy
 */
export function tensor<A extends TypedArray>(
  values: A,
  options?: { readonly shape?: readonly number[] },
): Tensor<DTypeOf<A>>;
export function tensor<D extends DType = "float32">(
  values: NestedNumbers | TypedArray,
  dtype?: D | { readonly dtype?: D; readonly shape?: readonly number[] },
): Tensor<D>;
export function tensor(
  values: NestedNumbers | TypedArray,
  options: DType | { readonly dtype?: DType; readonly shape?: readonly number[] } = {},
): Tensor {
  if (typeof options !== "string") checkKnown("tensor()", options, ["dtype", "shape"]);
  const { dtype, shape } = typeof options === "string" ? { dtype: options, shape: undefined } : options;
  if (dtype !== undefined) checkDType(dtype);
  const own = dtypeOf(values);
  if (own !== undefined) {
    const array = values as TypedArray;
    const data = dtype === undefined || sameArray(dtype, own) ? array : convert(array, dtype);
    return checked(data, shape === undefined ? [array.length] : shape, dtype ?? own);
  }
  const nesting = shapeOf(values as NestedNumbers);
  const flat = (nesting.length === 1 ? values : flatten(values as NestedNumbers)) as readonly (
    | number
    | bigint
    | boolean
  )[];
  const kind = dtype ?? guessDType(flat[0]);
  const result = empty(nesting, kind);
  fill(result.data, flat, kind);
  return checked(result.data, shape === undefined ? nesting : shape, kind);
}

function sameArray(a: DType, b: DType): boolean {
  return a === b || (a === "bool" && b === "uint8") || (a === "float16" && b === "uint16");
}

function guessDType(first: unknown): DType {
  return typeof first === "bigint" ? "int64" : typeof first === "boolean" ? "bool" : "float32";
}

function checked<D extends DType>(data: ArrayOf<D>, shape: readonly number[], dtype: D): Tensor<D> {
  checkShape(shape);
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `A tensor of shape ${showShape(shape)} holds ${sizeOf(shape)} elements, but ${data.length} were given.`,
    );
  }
  return { data, shape, dtype };
}

function checkShape(shape: readonly number[]): void {
  if (!Array.isArray(shape)) throw new OptionError(`\`shape\` must be an array of axes, got ${show(shape)}.`);
  for (const axis of shape) {
    if (!Number.isSafeInteger(axis) || axis < 0) {
      throw new ShapeError(
        `A shape holds whole numbers of at least 0, got ${show(axis)} in ${showShape(shape)}.`,
      );
    }
  }
}

/** Copies `source` into a new array of `dtype`, converting each element as JavaScript does. */
function convert<D extends DType>(source: TypedArray, dtype: D): ArrayOf<D> {
  const { data } = empty([source.length], dtype);
  fill(data, source, dtype);
  return data;
}

function fill(data: TypedArray, values: ArrayLike<number | bigint | boolean>, dtype: DType): void {
  if (dtype === "float16") {
    throw new OptionError(
      "tensor() does not convert numbers to float16: give a Uint16Array of the raw bits, or use float32.",
    );
  }
  if (isBigDType(dtype)) {
    const out = data as BigInt64Array;
    for (let i = 0; i < out.length; i++) out[i] = BigInt(values[i]!);
  } else if (dtype === "bool") {
    const out = data as Uint8Array;
    for (let i = 0; i < out.length; i++) out[i] = values[i] ? 1 : 0;
  } else {
    const out = data as Float32Array;
    for (let i = 0; i < out.length; i++) out[i] = Number(values[i]);
  }
}

/** Shape of nested arrays; throws where two rows differ. */
function shapeOf(values: NestedNumbers): number[] {
  if (!Array.isArray(values)) {
    if (typeof values === "number" || typeof values === "bigint" || typeof values === "boolean") return [];
    throw new ShapeError(`tensor() takes numbers, nested arrays or a typed array, got ${show(values)}.`);
  }
  // Flat arrays of numbers are the common case; look no deeper than the first element says.
  if (!Array.isArray(values[0])) {
    const odd = values.findIndex(
      (value) => typeof value === "object" || typeof value === "string" || value === undefined,
    );
    if (odd >= 0) throw new ShapeError(`tensor() takes numbers, got ${show(values[odd])} at row ${odd}.`);
    return [values.length];
  }
  const first = shapeOf(values[0]);
  for (const [row, value] of values.entries()) {
    const shape = shapeOf(value);
    if (!sameShape(shape, first)) {
      throw new ShapeError(
        `All rows must have one shape, but row ${row} has ${showShape(shape)} and row 0 has ${showShape(first)}. Pad them, or keep them as separate leaves.`,
      );
    }
  }
  return [values.length, ...first];
}

function flatten(values: NestedNumbers): (number | bigint | boolean)[] {
  return Array.isArray(values) ? values.flat(Number.POSITIVE_INFINITY as 1) : [values as number];
}
