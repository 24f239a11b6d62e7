/** Which of a row's numbers is the largest. */
import { show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { halfValue } from "../../data/array/convert.ts";
import { checkTensor, isTensor, type Tensor } from "../../tensor/tensor.ts";

/**
 * The place of the largest number along the last axis: [n, classes] becomes [n], int32. Of several as large, the first;
 * NaN counts as the largest, as in numpy.
 *
 * @throws OptionError if it is no tensor; ShapeError if it has no axis, or its last one has length 0.
 * @example
 * const classes = argMax(await predict(model, test)); // int32 [samples]
 */
export function argMax(tensor: Tensor): Tensor<"int32"> {
  if (!isTensor(tensor)) {
    throw new OptionError(
      `argMax() takes one tensor, got ${show(tensor)}. Of several outputs: outputs.map(argMax).`,
    );
  }
  checkTensor("argMax()'s tensor", tensor);
  const size = tensor.shape.at(-1) ?? 0;
  if (size === 0) {
    throw new ShapeError(
      `argMax() needs a last axis with numbers in it, got a tensor of shape [${tensor.shape.join(", ")}].`,
    );
  }
  const { data } = tensor;
  const value =
    tensor.dtype === "float16" ? (at: number) => halfValue(data[at] as number) : (at: number) => data[at]!;
  const shape = tensor.shape.slice(0, -1);
  const largest = new Int32Array(data.length / size);
  for (let row = 0; row < largest.length; row++) largest[row] = largestOf(value, row * size, size);
  return { data: largest, shape, dtype: "int32" };
}

function largestOf(value: (at: number) => number | bigint, from: number, size: number): number {
  let best = 0;
  for (let i = 0; i < size; i++) {
    const next = value(from + i);
    if (Number.isNaN(next)) return i;
    if (next > value(from + best)) best = i;
  }
  return best;
}
