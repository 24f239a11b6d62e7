/** Loss and metrics of a model over data. */
import { CallbackList } from "./callback-list.ts";
import type { Logs } from "./logs.ts";
import { type EvaluateOptions, resolveEvaluate } from "./options.ts";
import { ProgbarLogger } from "./progress/progbar-logger.ts";
import { openPasses } from "./source.ts";
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
  const { callbacks, verbose, load } = resolveEvaluate("evaluate", options);
  const { steps, batchSize, signal } = options;
  model.check("test");
  const passes = openPasses("evaluate", data, { ...load, batchSize, signal });
  const list = new CallbackList(verbose === 0 ? callbacks : [...callbacks, new ProgbarLogger()]);
  list.setModel(model);
  list.setParams({
    verbose,
    epochs: undefined,
    steps: steps ?? passes.steps(),
    initialEpoch: 0,
    metrics: model.metricsNames,
  });
  try {
    return await testPass({ model, passes, call: list.call.bind(list), steps, signal, what: "evaluate" });
  } finally {
    await passes.close();
  }
}
