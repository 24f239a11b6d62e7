/** What `evaluate` and `predict` share: one pass over data, with callbacks. */

import { CallbackList } from "./callback-list.ts";
import { ProgbarLogger } from "./callbacks/progbar-logger.ts";
import { isArrays } from "./data/arrays.ts";
import { openPasses, type Passes } from "./data/source.ts";
import { type EvaluateOptions, resolveEvaluate } from "./options.ts";
import type { Trainable } from "./trainable.ts";

/** Checks options and model, calls `run` with the data and the callbacks, and closes the data however it ends. */
export async function onePass<T>(
  what: "evaluate" | "predict",
  {
    model,
    data,
    options,
  }: { readonly model: Trainable; readonly data: unknown; readonly options: EvaluateOptions },
  run: (passes: Passes, callbacks: CallbackList) => Promise<T>,
): Promise<T> {
  const { callbacks, verbose, load } = resolveEvaluate(what, options);
  const { steps, batchSize, signal } = options;
  model.check(what === "evaluate" ? "test" : "predict");
  if (isArrays(data)) model.checkArrays?.(what, data);
  const list = new CallbackList(verbose === 0 ? callbacks : [...callbacks, new ProgbarLogger()]);
  const passes = openPasses(what, data, { ...load, batchSize, signal, steps });
  try {
    const metrics = what === "evaluate" ? model.metricsNames : [];
    list.setModel(model);
    list.setParams({ verbose, epochs: undefined, steps: steps ?? passes.steps(), initialEpoch: 0, metrics });
    return await run(passes, list);
  } finally {
    await passes.close();
  }
}
