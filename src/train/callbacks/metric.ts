/** Finding a number by the name that its users know it by. */
import type { Logs } from "../logs.ts";

/**
 * One metric a line: TensorFlow.js' names of it, those that Keras writes, and both in the other's style. What is not here
 * has one name.
 */
const spellings: readonly (readonly string[])[] = [
  ["acc", "accuracy"],
  ["ce", "crossentropy"],
  ["mse", "MSE", "meanSquaredError", "mean_squared_error"],
  ["mae", "MAE", "meanAbsoluteError", "mean_absolute_error"],
  ["mape", "MAPE", "meanAbsolutePercentageError", "mean_absolute_percentage_error"],
  ["cosine", "cosineProximity", "cosine_proximity"],
  ["binaryAccuracy", "binary_accuracy"],
  ["categoricalAccuracy", "categorical_accuracy"],
  ["sparseCategoricalAccuracy", "sparse_categorical_accuracy"],
  ["binaryCrossentropy", "binary_crossentropy"],
  ["categoricalCrossentropy", "categorical_crossentropy"],
  ["sparseCategoricalCrossentropy", "sparse_categorical_crossentropy"],
  ["r2Score", "r2_score"],
];

/** All names of a metric, the one that was asked for first: `val_mse`, `val_meanSquaredError`, … */
export function namesOf(name: string): readonly string[] {
  const names = [name];
  for (const family of spellings) {
    // The whole name, or what stands behind `val_` or the name of an output.
    const word = family.find((spelling) => name === spelling || name.endsWith(`_${spelling}`));
    if (word === undefined) continue;
    const before = name.slice(0, -word.length);
    names.push(...family.filter((other) => other !== word).map((other) => before + other));
  }
  return names;
}

/**
 * The number `name` in `logs`; undefined where there is none. `accuracy` and `acc` are one metric, which Keras writes
 * out and TensorFlow.js shortens, and so are other names of one, with what stands before them too: `val_accuracy`,
 * `val_out_acc`.
 */
export function metricOf(logs: Readonly<Logs>, name: string): number | undefined {
  return namesOf(name)
    .map((known) => (Object.hasOwn(logs, known) ? logs[known] : undefined))
    .find((value) => value !== undefined);
}

/**
 * Lets what `record` has be read by its other names, too. They are not enumerable: a log, a chart or JSON has each metric
 * once, by the name that the model gives it.
 */
export function withOtherNames<T>(record: Record<string, T>): Record<string, T> {
  for (const name of Object.keys(record)) {
    for (const other of namesOf(name)) {
      if (Object.hasOwn(record, other)) continue;
      Object.defineProperty(record, other, {
        configurable: true,
        get: () => record[name],
        // As if the other name had not been there.
        set: (value: T) =>
          Object.defineProperty(record, other, {
            value,
            configurable: true,
            enumerable: true,
            writable: true,
          }),
      });
    }
  }
  return record;
}
