/** The elements of a tensor in the dtypes that frameworks take: float32 and int32. */
import { ShapeError } from "../core/errors.ts";
import type { DType, TypedArray } from "../tensor/dtype.ts";

/** Typed arrays whose elements are JavaScript numbers. */
export type NumberArray = Exclude<TypedArray, BigInt64Array | BigUint64Array>;

/** The elements as JavaScript numbers; the same array where they are. */
export function toNumbers(data: TypedArray, dtype: DType): NumberArray {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const numbers = new Float64Array(data.length);
    for (let i = 0; i < data.length; i++) numbers[i] = Number(data[i]);
    return numbers;
  }
  return dtype === "float16" ? Float32Array.from(data, half) : data;
}

/** The elements as float32; the same array where they are. */
export function toFloat32(data: TypedArray, dtype: DType): Float32Array {
  const numbers = toNumbers(data, dtype);
  return numbers instanceof Float32Array ? numbers : new Float32Array(numbers);
}

/**
 * The elements as int32; the same array where they are.
 *
 * @param name what the tensor is, and `library` who takes no wider numbers; for the message.
 * @throws ShapeError if an element does not fit.
 */
export function toInt32(data: TypedArray, dtype: DType, name: string, library: string): Int32Array {
  if (data instanceof Int32Array) return data;
  const numbers = toNumbers(data, dtype);
  const result = new Int32Array(numbers);
  const lost = result.findIndex((value, i) => value !== Math.trunc(numbers[i]!));
  if (lost < 0) return result;
  throw new ShapeError(
    `${name} holds ${data[lost]}, which does not fit into int32, the widest whole number of ${library}. Make it float32, or count from 0.`,
  );
}

/** The number whose IEEE 754 half-precision bits are `bits`. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
