/** The class of each sample, of labels or of what a model gave. */
import { checkInteger, show } from "../../core/check.ts";
import { OptionError, ShapeError } from "../../core/errors.ts";
import { checkList } from "../../sampler/sampler.ts";
import { isTensor, showShape, type Tensor } from "../../tensor/tensor.ts";
import { argMax } from "./arg-max.ts";

/**
 * The class of each sample: its number, in a list or a tensor of any shape, or a row for each sample, [n, classes], one-hot
 * or as a model gives them, of which the largest number is its class.
 */
export type ScoredClasses = Tensor | ArrayLike<number>;

/** What classes there are. */
export interface ClassOptions {
  /** The names of the classes by their numbers, or how many there are. Default: up to the largest number that comes. */
  readonly classes?: readonly string[] | number;
}

/** Classes of samples, as labels and as a model has them. */
export interface ClassPairs {
  readonly labels: ArrayLike<number>;
  readonly predictions: ArrayLike<number>;
  /** Names of the classes by their numbers; the numbers where there are none. */
  readonly names: readonly string[];
}

/**
 * Labels and predictions, sample by sample, as class numbers.
 *
 * @throws OptionError if one is no class, or not one of `classes`; ShapeError if there are not as many of both, or none.
 */
export function classPairs(
  owner: string,
  labels: ScoredClasses,
  predictions: ScoredClasses,
  { classes }: ClassOptions,
): ClassPairs {
  const pairs = {
    labels: classNumbers(`${owner}'s labels`, labels, false),
    predictions: classNumbers(`${owner}'s predictions`, predictions, true),
  };
  const { length } = pairs.labels;
  if (length !== pairs.predictions.length || length === 0) {
    throw new ShapeError(
      `${owner} takes a label and a prediction for each sample, got ${length} labels and ${pairs.predictions.length} predictions. Predict for the data that the labels are of, in their order.`,
    );
  }
  const names = namesOfClasses(classes, [labels, predictions], pairs);
  for (const [what, numbers] of Object.entries(pairs)) {
    for (let i = 0; i < length; i++) {
      if (numbers[i]! < names.length) continue;
      throw new OptionError(
        `${owner}'s ${what} hold class ${numbers[i]} at ${i}, but there are ${names.length} classes, numbered from 0 to ${names.length - 1}.`,
      );
    }
  }
  return { ...pairs, names };
}

function namesOfClasses(
  classes: ClassOptions["classes"],
  given: readonly ScoredClasses[],
  { labels, predictions }: Omit<ClassPairs, "names">,
): readonly string[] {
  if (Array.isArray(classes) && classes.length > 0) return classes.map(String);
  if (classes !== undefined) {
    checkInteger("classes, where it is no list of names,", classes, 1);
    return numbered(classes as number);
  }
  const columns = given.map((of) => (isTensor(of) && of.shape.length === 2 ? of.shape[1]! : 0));
  let count = Math.max(...columns);
  for (let i = 0; i < labels.length; i++) count = Math.max(count, labels[i]! + 1, predictions[i]! + 1);
  return numbered(count);
}

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

/** Class numbers of labels, or of predictions, which may be the probabilities of class 1 of two. */
function classNumbers(what: string, given: ScoredClasses, predicted: boolean): ArrayLike<number> {
  if (isTensor(given) && given.shape.length === 2 && given.shape[1]! > 1) {
    checkRows(what, given, predicted);
    return argMax(given).data;
  }
  const values: ArrayLike<number | bigint> = isTensor(given) ? given.data : given;
  checkList(what, values);
  const numbers = Array.from(values, Number);
  const wrong = numbers.findIndex((number) => !(Number.isInteger(number) && number >= 0));
  if (wrong < 0) return numbers;
  const isColumn = !isTensor(given) || given.shape.slice(1).every((axis) => axis === 1);
  if (predicted && isColumn && numbers.every((number) => number >= 0 && number <= 1))
    return numbers.map((probability) => (probability > 0.5 ? 1 : 0));
  const hint = isColumn
    ? "Number the classes: classes.indexOf(name)."
    : `Of outputs of shape ${showShape((given as Tensor).shape)} give argMax(outputs).`;
  throw new OptionError(
    `${what} must be class numbers, whole and from 0, got ${show(values[wrong])} at ${wrong}. ${hint}`,
  );
}

/** Refuses a table of class numbers, such as a row of a class for each step, which would be taken for rows of scores. */
function checkRows(what: string, rows: Tensor, predicted: boolean): void {
  if (predicted && rows.dtype.startsWith("float")) return;
  const columns = rows.shape[1]!;
  const values = Array.from(rows.data as ArrayLike<number>, Number);
  for (let at = 0; at < values.length; at += columns) {
    const sum = values.slice(at, at + columns).reduce((all, value) => all + value, 0);
    if (Math.abs(sum - 1) < 1e-3) continue;
    throw new OptionError(
      `${what} have the shape ${showShape(rows.shape)}, but row ${at / columns} is not of one class: it sums to ${sum}. Class numbers are one list: ${what.endsWith("labels") ? "labels" : "predictions"}.data.`,
    );
  }
}
