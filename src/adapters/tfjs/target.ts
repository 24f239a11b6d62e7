/** Whether the labels of a batch, or none, fit the loss of their output, and how they name classes. */
import type { LayersModel } from "@tensorflow/tfjs";
import { ShapeError } from "../../core/errors.ts";
import { withoutLabels } from "../../train/data/batch.ts";
import type { Labels } from "../../train/trainable.ts";
import { type Axes, fits, type Slot, showAxes } from "./arrays.ts";
import { numbersOf, shapeOf, showLeaf } from "./convert.ts";
import type { ArrayLeaf } from "./types.ts";

/** Losses of TensorFlow.js that take one-hot labels, or labels just like the output. */
const likeOutput: readonly string[] = ["categoricalCrossentropy", "binaryCrossentropy", "meanSquaredError"];

/**
 * Checks the labels of an output against its loss, which would otherwise fail deep inside, or spread a wrong shape over
 * the batch.
 *
 * @param loss its name, of {@link lossName}
 * @throws ShapeError if shape or class numbers do not fit.
 */
export function checkTarget(leaf: ArrayLeaf, { name, axes }: Slot, loss: string): void {
  const shape = shapeOf(leaf);
  const asClasses: Axes = axes.slice(0, -1);
  if (loss === "sparseCategoricalCrossentropy") {
    if (fits(shape, asClasses) || fits(shape, [...asClasses, 1])) {
      checkClasses(name, leaf, axes.at(-1));
      return;
    }
    throw new ShapeError(
      `y's ${name} is ${showLeaf(leaf)}, but ${loss} takes class numbers of shape ${showAxes(asClasses)}. For one-hot labels use the loss categoricalCrossentropy.`,
    );
  }
  if (!likeOutput.includes(loss) || fits(shape, axes) || (axes.at(-1) === 1 && fits(shape, asClasses)))
    return;
  const hint = fits(shape, asClasses)
    ? "For class numbers use the loss sparseCategoricalCrossentropy, or make them one-hot."
    : "Give y the output's shape.";
  throw new ShapeError(
    `y's ${name} is ${showLeaf(leaf)}, but ${loss} takes the shape of the output, ${showAxes(axes)}. ${hint}`,
  );
}

/** TensorFlow.js makes a class that is not there one-hot as zeros, and trains on. */
function checkClasses(name: string, leaf: ArrayLeaf, classes: number | null | undefined): void {
  if (typeof classes !== "number") return;
  const labels = numbersOf(leaf);
  const row = labels.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (row < 0) return;
  throw new ShapeError(
    `y's ${name} holds ${labels[row]} at place ${row}, but the output has ${classes} classes, numbered from 0 to ${classes - 1}. Number the labels so, or give the last layer more units.`,
  );
}

/** Losses of TensorFlow.js whose labels are classes. */
const ofClasses: readonly string[] = [
  "sparseCategoricalCrossentropy",
  "categoricalCrossentropy",
  "binaryCrossentropy",
  "categoricalHinge",
  "squaredHinge",
  "hinge",
];

/** What losses of TensorFlow.js take for labels; class numbers are checked, and others take any. */
const taken: Readonly<Record<string, Labels["takes"]>> = {
  binaryCrossentropy: "share",
  categoricalCrossentropy: "distribution",
  categoricalHinge: "distribution",
  kullbackLeiblerDivergence: "distribution",
  hinge: "sign",
  squaredHinge: "sign",
};

/** What the labels of an output mean under its loss, undefined for a loss of the user's own. */
export function describeLabels(
  leaf: ArrayLeaf,
  { name, axes }: Slot,
  loss: string | undefined,
): Omit<Labels, "weights"> {
  const shape = shapeOf(leaf);
  const column = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  const form = axes.length > 2 ? "several" : column ? "number" : fits(shape, axes) ? "row" : "several";
  return {
    name,
    shape,
    values: numbersOf(leaf),
    form,
    classes: loss === undefined ? undefined : ofClasses.includes(loss),
    takes: loss === undefined ? undefined : taken[loss],
    loss,
  };
}

/**
 * Checks that a model can do with a batch without labels.
 *
 * @throws ShapeError if the loss of an output is one of TensorFlow.js.
 */
export function checkUnlabelled(model: LayersModel, batch: unknown): void {
  for (const [i, name] of model.outputNames.entries()) {
    if (model.lossFunctions[i] === undefined || hasOwnLoss(model, i)) continue;
    throw withoutLabels(
      batch,
      `the loss of ${name}, ${lossName(model, i)}, needs them`,
      "Only a loss of your own does without, compile({ loss: (yTrue, yPred) => … }), of which yTrue is then undefined.",
    );
  }
}

/** Whether the loss of an output is a function of the user's. */
export function hasOwnLoss({ loss, outputNames }: LayersModel, i: number): boolean {
  const its = typeof loss === "object" ? (Array.isArray(loss) ? loss[i] : loss[outputNames[i]!]) : loss;
  return typeof its === "function";
}

/** Name of a loss of TensorFlow.js; its bundle numbers functions of one name. */
export function lossName(model: LayersModel, i: number): string {
  return (model.lossFunctions[i]?.name ?? "").replace(/\$\d+$/, "");
}
