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
  /** The epoch whose rate was set last, by this run or the one that it goes on from. */
  #epoch: number | undefined;

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

  override onTrainBegin(): void {
    this.#epoch = undefined;
  }

  /** @throws OptionError if the schedule gives no finite number of at least 0, or the optimizer has no rate. */
  override async onEpochBegin(epoch: number): Promise<void> {
    // Resumed inside of an epoch the model has its rate, and a schedule that multiplies would do so twice.
    if (epoch === this.#epoch) return;
    const rate = await this.#schedule(epoch, learningRateOf("LearningRateScheduler", this.model));
    setLearningRate("LearningRateScheduler", this.model, rate);
    this.#epoch = epoch;
    if (this.#verbose) console.log(`Epoch ${epoch + 1}: setting the learning rate to ${rate}.`);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs[learningRateName] = learningRateOf("LearningRateScheduler", this.model);
  }

  override getState(): { readonly epoch: number | null } {
    return { epoch: this.#epoch ?? null };
  }

  override setState(state: unknown): void {
    this.#epoch = (state as { readonly epoch: number | null }).epoch ?? undefined;
  }
}
