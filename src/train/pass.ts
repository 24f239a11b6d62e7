/** What `evaluate` and `predict` share: one pass over data, with callbacks. */
import { CallbackList } from "./callback-list.ts";
import { ProgbarLogger } from "./callbacks/progbar-logger.ts";
import { cutArrays, openPasses, type Passes } from "./data/source.ts";
import { type EvaluateOptions, type ResolvedEvaluate, resolveEvaluate } from "./options.ts";
import type { Trainable } from "./trainable.ts";

/** What a pass is made with. */
export interface PassRun {
  readonly passes: Passes;
  readonly callbacks: CallbackList;
  readonly settings: ResolvedEvaluate;
}

/** Checks options and model, calls `run` with the data and the callbacks, and closes the data however it ends. */
export async function onePass<T>(
  what: "evaluate" | "predict",
  {
    model,
    data,
    options,
  }: { readonly model: Trainable; readonly data: unknown; readonly options: EvaluateOptions },
  run: (made: PassRun) => Promise<T>,
): Promise<T> {
  const settings = resolveEvaluate(what, options);
  const { callbacks, verbose, signal, steps } = settings;
  model.check(what === "evaluate" ? "test" : "predict");
  const { source, load } = cutArrays(what, model, data, settings);
  const list = new CallbackList(verbose === 0 ? callbacks : [...callbacks, new ProgbarLogger()]);
  const passes = openPasses(what, source, { load, signal, steps });
  try {
    const metrics = what === "evaluate" ? model.metricsNames : [];
    list.setModel(model);
    list.setParams({ verbose, epochs: undefined, steps: steps ?? passes.steps(), initialEpoch: 0, metrics });
    return await run({ passes, callbacks: list, settings });
  } finally {
    await passes.close();
  }
}
