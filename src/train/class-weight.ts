/** Weights of classes as weights of samples. */
import { show } from "../core/check.ts";
import { OptionError, TrainingError } from "../core/errors.ts";
import { isTensor, showShape, type Tensor } from "../tensor/tensor.ts";
import { trainParts } from "./batch.ts";
import type { ClassWeight } from "./options.ts";

/**
 * The batch with the weight of each sample's class as its third element; multiplied with the sample's own weight,
 * where it has one. Labels are class numbers, [n] or [n, 1], or one-hot, [n, classes].
 *
 * @throws TrainingError if a class has no weight; OptionError for a model of several outputs.
 */
export function withClassWeight(batch: unknown, weights: ClassWeight): unknown {
  const { x, y, sampleWeight } = trainParts(batch);
  if (!isTensor(y)) {
    throw new OptionError(
      `\`classWeight\` is for models of one output, whose y is one tensor; got ${show(y)}. With several outputs, return sample weights as third element.`,
    );
  }
  const own = isTensor(sampleWeight) ? sampleWeight.data : undefined;
  const classes = classesOf(y);
  const data = Float32Array.from(classes, (label, row) => {
    const weight = weights[label];
    if (typeof weight === "number") return weight * Number(own?.[row] ?? 1);
    throw new TrainingError(
      `\`classWeight\` has no weight for class ${label}, which row ${row} of y has; it has ${Object.keys(weights).join(", ") || "none"}. Give each class a weight, 1 where it shall count as usual.`,
    );
  });
  return [x, y, { data, shape: [classes.length], dtype: "float32" } satisfies Tensor<"float32">];
}

function classesOf({ data, shape }: Tensor): readonly number[] {
  const [rows = 0, columns = 1] = shape;
  if (shape.length > 2 || shape.length === 0) {
    throw new OptionError(
      `\`classWeight\` takes class numbers [n] or one-hot labels [n, classes], but y has shape ${showShape(shape)}. Return sample weights as third element.`,
    );
  }
  const label = (row: number): number => {
    if (columns === 1) return Number(data[row]);
    let best = 0;
    for (let i = 1; i < columns; i++) if (data[row * columns + i]! > data[row * columns + best]!) best = i;
    return best;
  };
  return Array.from({ length: rows }, (_, row) => label(row));
}
