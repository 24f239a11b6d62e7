/** Finding a number by the name that its users know it by. */
import type { Logs } from "../logs.ts";

/**
 * The number `name` in `logs`; undefined where there is none. `accuracy` and `acc` are one metric, which Keras writes
 * out and TensorFlow.js shortens, with what stands before them too: `val_accuracy`, `val_out_acc`.
 */
export function metricOf(logs: Readonly<Logs>, name: string): number | undefined {
  return [name, otherName(name)]
    .map((known) => (Object.hasOwn(logs, known) ? logs[known] : undefined))
    .find((value) => value !== undefined);
}

function otherName(name: string): string {
  return name.replace(/(?<=^|_)(accuracy|acc)$/, (word) => (word === "acc" ? "accuracy" : "acc"));
}
