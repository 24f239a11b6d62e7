import { checkChoice, checkInteger, checkKnown, checkNumber } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { Callback } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { learningRateName, learningRateOf, setLearningRate } from "./learning-rate.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

/** Options of {@link ReduceLROnPlateau}; `minDelta` is 1e-4 here. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** The learning rate is multiplied by it; less than 1. Default 0.1. */
  readonly factor?: number;
  /** Epochs without a better number before the rate is reduced. Default 10. */
  readonly patience?: number;
  /** 1 tells when it acts. Default 0. */
  readonly verbose?: 0 | 1;
  /** Epochs after a reduction in which nothing is counted. Default 0. */
  readonly cooldown?: number;
  /** The rate never falls below it. Default 0. */
  readonly minLr?: number;
}

interface State {
  readonly best: number;
  readonly wait: number;
  readonly cooldownCounter: number;
}

/**
 * Reduces the learning rate when a metric has stopped improving. Options and rules are those of Keras; the rate is
 * added to the epoch's logs as `learning_rate`.
 *
 * @example
 * new ReduceLROnPlateau({ monitor: "val_loss", factor: 0.2, patience: 5, minLr: 0.001 })
 */
export class ReduceLROnPlateau extends Callback {
  /** The best number so far. */
  best: number;
  /** Epochs since then. */
  wait = 0;
  /** Epochs left in which nothing is counted. */
  cooldownCounter = 0;
  readonly #monitor: Monitor;
  readonly #options: Required<Omit<ReduceLROnPlateauOptions, keyof MonitorOptions>>;

  /** @throws OptionError if an option is none of these, or `mode: "auto"` cannot tell for this metric. */
  constructor(options: ReduceLROnPlateauOptions = {}) {
    super();
    checkKnown("ReduceLROnPlateau", options, [
      "monitor",
      "factor",
      "patience",
      "verbose",
      "mode",
      "minDelta",
      "cooldown",
      "minLr",
    ]);
    const { factor = 0.1, patience = 10, verbose = 0, cooldown = 0, minLr = 0, minDelta = 1e-4 } = options;
    checkNumber("factor", factor, 0);
    if (factor >= 1)
      throw new OptionError(`\`factor\` must be less than 1 to reduce anything, got ${factor}.`);
    checkInteger("patience", patience);
    checkInteger("cooldown", cooldown);
    checkNumber("minLr", minLr, 0);
    checkChoice("verbose", verbose, [0, 1]);
    this.#monitor = new Monitor("ReduceLROnPlateau", { ...options, minDelta });
    this.#options = { factor, patience, verbose, cooldown, minLr };
    this.best = this.#monitor.worst;
  }

  override onTrainBegin(): void {
    this.best = this.#monitor.worst;
    this.wait = 0;
    this.cooldownCounter = 0;
    this.#monitor.reset();
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    logs[learningRateName] = learningRateOf("ReduceLROnPlateau", this.model);
    const value = this.#monitor.read(logs);
    if (value === undefined) return;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.wait = 0;
    }
    if (this.#monitor.isBetter(value, this.best)) {
      this.best = value;
      this.wait = 0;
    } else if (this.cooldownCounter === 0) {
      this.wait++;
      if (this.wait >= this.#options.patience) this.#reduce(epoch);
    }
  }

  #reduce(epoch: number): void {
    const { factor, minLr, verbose, cooldown } = this.#options;
    const rate = learningRateOf("ReduceLROnPlateau", this.model);
    if (rate <= minLr) return;
    const reduced = Math.max(rate * factor, minLr);
    setLearningRate("ReduceLROnPlateau", this.model, reduced);
    if (verbose) console.log(`Epoch ${epoch + 1}: reducing the learning rate to ${reduced}.`);
    this.cooldownCounter = cooldown;
    this.wait = 0;
  }

  override getState(): unknown {
    return { best: this.best, wait: this.wait, cooldownCounter: this.cooldownCounter } satisfies State;
  }

  override setState(state: unknown): void {
    const { best, wait, cooldownCounter } = state as State;
    this.best = best;
    this.wait = wait;
    this.cooldownCounter = cooldownCounter;
  }
}
