/** One evaluation: in `evaluate`, and after an epoch of `fit`. */
import { TrainingError } from "../core/errors.ts";
import type { CallbackList } from "./callback-list.ts";
import type { Passes } from "./data/source.ts";
import type { Logs } from "./logs.ts";
import { RunningMean } from "./mean.ts";
import type { Trainable } from "./trainable.ts";

/** What an evaluation is made of. */
export interface TestRun {
  readonly model: Trainable;
  readonly passes: Passes;
  /** Calls a hook. */
  readonly call: CallbackList["call"];
  /** Steps; undefined for a whole pass. */
  readonly steps: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Epoch of the training that it follows; the data's own next one where it follows none. */
  readonly epoch?: number;
  /** What the data are called in a message. */
  readonly what: string;
}

/** Loss and metrics over a pass, or its first steps. */
export async function testPass({ model, passes, call, steps, signal, epoch, what }: TestRun): Promise<Logs> {
  const mean = new RunningMean(model.metricsNames);
  await call("onTestBegin", {});
  const pass = passes.open(epoch);
  let step = 0;
  try {
    for (; step !== steps; step++) {
      const fetched = await pass.next(() => call("onTestBatchBegin", step, {}));
      if (fetched === undefined) break;
      mean.add(await model.testOnBatch(fetched.batch));
      await call("onTestBatchEnd", step, mean.logs());
      signal?.throwIfAborted();
    }
  } finally {
    await pass.leave();
  }
  if (step === 0)
    throw new TrainingError(
      `${what} got no batch, so there is nothing to test with. If all were left out under \`onError: "skip"\`, the warnings say why.`,
    );
  const logs = mean.logs();
  await call("onTestEnd", logs);
  return logs;
}
