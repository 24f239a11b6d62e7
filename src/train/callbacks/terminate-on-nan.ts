import { warn } from "../../core/warn.ts";
import { Callback } from "../callback.ts";
import type { Logs } from "../logs.ts";

/** Stops training as soon as a batch's loss is NaN or infinite, as in Keras. */
export class TerminateOnNaN extends Callback {
  override onTrainBatchEnd(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    const rate = this.model.learningRate;
    warn(
      "EPOCHAL_NAN",
      `Batch ${batch}: the loss is ${loss}, so training stops. Look for NaN in this batch's data, or lower the learning rate${rate === undefined ? "" : ` of ${rate}`}.`,
    );
    this.model.stopTraining = true;
  }
}
