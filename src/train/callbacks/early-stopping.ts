import { checkBoolean, checkChoice, checkInteger, checkKnown, checkNumber } from "../../core/check.ts";
import { Callback } from "../callback.ts";
import type { Logs } from "../logs.ts";
import type { Weights } from "../trainable.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

/** Options of {@link EarlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without a better number after which training stops. Default 0. */
  readonly patience?: number;
  /** 1 tells when it acts. Default 0. */
  readonly verbose?: 0 | 1;
  /** A number that must be beaten: until then patience runs. */
  readonly baseline?: number;
  /** Give the model the weights of its best epoch at the end, also when it was not stopped. Default false. */
  readonly restoreBestWeights?: boolean;
  /** Epochs to let pass before watching begins. Default 0. */
  readonly startFromEpoch?: number;
}

interface State {
  readonly wait: number;
  readonly best: number;
  readonly bestEpoch: number;
  readonly stoppedEpoch: number | null;
  readonly bestWeights: Weights | null;
}

/**
 * Stops training when a metric has stopped improving. Options and rules are those of Keras 3.
 *
 * With `restoreBestWeights` a checkpoint holds the best weights too, so that a resumed run ends as the unbroken one.
 *
 * @example
 * await fit(model, train, {
 *   epochs: 100,
 *   validationData: test,
 *   callbacks: [new EarlyStopping({ patience: 3, restoreBestWeights: true })],
 * });
 */
export class EarlyStopping extends Callback {
  /** Epoch at whose end training was stopped; undefined if it was not. */
  stoppedEpoch: number | undefined;
  /** Epoch with the best number so far. */
  bestEpoch = 0;
  /** The best number so far. */
  best: number;
  /** Epochs since then. */
  wait = 0;
  readonly #monitor: Monitor;
  readonly #options: Required<Omit<EarlyStoppingOptions, keyof MonitorOptions | "baseline">>;
  readonly #baseline: number | undefined;
  #bestWeights: Weights | undefined;

  /** @throws OptionError if an option is none of these, or `mode: "auto"` cannot tell for this metric. */
  constructor(options: EarlyStoppingOptions = {}) {
    super();
    checkKnown("EarlyStopping", options, [
      "monitor",
      "minDelta",
      "patience",
      "verbose",
      "mode",
      "baseline",
      "restoreBestWeights",
      "startFromEpoch",
    ]);
    const { patience = 0, verbose = 0, restoreBestWeights = false, startFromEpoch = 0, baseline } = options;
    checkInteger("patience", patience);
    checkInteger("startFromEpoch", startFromEpoch);
    checkChoice("verbose", verbose, [0, 1]);
    checkBoolean("restoreBestWeights", restoreBestWeights);
    if (baseline !== undefined) checkNumber("baseline", baseline);
    this.#monitor = new Monitor("EarlyStopping", options);
    this.#options = { patience, verbose, restoreBestWeights, startFromEpoch };
    this.#baseline = baseline;
    this.best = this.#monitor.worst;
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = undefined;
    this.bestEpoch = 0;
    this.best = this.#monitor.worst;
    this.#bestWeights = undefined;
    this.#monitor.reset();
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { patience, restoreBestWeights, startFromEpoch } = this.#options;
    const value = this.#monitor.read(logs);
    if (value === undefined || epoch < startFromEpoch) return;
    const better = this.#monitor.isBetter(value, this.best);
    // The first epoch's weights are the best so far whatever its number is, even NaN.
    if (restoreBestWeights && (better || this.#bestWeights === undefined)) {
      this.#bestWeights = await this.model.getWeights();
      this.bestEpoch = epoch;
    }
    this.wait++;
    if (better) {
      this.best = value;
      this.bestEpoch = epoch;
      // Patience begins anew only where the baseline is beaten as well.
      if (this.#baseline === undefined || this.#monitor.isBetter(value, this.#baseline)) this.wait = 0;
      return;
    }
    if (this.wait >= patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override async onTrainEnd(): Promise<void> {
    const { verbose } = this.#options;
    if (verbose && this.stoppedEpoch !== undefined) {
      console.log(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    }
    if (this.#bestWeights === undefined) return;
    if (verbose) console.log(`Restoring the weights of the best epoch: ${this.bestEpoch + 1}.`);
    await this.model.setWeights(this.#bestWeights);
  }

  override getState(): unknown {
    const { wait, best, bestEpoch } = this;
    const { stoppedEpoch = null } = this;
    return { wait, best, bestEpoch, stoppedEpoch, bestWeights: this.#bestWeights ?? null } satisfies State;
  }

  override setState(state: unknown): void {
    const { wait, best, bestEpoch, stoppedEpoch, bestWeights } = state as State;
    this.wait = wait;
    this.best = best;
    this.bestEpoch = bestEpoch;
    this.#bestWeights = bestWeights ?? undefined;
    // It was stopped, and then killed before its end. With more patience than then it goes on.
    if (stoppedEpoch === null || wait < this.#options.patience) return;
    this.stoppedEpoch = stoppedEpoch;
    if (this.training) this.training.model.stopTraining = true;
  }
}
