/** What is made of labels before training. */
import { checkInteger, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { checkList } from "../sampler/sampler.ts";
import { isTensor, type Tensor, zeros } from "../tensor/tensor.ts";

/**
 * Weights by which every class counts the same in the loss, as `fit`'s `classWeight` takes them: samples / (classes ×
 * samples of the class), scikit-learn's `"balanced"`. Over all samples their mean is 1.
 *
 * @throws OptionError if there are no labels, or one is no class: a whole number from 0.
 * @example
 * await fit(model, train, { classWeight: classWeights(labels) }); // of [0, 0, 0, 1]: { 0: 0.667, 1: 2 }
 */
export function classWeights(labels: ArrayLike<number>): Record<number, number> {
  checkList("labels", labels);
  if (labels.length === 0) throw new OptionError("classWeights() needs at least one label, got none.");
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    checkClass(label, `at ${i}`);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return Object.fromEntries(
    [...counts].map(([label, count]) => [label, labels.length / (counts.size * count)]),
  );
}

/**
 * Labels as rows of zeros with a one at the class, float32: [] becomes [classes], [n] becomes [n, classes], as Keras'
 * `to_categorical`.
 *
 * @throws OptionError if a label is no whole number from 0 to classes - 1.
 * @example
 * map(pictures, ([x, label]) => [x, oneHot(label, 10)]);
 */
export function oneHot(labels: number | ArrayLike<number> | Tensor, classes: number): Tensor<"float32"> {
  checkInteger("classes", classes, 1);
  const shape = typeof labels === "number" ? [] : isTensor(labels) ? labels.shape : [labels.length];
  const values = typeof labels === "number" ? [labels] : isTensor(labels) ? labels.data : labels;
  const rows = zeros([...shape, classes]);
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    // What is text or nothing is no number, though Number() makes one of it.
    const label = typeof value === "bigint" ? Number(value) : value;
    checkClass(label, values.length > 1 ? `at ${i}` : "");
    if (label >= classes)
      throw new OptionError(`oneHot() got the label ${label}, and ${classes} classes: 0 to ${classes - 1}.`);
    rows.data[i * classes + label] = 1;
  }
  return rows;
}

function checkClass(label: unknown, where: string): asserts label is number {
  if (Number.isInteger(label) && (label as number) >= 0) return;
  throw new OptionError(
    `A label must be a whole number from 0, got ${show(label)}${where && ` ${where}`}. Number the classes: classes.indexOf(name).`,
  );
}
