/** The progress bar of `fit`, `evaluate` and `predict`, as a callback. */
import { checkKnown } from "../../core/check.ts";
import type { ProgressState } from "../../progress/render.ts";
import {
  checkLineOptions,
  lineOptionNames,
  openProgressLine,
  type ProgressLine,
  type ProgressLineOptions,
  processTerminal,
  type Terminal,
} from "../../progress/terminal.ts";
import { Callback } from "../callback.ts";
import type { Logs } from "../logs.ts";

/**
 * Shows the progress of an epoch in one line, validation included, as Keras' `ProgbarLogger`. `fit` adds it by itself
 * unless `verbose` is 0; `verbose: 2`, a log file and CI get one plain line an epoch.
 */
export class ProgbarLogger extends Callback {
  readonly #options: ProgressLineOptions;
  readonly #terminal: Terminal;
  #line: ProgressLine | undefined;
  #epoch: string | undefined;
  #began = 0;
  #step = 0;
  /** Steps of the epoch that were done before it was resumed, which took none of its time. */
  #before: number | undefined;
  #logs: Logs = {};
  #note: string | undefined;
  #training = false;

  /** @throws OptionError if an option is not what it should be. */
  constructor(options?: ProgressLineOptions);
  /** @internal */
  constructor(options: ProgressLineOptions, terminal: Terminal);
  constructor(options: ProgressLineOptions = {}, terminal: Terminal = processTerminal("stdout")) {
    super();
    checkKnown("ProgbarLogger", options, lineOptionNames);
    checkLineOptions(options);
    this.#options = options;
    this.#terminal = terminal;
  }

  override onTrainBegin(): void {
    this.#training = true;
  }

  override onTrainEnd(): void {
    this.#line?.break();
    this.#training = false;
  }

  override onTrainError(): void {
    this.onTrainEnd();
  }

  override onEpochBegin(epoch: number): void {
    const { epochs } = this.params;
    this.#begin(`Epoch ${epoch + 1}/${epochs ?? "?"}`);
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#advance(batch + 1, logs);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#note = undefined;
    // An epoch that ends without a step here was resumed after its last one.
    if (this.#step === 0) this.#step = this.params.steps ?? 0;
    this.#finish(logs);
  }

  override onTestBegin(): void {
    if (this.#training) this.#note = "validating";
    else this.#begin(undefined);
  }

  override onTestBatchEnd(batch: number, logs: Logs): void {
    if (this.#training) {
      this.#note = `validating ${batch + 1}`;
      this.#line?.update(this.#state());
    } else this.#advance(batch + 1, logs);
  }

  override onTestEnd(logs: Logs): void {
    if (!this.#training) this.#finish(logs);
  }

  override onPredictBegin(): void {
    this.#begin(undefined);
  }

  override onPredictBatchEnd(batch: number): void {
    this.#advance(batch + 1, {});
  }

  override onPredictEnd(): void {
    this.#finish({});
  }

  #begin(label: string | undefined): void {
    const { plain = this.params.verbose === 2 } = this.#options;
    this.#line ??= openProgressLine({ ...this.#options, plain }, this.#terminal);
    this.#began = this.#terminal.now();
    this.#step = 0;
    this.#before = undefined;
    this.#logs = {};
    this.#note = undefined;
    // On a terminal the epoch has a line of its own, as in Keras; on a log it opens the one line.
    this.#epoch = this.#line.live ? undefined : label;
    if (label !== undefined) this.#line.header(label);
  }

  #advance(step: number, logs: Logs): void {
    this.#before ??= step - 1;
    this.#step = step;
    this.#logs = logs;
    this.#line?.update(this.#state());
  }

  #finish(logs: Logs): void {
    this.#logs = logs;
    this.#line?.finish(this.#state());
  }

  #state(): ProgressState {
    const elapsed = this.#terminal.now() - this.#began;
    const times = this.#training ? this.training?.times() : undefined;
    return {
      label: this.#epoch,
      step: this.#step,
      total: this.params.steps,
      elapsed,
      stepTime: times && this.#step > 0 ? times.total / (this.#step - (this.#before ?? 0)) : undefined,
      wait: times && times.total > 0 ? times.wait / times.total : undefined,
      metrics: this.#logs,
      note: this.#note,
    };
  }
}
