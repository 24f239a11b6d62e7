/** Reading and setting a model's learning rate, with one error for optimizers that have none. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Trainable } from "../trainable.ts";

/** Name under which the learning rate is put in an epoch's logs, as in Keras 3. */
export const learningRateName = "learning_rate";

/**
 * The model's learning rate.
 *
 * @throws OptionError if its optimizer has none that can be read.
 */
export function learningRateOf(owner: string, model: Trainable): number {
  const rate = model.learningRate;
  if (rate !== undefined) return rate;
  throw new OptionError(
    `${owner} changes the learning rate, but the optimizer of ${model.name} has none. Use another optimizer, or leave ${owner} out.`,
  );
}

/**
 * Sets the model's learning rate.
 *
 * @throws OptionError if `rate` is no finite number of at least 0.
 */
export function setLearningRate(owner: string, model: Trainable, rate: unknown): void {
  if (typeof rate !== "number" || !Number.isFinite(rate) || rate < 0) {
    throw new OptionError(
      `${owner}: a learning rate must be a finite number of at least 0, got ${show(rate)}.`,
    );
  }
  model.learningRate = rate;
}
