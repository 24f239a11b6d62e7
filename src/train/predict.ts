/** Outputs of a model over data. */
import { TrainingError } from "../core/errors.ts";
import { concatenate } from "../tensor/concatenate.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refuseShuffled } from "./data/source.ts";
import type { PredictOptions } from "./options.ts";
import { onePass } from "./pass.ts";
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
  refuseShuffled("predict", data);
  const outputs: (Tensor | readonly Tensor[])[] = [];
  await onePass("predict", { model, data, options }, async ({ passes, callbacks, settings }) => {
    const { steps, signal } = settings;
    await callbacks.call("onPredictBegin", {});
    const pass = passes.open();
    try {
      for (let step = 0; step !== steps; step++) {
        const fetched = await pass.next(() => callbacks.call("onPredictBatchBegin", step, {}));
        if (fetched === undefined) break;
        outputs.push(await model.predictOnBatch(fetched.batch));
        await callbacks.call("onPredictBatchEnd", step, {});
        signal?.throwIfAborted();
      }
    } finally {
      await pass.leave();
    }
    await callbacks.call("onPredictEnd", {});
  });
  return join(outputs);
}

function join(outputs: readonly (Tensor | readonly Tensor[])[]): Tensor | readonly Tensor[] {
  const [first] = outputs;
  if (first === undefined)
    throw new TrainingError(
      'predict got no batch, so there is nothing to predict for. If all were left out under `onError: "skip"`, the warnings say why.',
    );
  if (!isSeveral(first)) return concatenate(outputs as readonly Tensor[]);
  return first.map((_, i) => concatenate(outputs.map((output) => (output as readonly Tensor[])[i]!)));
}

function isSeveral(output: Tensor | readonly Tensor[]): output is readonly Tensor[] {
  return Array.isArray(output);
}
