/**
 * onnxruntime: batches to its tensors, and back. The same for `onnxruntime-node` and `onnxruntime-web`.
 *
 * ```ts
 * import * as ort from "onnxruntime-node";
 * import { fromOrt, toOrt } from "epochal/onnx";
 *
 * for await (const batch of loader) {
 *   const { probabilities } = fromOrt(await session.run(toOrt(ort, { pixels: batch.pixels })), "float32");
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
import { checkDType, type DType, type TypedArray } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  type Converted,
  checkDTypeOf,
  convertTensors,
  type Reverted,
  revertTensors,
  takeOver,
} from "../converted.ts";

export type { Converted, Reverted } from "../converted.ts";

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
 * Texts stay lists of strings, as nothing says which shape a model wants them in; for a model that takes text make the
 * tensor yourself: `new ort.Tensor("string", texts, [texts.length, 1])`.
 *
 * @param ort the module `onnxruntime-node` or `onnxruntime-web`
 * @throws ShapeError, naming the leaf, if a tensor's dtype is unknown, its data do not fill its shape, or onnxruntime
 *   does not take it; OptionError if `ort` is not what it should be.
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
 * Tensors of onnxruntime as tensors of ours over the same values, without a copy: one of them, or what `session.run`
 * gave, or any nest of tuples and records of them, in which everything else stays as it is.
 *
 * What a session gave has memory of its own, which the tensors of ours keep alive; a tensor that `toOrt` made is still
 * the batch's memory.
 *
 * @param dtype what they all are, for the type of `data`; it is checked. Default: each as it is
 * @throws ShapeError, naming the leaf, if one holds strings (take its `data`, a list of them) or numbers of half a byte,
 *   lies on a GPU, or is of another dtype; OptionError if there is no tensor of onnxruntime in it, or no such dtype. The
 *   error of one tensor alone on a GPU is onnxruntime's own.
 * @example
 * const { data, shape } = fromOrt(probabilities, "float32"); // data: Float32Array
 */
export function fromOrt<D extends DType = DType>(tensor: OrtTensor, dtype?: D): Tensor<D>;
export function fromOrt<B, D extends DType = DType>(tensors: B, dtype?: D): Reverted<B, OrtTensor, D>;
export function fromOrt(tensors: unknown, dtype?: DType): unknown {
  if (dtype !== undefined) checkDType(dtype);
  const reverted = revertTensors(tensors, isOrtTensor, (tensor) => read(tensor, dtype));
  if (reverted) return reverted.batch;
  throw new OptionError(
    `fromOrt takes a tensor of onnxruntime, or a tuple or record of them, got ${show(tensors)}. Give it what session.run resolves to: fromOrt(await session.run(inputs)).`,
  );
}

function isOrtTensor(value: unknown): value is OrtTensor {
  if (typeof value !== "object" || value === null) return false;
  const { type, dims } = value as Partial<OrtTensor>;
  return typeof type === "string" && Array.isArray(dims);
}

function read({ type, data, dims }: OrtTensor, dtype: DType | undefined): Tensor {
  if (!ArrayBuffer.isView(data)) {
    throw new ShapeError(
      `A tensor of onnxruntime of type ${type} has no numbers to take over. Its \`data\` is a list of what it holds.`,
    );
  }
  const tensor = takeOver("onnxruntime", data, dims, type);
  checkDTypeOf(tensor, dtype);
  return tensor;
}

function unshared(data: TypedArray): TypedArray {
  if (typeof SharedArrayBuffer === "undefined" || !(data.buffer instanceof SharedArrayBuffer)) return data;
  return (data as Float32Array).slice();
}
