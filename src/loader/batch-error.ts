/** The error that the consumer gets for a batch that could not be had, in words. */
import { BatchError, type BatchLocation } from "../core/errors.ts";
import type { Outcome } from "../worker/pool/job.ts";
import { sentence, thrownSentence } from "../worker/wire/error-name.ts";

/** A batch that could not be had: which it was, and the name of its sequence. */
export interface LostBatch extends Omit<BatchLocation, "worker"> {
  readonly of: string;
}

/** What to throw for a failed outcome: a `BatchError`, or the error itself where no worker could start. */
export function batchError(outcome: Extract<Outcome, { ok: false }>, batch: LostBatch): unknown {
  const { cause, reason, worker, attempts } = outcome;
  // That is not the batch's fault, and the error says all there is to say.
  if (reason === "start") return cause;
  const { epoch, position, index, of } = batch;
  const what = `Batch ${position} of epoch ${epoch} (getItem(${index}) of ${of})`;
  const times = attempts === 1 ? "" : ` It was tried ${attempts} times.`;
  const message =
    reason === "threw"
      ? `${what} failed in ${worker}: ${thrownSentence(cause)}${times}`
      : `${what} could not be fetched: ${worker} ${sentence((cause as Error).message)}${times}`;
  return new BatchError(message, { cause, epoch, position, index, worker, attempts });
}
