/** Numbers as readers give them. */
import { bytesPerElement, type DType, isBigDType, viewOf } from "../../../src/tensor/dtype.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";

/** A tensor of shape []. */
export function scalar<D extends DType>(value: number | string | boolean, dtype: D): Tensor<D> {
  const data = viewOf(dtype, new ArrayBuffer(bytesPerElement(dtype)));
  if (isBigDType(dtype)) (data as BigInt64Array)[0] = BigInt(value);
  else (data as Float64Array)[0] = Number(value);
  return { data, shape: [], dtype };
}
