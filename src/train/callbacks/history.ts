/** What `fit` returns. */
import { Callback, type CallbackParams } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { withOtherNames } from "./metric.ts";

/**
 * The numbers of each epoch, as Keras' `History`: `history.loss[i]` is the loss of epoch `epoch[i]`. Validation
 * metrics (`val_loss`) have a number for the epochs that were validated only. A metric has the name that TensorFlow.js
 * gives it, `acc`, and can be read by the one that Keras does: `history.accuracy`, which does not show in a log or JSON.
 *
 * @example
 * const { history } = await fit(model, train, { epochs: 5, validationData: test });
 * console.log(history.val_loss);
 */
export class History extends Callback {
  /** Epochs, from 0, in the order in which they ran. */
  readonly epoch: number[] = [];
  /** A list of numbers for each name in the epochs' logs. */
  readonly history: Record<string, number[]> = {};

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      // What another is read by, too, is not its own.
      if (!Object.keys(this.history).includes(name)) this.history[name] = [];
      this.history[name]!.push(value);
    }
    withOtherNames(this.history);
  }

  override getState(): { readonly epoch: number[]; readonly history: Record<string, number[]> } {
    return structuredClone({ epoch: this.epoch, history: this.history });
  }

  override setState(state: unknown): void {
    const { epoch, history } = state as ReturnType<History["getState"]>;
    // In place, as whoever holds them sees this run; of an earlier run nothing is left.
    this.epoch.splice(0, this.epoch.length, ...epoch);
    for (const name of Object.getOwnPropertyNames(this.history)) delete this.history[name];
    withOtherNames(Object.assign(this.history, structuredClone(history)));
  }

  /** What was run: `{ verbose, epochs, steps, … }`. */
  override get params(): CallbackParams {
    return super.params;
  }
}
