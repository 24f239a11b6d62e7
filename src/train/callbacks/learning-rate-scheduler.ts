import { checkChoice, checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { Callback } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { learningRateName, learningRateOf, setLearningRate } from "./learning-rate.ts";

/** The learning rate of an epoch, given the present one. */
export type Schedule = (epoch: number, learningRate: number) => number | Promise<number>;

/**
 * Sets the learning rate at the beginning of each epoch, as in Keras; it is added to the epoch's logs as
 * `learning_rate`.
 *
 * @example
 * new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * Math.exp(-0.1)))
 */
export class LearningRateScheduler extends Callback {
  readonly #schedule: Schedule;
  readonly #verbose: 0 | 1;

  /** @throws OptionError if `schedule` is no function. */
  constructor(schedule: Schedule, options: { readonly verbose?: 0 | 1 } = {}) {
    super();
    if (typeof schedule !== "function") {
      throw new OptionError(
        `\`schedule\` must be a function (epoch, learningRate) => number, got ${show(schedule)}.`,
      );
    }
    checkKnown("LearningRateScheduler", options, ["verbose"]);
    const { verbose = 0 } = options;
    checkChoice("verbose", verbose, [0, 1]);
    this.#schedule = schedule;
    this.#verbose = verbose;
  }

  /** @throws OptionError if the schedule gives no finite number of at least 0, or the optimizer has no rate. */
  override async onEpochBegin(epoch: number): Promise<void> {
    const rate = await this.#schedule(epoch, learningRateOf("LearningRateScheduler", this.model));
    setLearningRate("LearningRateScheduler", this.model, rate);
    if (this.#verbose) console.log(`Epoch ${epoch + 1}: setting the learning rate to ${rate}.`);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs[learningRateName] = learningRateOf("LearningRateScheduler", this.model);
  }
}
