/** What `fit` returns. */
import { Callback, type CallbackParams } from "../callback.ts";
import type { Logs } from "../logs.ts";

/**
 * The numbers of each epoch, as Keras' `History`: `history.loss[i]` is the loss of epoch `epoch[i]`. Validation
 * metrics (`val_loss`) have a number for the epochs that were validated only.
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
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }

  override getState(): { readonly epoch: number[]; readonly history: Record<string, number[]> } {
    return structuredClone({ epoch: this.epoch, history: this.history });
  }

  override setState(state: unknown): void {
    const { epoch, history } = state as ReturnType<History["getState"]>;
    // In place, as whoever holds them sees this run; of an earlier run nothing is left.
    this.epoch.splice(0, this.epoch.length, ...epoch);
    for (const name of Object.keys(this.history)) delete this.history[name];
    Object.assign(this.history, structuredClone(history));
  }

  /** What was run: `{ verbose, epochs, steps, … }`. */
  override get params(): CallbackParams {
    return super.params;
  }
}
