/**
 * Our tensors to TensorFlow.js' and back.
 *
 * TensorFlow.js has float32, int32 and bool. Inputs become what their input layer takes (float32 unless it says
 * otherwise), labels and weights float32. Where a loss is the user's own function its labels keep their kind: bool
 * stays, whole numbers become int32, all else float32. Values that are of the right kind already are handed over
 * without a copy; the cpu and webgl backends then use our memory for as long as the tensor lives.
 */
import type * as tfTypes from "@tensorflow/tfjs";
import { show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { type DType, dtypeOf, type TypedArray } from "../../tensor/dtype.ts";
import { checkTensor, isTensor, showShape, type Tensor } from "../../tensor/tensor.ts";
import { type Converted, convertTensors } from "../converted.ts";
import { type NumberArray, toFloat32, toInt32, toNumbers } from "../numbers.ts";
import type { ArrayLeaf } from "./types.ts";

/** The part of the module `@tensorflow/tfjs` that makes tensors. */
export type TfModule = Pick<typeof tfTypes, "tensor">;

/** The dtypes of TensorFlow.js that hold numbers. */
export type TFDType = "float32" | "int32" | "bool";

/** What a tensor of each dtype becomes where nothing asks for another. */
const kindOf: { readonly [D in DType]: TFDType } = {
  bool: "bool",
  uint8: "int32",
  int8: "int32",
  uint16: "int32",
  int16: "int32",
  float16: "float32",
  uint32: "int32",
  int32: "int32",
  float32: "float32",
  float64: "float32",
  int64: "int32",
  uint64: "int32",
};

/**
 * The batch with its tensors as tensors of TensorFlow.js; everything else in it stays as it is. float32, int32 and bool
 * keep their dtype, other floats become float32, other whole numbers int32.
 *
 * The tensors are yours to dispose. On the cpu and webgl backends they use the batch's own memory where the dtype is
 * kept: do not release or change the batch before.
 *
 * @param tf the module `@tensorflow/tfjs`
 * @throws ShapeError if a whole number does not fit into int32, or a tensor's own parts do not fit; OptionError if `tf`
 *   is not what it should be.
 * @example
 * for await (const batch of loader) {
 *   const [x, y] = toTfjs(tf, batch);
 *   …
 *   tf.dispose([x, y]);
 * }
 */
export function toTfjs<B>(tf: TfModule, batch: B): Converted<B, tfTypes.Tensor> {
  if (typeof tf?.tensor !== "function") {
    throw new OptionError(
      `toTfjs takes the module of TensorFlow.js first, toTfjs(tf, batch), got ${show(tf)}. Import it: import * as tf from "@tensorflow/tfjs".`,
    );
  }
  return convertTensors(batch, (tensor) => make(tf, tensor, "A tensor", kindOf[tensor.dtype]));
}

/**
 * A TensorFlow.js tensor of `leaf`, to be disposed by the caller.
 *
 * @param name what the array is, for the message.
 * @throws ShapeError if a whole number does not fit into int32, or the tensor's own parts do not fit.
 */
export function toLeaf(tf: TfModule, leaf: ArrayLeaf, name: string, dtype?: TFDType): tfTypes.Tensor {
  const tensor = isTensor(leaf) ? leaf : bare(leaf);
  checkTensor(name, tensor);
  return make(tf, tensor, name, dtype ?? kindOf[tensor.dtype]);
}

function make(tf: TfModule, { data, shape, dtype }: Tensor, name: string, kind: TFDType): tfTypes.Tensor {
  return tf.tensor(valuesFor(data, dtype, kind, name) as Float32Array, [...shape], kind);
}

/**
 * A tensor of ours with a copy of the values of a tensor of TensorFlow.js, which stays yours.
 *
 * @throws ShapeError if it holds strings or complex numbers; OptionError if it is no tensor of TensorFlow.js.
 * @example
 * const { data, shape } = await fromTfjs<"float32">(predictions);
 */
export async function fromTfjs<D extends "float32" | "int32" | "bool" = "float32" | "int32" | "bool">(
  tensor: tfTypes.Tensor,
): Promise<Tensor<D>> {
  if (typeof tensor?.data !== "function") {
    throw new OptionError(
      `fromTfjs takes one tensor of TensorFlow.js, got ${show(tensor)}. Of several: await Promise.all(outputs.map((output) => fromTfjs(output))).`,
    );
  }
  const { shape, dtype } = tensor;
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new ShapeError(
      `A TensorFlow.js tensor of dtype ${dtype} has no counterpart here; cast it to float32.`,
    );
  }
  // The cpu backend gives its own memory.
  return { data: (await tensor.data<"float32">()).slice(), shape: [...shape], dtype } as unknown as Tensor<D>;
}

function bare(array: TypedArray): Tensor {
  return { data: array, shape: [array.length], dtype: dtypeOf(array)! } as Tensor;
}

function valuesFor(data: TypedArray, own: DType, kind: TFDType, name: string): TypedArray {
  if (own === kind) return data;
  if (kind === "float32") return toFloat32(data, own);
  if (kind === "int32") return toInt32(data, own, name, "TensorFlow.js");
  return Uint8Array.from(toNumbers(data, own), (value) => (value === 0 ? 0 : 1));
}

/** The shape and dtype of a leaf, as messages show them: `uint8 [32, 28, 28]`. */
export function showLeaf(leaf: ArrayLeaf): string {
  const { dtype, shape } = isTensor(leaf) ? leaf : bare(leaf);
  return `${dtype} ${showShape(shape)}`;
}

/** The elements of a leaf as JavaScript numbers. */
export function numbersOf(leaf: ArrayLeaf): NumberArray {
  const { data, dtype } = isTensor(leaf) ? leaf : bare(leaf);
  return toNumbers(data, dtype);
}

/** Shape of a leaf. */
export function shapeOf(leaf: ArrayLeaf): readonly number[] {
  return isTensor(leaf) ? leaf.shape : [leaf.length];
}

/** Whether `value` is a tensor or a typed array. */
export function isLeaf(value: unknown): value is ArrayLeaf {
  return isTensor(value) || dtypeOf(value) !== undefined;
}
