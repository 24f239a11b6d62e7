/** Weights of classes as weights of samples. */
import { OptionError, ShapeError, TrainingError } from "../core/errors.ts";
import { showShape, type Tensor } from "../tensor/tensor.ts";
import { trainParts, withoutLabels } from "./data/batch.ts";
import type { ClassWeight } from "./options.ts";
import type { Labels, Trainable } from "./trainable.ts";

const instead = "Return sample weights as third element of the batch: [x, y, sampleWeight].";

/**
 * The batch with the weight of each sample's class as its third element; multiplied with the sample's own weight,
 * where it has one. A class is named by its number, [n] or [n, 1], or by a one-hot row, [n, classes].
 *
 * @throws OptionError where samples have no one class: several outputs, or several labels for each sample;
 *   TrainingError naming the row whose label is no class, or whose class has no weight; ShapeError if labels or sample
 *   weights do not fit, or there are no labels.
 */
export function withClassWeight(model: Trainable, batch: unknown, weights: ClassWeight): unknown {
  const { x, y } = trainParts(batch);
  if (y === undefined) throw withoutLabels(batch, "`classWeight` weighs samples by their labels");
  const labels = onlyLabels(model, batch);
  const { shape, weights: own } = labels;
  const [rows = 0] = shape;
  if (own !== undefined && own.length !== rows) {
    throw new ShapeError(
      `sampleWeight has ${own.length} numbers for ${rows} samples. With \`classWeight\`, return one weight for each sample, [${rows}].`,
    );
  }
  const data = Float32Array.from({ length: rows }, (_, row) => {
    const label = classAt(labels, row);
    const weight = weights[label];
    if (typeof weight === "number") return weight * (own?.[row] ?? 1);
    throw new TrainingError(
      `\`classWeight\` has no weight for class ${label}, which row ${row} of y has; it has ${Object.keys(weights).join(", ") || "none"}. Give each class a weight, 1 where it shall count as usual.`,
    );
  });
  return [x, y, { data, shape: [rows], dtype: "float32" } satisfies Tensor<"float32">];
}

/** The labels of a model of one output, one label for each sample. */
function onlyLabels(model: Trainable, batch: unknown): Labels {
  const all = model.labelsOf?.(batch) ?? [];
  const [labels] = all;
  if (labels === undefined || all.length > 1) {
    const outputs = labels === undefined ? "does not say what its labels are" : `has ${all.length}`;
    throw new OptionError(
      `\`classWeight\` is for models of one output, but ${model.name} ${outputs}. ${instead}`,
    );
  }
  if (labels.form !== "several") return labels;
  throw new OptionError(
    `\`classWeight\` needs one class for each sample, a number or a one-hot row, but y has shape ${showShape(labels.shape)} for the output ${labels.name}: several labels for each. ${instead}`,
  );
}

/** The class of a row. */
function classAt({ values, shape, form }: Labels, row: number): number {
  if (form === "number") {
    const label = values[row]!;
    if (Number.isInteger(label)) return label;
    throw new TrainingError(
      `\`classWeight\` is for class labels, but row ${row} of y holds ${label}, which is no class number. ${instead}`,
    );
  }
  const columns = shape[1]!;
  const cells = Array.from({ length: columns }, (_, column) => values[row * columns + column]!);
  const label = cells.indexOf(1);
  if (label >= 0 && cells.every((cell, column) => cell === 0 || column === label)) return label;
  const shown = cells.length > 8 ? `${cells.slice(0, 8).join(", ")}, …` : cells.join(", ");
  throw new TrainingError(
    `\`classWeight\` is for samples of one class, but row ${row} of y is [${shown}], which is not one-hot. ${instead}`,
  );
}
