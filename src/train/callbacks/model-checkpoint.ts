import { checkBoolean, checkChoice, checkKnown, checkNumber } from "../../core/check.ts";
import { Callback, type Training } from "../callback.ts";
import { saveCheckpoint } from "../checkpoint/checkpoint.ts";
import { safetensorsPath, writeWeights } from "../checkpoint/weights-file.ts";
import type { Logs } from "../logs.ts";
import { formatPath } from "./format-path.ts";
import { Monitor, type MonitorMode } from "./monitor.ts";
import { type SaveFreq, SaveFrequency } from "./save-frequency.ts";

/** Options of {@link ModelCheckpoint}. */
export interface ModelCheckpointOptions {
  /** The number that says which model is best. Default `val_loss`. */
  readonly monitor?: string;
  /** 1 tells when it acts. Default 0. */
  readonly verbose?: 0 | 1;
  /** Save only when the number is better than at the last save, and so not where it is missing. Default false. */
  readonly saveBestOnly?: boolean;
  /**
   * Save the model's weights alone, which `loadWeights` reads: smaller, but a run cannot be resumed from them. Default
   * false.
   */
  readonly saveWeightsOnly?: boolean;
  /** Default `auto`. */
  readonly mode?: MonitorMode;
  /** `"epoch"` (default), or every so many batches. */
  readonly saveFreq?: SaveFreq;
  /** With `saveBestOnly`: the number that the first save has to beat. */
  readonly initialValueThreshold?: number;
}

interface State {
  readonly best: number | null;
  readonly batches: number;
}

/**
 * Saves the model while it is trained: weights, optimizer, and where the data stands, in one safetensors file that is
 * whole or not there. `fit({ resume: folder })` goes on from the furthest; `loadWeights(model, path)` of `epochal/tfjs`
 * takes the weights out of any of them, and Python's `safetensors` reads them by the layers' names.
 *
 * The path may name `{epoch}` (from 1), with batches `{batch}`, and any metric, as `{epoch:02d}-{val_loss:.2f}`;
 * without, one file is replaced. `.safetensors` is added where it is missing. Options and rules are those of Keras.
 *
 * @example
 * new ModelCheckpoint("checkpoints/{epoch:03d}")
 * new ModelCheckpoint("best", { saveBestOnly: true, monitor: "val_acc" })
 */
export class ModelCheckpoint extends Callback {
  /** The best number so far; undefined without `saveBestOnly`. */
  best: number | undefined;
  readonly #path: string;
  readonly #verbose: 0 | 1;
  readonly #weightsOnly: boolean;
  readonly #frequency: SaveFrequency;
  readonly #monitor: Monitor | undefined;
  readonly #threshold: number | undefined;
  #epoch = 0;

  /** @throws OptionError if an option is none of these, or `mode: "auto"` cannot tell for this metric. */
  constructor(filepath: string, options: ModelCheckpointOptions = {}) {
    super();
    checkKnown("ModelCheckpoint", options, [
      "monitor",
      "verbose",
      "saveBestOnly",
      "saveWeightsOnly",
      "mode",
      "saveFreq",
      "initialValueThreshold",
    ]);
    const { verbose = 0, saveBestOnly = false, saveWeightsOnly = false, saveFreq = "epoch" } = options;
    const { initialValueThreshold, monitor, mode } = options;
    checkChoice("verbose", verbose, [0, 1]);
    checkBoolean("saveBestOnly", saveBestOnly);
    checkBoolean("saveWeightsOnly", saveWeightsOnly);
    if (initialValueThreshold !== undefined) checkNumber("initialValueThreshold", initialValueThreshold);
    this.#path = safetensorsPath("ModelCheckpoint", filepath);
    this.#verbose = verbose;
    this.#weightsOnly = saveWeightsOnly;
    this.#frequency = new SaveFrequency(saveFreq);
    this.#monitor = saveBestOnly
      ? new Monitor("ModelCheckpoint", {
          ...(monitor !== undefined && { monitor }),
          ...(mode !== undefined && { mode }),
        })
      : undefined;
    this.#threshold = initialValueThreshold;
  }

  override onTrainBegin(): void {
    this.best = this.#monitor && (this.#threshold ?? this.#monitor.worst);
    this.#frequency.batches = 0;
    this.#monitor?.reset();
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    if (this.#frequency.afterBatch()) this.#save({ ...logs, batch: batch + 1 });
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    if (this.#frequency.atEpochEnd) this.#save(logs);
  }

  override getState(): unknown {
    return { best: this.best ?? null, batches: this.#frequency.batches } satisfies State;
  }

  override setState(state: unknown): void {
    const { best, batches } = state as State;
    if (best !== null && this.#monitor) this.best = best;
    this.#frequency.batches = batches;
  }

  /** Saves after the present event, when every callback has had it, so that all their states are those after it. */
  #save(logs: Logs): void {
    const { training } = this;
    if (training === undefined || !this.#isBetter(logs)) return;
    const path = formatPath(this.#path, { ...logs, epoch: this.#epoch + 1 });
    training.after(async () => {
      await (this.#weightsOnly ? saveOnlyWeights(path, training) : saveCheckpoint(path, training));
      if (this.#verbose) console.log(`Epoch ${this.#epoch + 1}: saved the model to ${path}`);
    });
  }

  #isBetter(logs: Logs): boolean {
    if (!this.#monitor) return true;
    const value = this.#monitor.read(logs, "it saves nothing");
    if (value === undefined || !this.#monitor.isBetter(value, this.best ?? this.#monitor.worst)) return false;
    this.best = value;
    return true;
  }
}

async function saveOnlyWeights(path: string, training: Training): Promise<void> {
  await writeWeights(path, await training.model.getWeights(), training.state());
}
