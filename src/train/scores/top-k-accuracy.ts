import { checkInteger, show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { isTensor, showShape, type Tensor } from "../../tensor/tensor.ts";
import { classPairs, type ScoredClasses } from "./class-numbers.ts";

/**
 * The share of samples whose class is among the `k` that a model gave the largest numbers. Classes with the same number
 * as the k-th are among them, as in TensorFlow; a class of which the number is NaN is not.
 *
 * @param outputs a row for each sample, [n, classes]
 * @throws OptionError if a label is no class of these; ShapeError if there is no row for each label.
 * @example
 * topKAccuracy(labels, await predict(model, test), 5);
 */
export function topKAccuracy(labels: ScoredClasses, outputs: Tensor, k: number): number {
  checkInteger("k", k, 1);
  if (!isTensor(outputs))
    throw new OptionError(`topKAccuracy() takes a tensor of outputs, [n, classes], got ${show(outputs)}.`);
  const [, columns = 0] = outputs.shape;
  if (
    outputs.shape.length !== 2 ||
    columns < 2 ||
    !outputs.dtype.startsWith("float") ||
    outputs.dtype === "float16"
  ) {
    throw new ShapeError(
      `topKAccuracy() takes a row of numbers for each sample, float32 [n, classes], got ${outputs.dtype} ${showShape(outputs.shape)}.`,
    );
  }
  const { labels: classes } = classPairs("topKAccuracy()", labels, outputs, { classes: columns });
  const data = outputs.data as Float32Array | Float64Array;
  let hits = 0;
  for (let row = 0; row < classes.length; row++) {
    const scores = data.subarray(row * columns, (row + 1) * columns);
    const own = scores[classes[row]!]!;
    if (!Number.isNaN(own) && scores.filter((score) => score > own).length < k) hits++;
  }
  return hits / classes.length;
}
