import { checkKnown } from "../../core/check.ts";
import { type Tensor, zeros } from "../../tensor/tensor.ts";
import { type ClassOptions, type ClassPairs, classPairs, type ScoredClasses } from "./class-numbers.ts";

/**
 * How often samples of each class were taken for each: row, the class of the label; column, that of the prediction. int32
 * [classes, classes], as scikit-learn's `confusion_matrix`.
 *
 * Both may be class numbers or rows of a number for each class, as `predict` gives them; predictions also probabilities
 * of class 1, [n] or [n, 1].
 *
 * @throws OptionError if there is a label that is no class; ShapeError if there are not as many of both, or none.
 * @example
 * const matrix = confusionMatrix(labels, await predict(model, test));
 */
export function confusionMatrix(
  labels: ScoredClasses,
  predictions: ScoredClasses,
  options: ClassOptions = {},
): Tensor<"int32"> {
  checkKnown("confusionMatrix()", options, ["classes"]);
  return countPairs(classPairs("confusionMatrix()", labels, predictions, options));
}

/** The counts of each pair of classes. */
export function countPairs({ labels, predictions, names }: ClassPairs): Tensor<"int32"> {
  const matrix = zeros([names.length, names.length], "int32");
  for (let i = 0; i < labels.length; i++) matrix.data[labels[i]! * names.length + predictions[i]!]!++;
  return matrix;
}
