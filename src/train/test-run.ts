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
  const { fetchesFirst = true } = passes;
  const last = steps ?? (fetchesFirst ? undefined : passes.steps());
  await passes.before?.(epoch ?? 0);
  await call("onTestBegin", {});
  await passes.begin?.(epoch ?? 0);
  const iterator = passes.open(epoch);
  let step = 0;
  try {
    for (; step !== last; step++) {
      if (!fetchesFirst) await call("onTestBatchBegin", step, {});
      const result = await iterator.next();
      if (result.done) break;
      if (fetchesFirst) await call("onTestBatchBegin", step, {});
      mean.add(await model.testOnBatch(result.value));
      await call("onTestBatchEnd", step, mean.logs());
      signal?.throwIfAborted();
    }
  } finally {
    await iterator.return?.();
  }
  await passes.end?.(epoch ?? 0);
  if (step === 0)
    throw new TrainingError(
      `${what} got no batch, so there is nothing to test with. If all were left out under \`onError: "skip"\`, the warnings say why.`,
    );
  const logs = mean.logs();
  await call("onTestEnd", logs);
  return logs;
}
