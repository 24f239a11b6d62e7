/**
 * onnxruntime: batches to its tensors, and back. The same for `onnxruntime-node` and `onnxruntime-web`.
 *
 * ```ts
 * import * as ort from "onnxruntime-node";
 * import { fromOrt, toOrt } from "epochal/onnx";
 *
 * for await (const batch of loader) {
 *   const { probabilities } = await session.run(toOrt(ort, { pixels: batch.pixels }));
 *   release(batch); // after run() has resolved, not before
 * }
 * ```
 *
 * Lifetimes: a tensor of onnxruntime-node uses the batch's own memory until `run()` has resolved; do not release or
 * change the batch before. Nothing is copied, except views of shared memory, which onnxruntime-node refuses.
 *
 * @module epochal/onnx
 */
import { show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Converted, convertTensors, takeOver } from "../converted.ts";

export type { Converted } from "../converted.ts";

/** The part of an `onnxruntime` module that is used. */
export interface Onnxruntime<T> {
  /** Makes a tensor over `data`, without a copy. */
  readonly Tensor: new (
    type: DType,
    data: TypedArray,
    dims: readonly number[],
  ) => T;
}

/** The part of a tensor of onnxruntime that is used. */
export interface OrtTensor {
  /** Name of its element type, such as `float32` or `string`. */
  readonly type: string;
  /** Its values: a typed array, or an array of strings. */
  readonly data: unknown;
  /** Its axes, outermost first. */
  readonly dims: readonly number[];
}

/**
 * The batch with its tensors as tensors of onnxruntime; everything else in it stays as it is. All dtypes are the same
 * on both sides. A record by the names of the model's inputs is what `session.run` takes.
 *
 * @param ort the module `onnxruntime-node` or `onnxruntime-web`
 * @throws ShapeError if a tensor's dtype is unknown, or its data do not fill its shape; OptionError if `ort` is not
 *   what it should be.
 */
export function toOrt<T, B>(ort: Onnxruntime<T>, batch: B): Converted<B, T> {
  if (typeof ort?.Tensor !== "function") {
    throw new OptionError(
      `toOrt takes the module of onnxruntime first, toOrt(ort, batch), got ${show(ort)}. Import it: import * as ort from "onnxruntime-node".`,
    );
  }
  return convertTensors(batch, ({ data, shape, dtype }) => new ort.Tensor(dtype, unshared(data), shape));
}

/**
 * A tensor of ours over the values of a tensor of onnxruntime, without a copy.
 *
 * @throws ShapeError if it holds strings, or numbers of half a byte; OptionError if it is no tensor of onnxruntime. The
 *   error is onnxruntime's own if the tensor lies on a GPU.
 * @example
 * const { data, shape } = fromOrt<"float32">(probabilities);
 */
export function fromOrt<D extends DType = DType>(tensor: OrtTensor): Tensor<D> {
  if (typeof tensor?.type !== "string" || !Array.isArray(tensor.dims)) {
    throw new OptionError(
      `fromOrt takes one tensor of onnxruntime, got ${show(tensor)}. What session.run gives is a record of them: fromOrt(results.probabilities).`,
    );
  }
  const { type, data, dims } = tensor;
  if (!ArrayBuffer.isView(data))
    throw new ShapeError(`A tensor of onnxruntime of type ${type} has no numbers to take over.`);
  return takeOver("onnxruntime", data, dims, type) as Tensor<D>;
}

function unshared(data: TypedArray): TypedArray {
  if (typeof SharedArrayBuffer === "undefined" || !(data.buffer instanceof SharedArrayBuffer)) return data;
  return (data as Float32Array).slice();
}
