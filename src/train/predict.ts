/** Outputs of a model over data. */
import { TrainingError } from "../core/errors.ts";
import { concat } from "../tensor/stack.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { CallbackList } from "./callback-list.ts";
import { type PredictOptions, resolveEvaluate } from "./options.ts";
import { ProgbarLogger } from "./progress/progbar-logger.ts";
import { openPasses } from "./source.ts";
import type { Trainable } from "./trainable.ts";

/**
 * The outputs of `model` for all of `data`, one row for each sample, in the order of the indices: a tensor, or one for
 * each output of a model with several.
 *
 * @throws OptionError, TrainingError, ShapeError saying what to change.
 */
export async function predictModel(
  model: Trainable,
  data: unknown,
  options: PredictOptions = {},
): Promise<Tensor | readonly Tensor[]> {
  const { callbacks, verbose, load } = resolveEvaluate("predict", options);
  const { steps, batchSize, signal } = options;
  model.check("predict");
  const passes = openPasses("predict", data, { ...load, batchSize, signal });
  const list = new CallbackList(verbose === 0 ? callbacks : [...callbacks, new ProgbarLogger()]);
  list.setModel(model);
  list.setParams({
    verbose,
    epochs: undefined,
    steps: steps ?? passes.steps(),
    initialEpoch: 0,
    metrics: [],
  });
  const outputs: (Tensor | readonly Tensor[])[] = [];
  try {
    await list.call("onPredictBegin", {});
    const iterator = passes.open();
    try {
      for (let step = 0; step !== steps; step++) {
        const result = await iterator.next();
        if (result.done) break;
        await list.call("onPredictBatchBegin", step, {});
        outputs.push(await model.predictOnBatch(result.value));
        await list.call("onPredictBatchEnd", step, {});
        signal?.throwIfAborted();
      }
    } finally {
      await iterator.return?.();
    }
    await list.call("onPredictEnd", {});
  } finally {
    await passes.close();
  }
  return join(outputs);
}

function join(outputs: readonly (Tensor | readonly Tensor[])[]): Tensor | readonly Tensor[] {
  const [first] = outputs;
  if (first === undefined)
    throw new TrainingError("predict gave no batch, so there is nothing to predict for.");
  if (!isSeveral(first)) return concat(outputs as readonly Tensor[]);
  return first.map((_, i) => concat(outputs.map((output) => (output as readonly Tensor[])[i]!)));
}

function isSeveral(output: Tensor | readonly Tensor[]): output is readonly Tensor[] {
  return Array.isArray(output);
}
