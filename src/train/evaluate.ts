/** Loss and metrics of a model over data. */
import type { Logs } from "./logs.ts";
import type { EvaluateOptions } from "./options.ts";
import { onePass } from "./pass.ts";
import { testPass } from "./test-run.ts";
import type { Trainable } from "./trainable.ts";

/**
 * Loss and metrics of `model` over `data`, by name: means in which every batch counts by its number of samples.
 *
 * @throws OptionError, TrainingError, ShapeError saying what to change.
 */
export async function evaluateModel(
  model: Trainable,
  data: unknown,
  options: EvaluateOptions = {},
): Promise<Logs> {
  return onePass("evaluate", { model, data, options }, ({ passes, callbacks, settings }) => {
    const { steps, signal } = settings;
    return testPass({ model, passes, call: callbacks.call.bind(callbacks), steps, signal, what: "evaluate" });
  });
}
