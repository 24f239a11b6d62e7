import { checkInteger } from "../../core/check.ts";
import { IndexError, OptionError } from "../../core/errors.ts";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import { isTensor, type NestedNumbers, type Tensor, tensor, zeros } from "../../tensor/tensor.ts";

/** Class numbers as people have them: nested arrays, a typed array or a tensor, of any shape. */
export type ClassLabels = NestedNumbers | TypedArray | Tensor;

/**
 * Class numbers as one-hot rows, as `keras.utils.to_categorical`.
 *
 * A last axis of length 1 is taken for the column that labels often come in, and left out.
 *
 * @param numClasses length of a row; default: the largest class + 1. Give it wherever a batch may miss a class.
 * @returns `float32` zeros and ones, of the labels' shape with an axis of `numClasses` added.
 * @throws IndexError for a class that is no whole number from 0 to numClasses - 1.
 * @example
 * toCategorical([0, 2, 1], 3).data // 1 0 0  0 0 1  0 1 0
 */
export function toCategorical(labels: ClassLabels, numClasses?: number): Tensor<"float32"> {
  if (numClasses !== undefined) checkInteger("numClasses", numClasses, 1);
  const { data, shape }: Tensor = isTensor(labels) ? labels : tensor(labels, dtypeOfLabels(labels));
  const rows = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  if (numClasses === undefined && data.length === 0) {
    throw new OptionError("Without labels there is no largest class: give `numClasses`.");
  }
  const classes = numClasses ?? largest(data) + 1;
  const result = zeros([...rows, classes]);
  for (let i = 0; i < data.length; i++) {
    const label = Number(data[i]);
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const range = numClasses === undefined ? "of at least 0" : `from 0 to ${classes - 1}`;
      throw new IndexError(`Label ${i} is ${data[i]}, but a class is a whole number ${range}.`);
    }
    result.data[i * classes + label] = 1;
  }
  return result;
}

/** Whole numbers that float32 would round stay apart. */
function dtypeOfLabels(labels: NestedNumbers | TypedArray): DType {
  return ArrayBuffer.isView(labels) && (labels instanceof BigInt64Array || labels instanceof BigUint64Array)
    ? "int64"
    : "float64";
}

function largest(data: TypedArray): number {
  let max = 0;
  for (const label of data) max = Math.max(max, Math.floor(Number(label)));
  return Number.isFinite(max) ? max : 0;
}
