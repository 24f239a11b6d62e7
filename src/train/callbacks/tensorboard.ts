import { checkBoolean, checkChoice, checkInteger, checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { Callback } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { type BatchPicture, drawBatch, type ValueRange } from "../tensorboard/batch-picture.ts";
import { type EventFile, openEventFile } from "../tensorboard/event-file.ts";
import { histogram } from "../tensorboard/histogram.ts";
import { loaderValues, type StatsBefore } from "../tensorboard/loader-values.ts";
import { encodePng } from "../tensorboard/png.ts";

/** Options of {@link TensorBoard}. */
export interface TensorBoardOptions {
  /** Every how many epochs histograms of the weights are written; 0 never. Default 0. */
  readonly histogramFreq?: number;
  /** Also write the losses of batches: each (`"batch"`), or every so many; `"epoch"` writes epochs only, the default. */
  readonly updateFreq?: "epoch" | "batch" | number;
  /** Also write how many steps ran in a second. Default false. */
  readonly writeStepsPerSecond?: boolean;
  /** How many images of each epoch's first batch are written, as one picture; 0 none. Default 0. */
  readonly batchImages?: number;
  /**
   * The values that are drawn as black and as white: `[-1, 1]`. Default `[0, 255]` of whole numbers and `[0, 1]` of others,
   * whatever the values are. The scalar `batch_images_outside` says which part of them lies outside.
   */
  readonly batchImagesRange?: readonly [black: number, white: number];
  /**
   * Whether each epoch also gets the loader's numbers, as `loader/wait_share` and others, and the sentence of
   * `loader.explain()`. Default true. Streams have none.
   */
  readonly loaderStats?: boolean;
}

/** Options that Keras has, and why they are not here. */
const refused: Readonly<Record<string, string>> = {
  writeGraph: "TensorBoard reads graphs of TensorFlow, and a model here has none.",
  writeImages:
    "`histogramFreq` draws the weights, as histograms; images of batches are written by `batchImages`.",
  profileBatch:
    "Profiles are made by TensorFlow's own runtime. Where time goes in loading, `loaderStats` and `loader.explain()` say.",
  embeddingsFreq:
    "TensorBoard's projector reads checkpoints of TensorFlow. Keep weights with ModelCheckpoint.",
  embeddingsMetadata: "There is no `embeddingsFreq`, which it belongs to.",
};

const known = [
  "histogramFreq",
  "updateFreq",
  "writeStepsPerSecond",
  "batchImages",
  "batchImagesRange",
  "loaderStats",
];

/** Records kept in memory before they are written in the midst of an epoch. */
const mostPending = 500;

/**
 * Writes event files for TensorBoard, under Keras' folders and tags: `logDir/train` and `logDir/validation`,
 * `epoch_loss`, `batch_loss`, `evaluation_loss_vs_iterations`; and beside them, as Keras does not, images of batches and
 * what the loader measured. Look at them with `tensorboard --logdir logs`.
 *
 * @example
 * new TensorBoard("logs/run-1", { histogramFreq: 1, updateFreq: "batch", batchImages: 16 })
 */
export class TensorBoard extends Callback {
  readonly #logDir: string;
  readonly #histogramFreq: number;
  /** Batches between two writings; undefined for none. */
  readonly #every: number | undefined;
  readonly #stepsPerSecond: boolean;
  readonly #batchImages: number;
  readonly #batchImagesRange: ValueRange | undefined;
  readonly #loaderStats: boolean;
  #train: EventFile | undefined;
  #validation: EventFile | undefined;
  /** Training steps so far, in all epochs. */
  #step = 0;
  #stepsBefore = 0;
  #epochBegan = 0;
  #statsBefore: StatsBefore | undefined;
  /** Images of the epoch's first batch. */
  #picture: BatchPicture | undefined;
  /** Stops to look for them. */
  #stopLooking: (() => void) | undefined;

  /** @throws OptionError if an option is none of these. */
  constructor(logDir: string = "logs", options: TensorBoardOptions = {}) {
    super();
    if (typeof logDir !== "string" || logDir === "") {
      throw new OptionError(`TensorBoard: \`logDir\` must be a folder's path, got ${show(logDir)}.`);
    }
    checkKnown("TensorBoard", options, known, refused);
    const { histogramFreq = 0, updateFreq = "epoch", writeStepsPerSecond = false } = options;
    const { batchImages = 0, batchImagesRange, loaderStats = true } = options;
    checkInteger("histogramFreq", histogramFreq);
    if (typeof updateFreq === "number") checkInteger("updateFreq", updateFreq, 1);
    else checkChoice("updateFreq", updateFreq, ["epoch", "batch"]);
    checkBoolean("writeStepsPerSecond", writeStepsPerSecond);
    checkInteger("batchImages", batchImages);
    checkRange(batchImagesRange);
    checkBoolean("loaderStats", loaderStats);
    this.#logDir = logDir;
    this.#histogramFreq = histogramFreq;
    this.#every = updateFreq === "epoch" ? undefined : updateFreq === "batch" ? 1 : updateFreq;
    this.#stepsPerSecond = writeStepsPerSecond;
    this.#batchImages = batchImages;
    this.#batchImagesRange = batchImagesRange && [...batchImagesRange];
    this.#loaderStats = loaderStats;
  }

  override onTrainBegin(): void {
    this.#train = openEventFile(`${this.#logDir}/train`);
    this.#validation = openEventFile(`${this.#logDir}/validation`);
    this.#step = 0;
  }

  override onEpochBegin(): void {
    this.#stepsBefore = this.#step;
    this.#epochBegan = performance.now();
    const loader = this.training?.loader;
    this.#statsBefore = this.#loaderStats ? loader?.stats() : undefined;
    if (this.#batchImages === 0) return;
    this.#picture = undefined;
    this.#stopLooking = loader?.observe((event) => {
      if (event.type !== "delivered") return;
      this.#stopLooking?.();
      // Now, as the batch is whoever's it is delivered to.
      this.#picture = drawBatch(event.batch, this.#batchImages, this.#batchImagesRange);
    });
  }

  override async onTrainBatchEnd(_batch: number, logs: Logs): Promise<void> {
    const file = this.#train;
    if (file !== undefined && this.#every !== undefined && this.#step % this.#every === 0) {
      file.add(this.#step, tagged("batch_", logs));
      if (file.pending >= mostPending) await file.flush();
    }
    this.#step++;
  }

  override async onTestEnd(logs: Logs): Promise<void> {
    // A test on its own, outside of `fit`, is written too.
    this.#validation ??= openEventFile(`${this.#logDir}/validation`);
    const values = Object.entries(logs).map(([name, value]) => ({
      tag: `evaluation_${name}_vs_iterations`,
      value,
    }));
    if (values.length === 0) return;
    this.#validation.add(this.#step, values);
    await this.#validation.flush();
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const validation = Object.entries(logs).filter(([name]) => name.startsWith("val_"));
    const train: Logs = Object.fromEntries(Object.entries(logs).filter(([name]) => !name.startsWith("val_")));
    const rate = this.model.learningRate;
    if (rate !== undefined) train.learning_rate ??= rate;
    if (this.#stepsPerSecond) {
      train.steps_per_second =
        ((this.#step - this.#stepsBefore) * 1000) / (performance.now() - this.#epochBegan);
    }
    this.#train?.add(epoch, tagged("epoch_", train));
    if (validation.length > 0) {
      const named = Object.fromEntries(validation.map(([name, value]) => [name.slice("val_".length), value]));
      this.#validation?.add(epoch, tagged("epoch_", named));
      await this.#validation?.flush();
    }
    if (this.#histogramFreq > 0 && epoch % this.#histogramFreq === 0) await this.#addHistograms(epoch);
    await this.#addPicture(epoch);
    this.#addLoaderStats(epoch);
    await this.#train?.flush();
  }

  override async onTrainEnd(): Promise<void> {
    this.#stopLooking?.();
    if (this.#train !== undefined && this.#train.pending > 0) await this.#train.flush();
    this.#train = undefined;
    this.#validation = undefined;
  }

  override onTrainError(): Promise<void> {
    return this.onTrainEnd();
  }

  override getState(): { readonly step: number } {
    return { step: this.#step };
  }

  override setState(state: unknown): void {
    this.#step = (state as { step: number }).step;
  }

  async #addPicture(epoch: number): Promise<void> {
    const picture = this.#picture;
    this.#picture = undefined;
    if (picture === undefined) return;
    const { pixels, description, outside } = picture;
    const value = { ...pixels, png: await encodePng(pixels) };
    this.#train?.add(epoch, [
      { tag: "batch_images", value, description },
      { tag: "batch_images_outside", value: outside },
    ]);
  }

  #addLoaderStats(epoch: number): void {
    const loader = this.training?.loader;
    if (loader === undefined || this.#statsBefore === undefined) return;
    this.#train?.add(epoch, [
      ...loaderValues(loader.stats(), this.#statsBefore),
      { tag: "loader/explain", value: loader.explain() },
    ]);
  }

  async #addHistograms(epoch: number): Promise<void> {
    for (const [name, { data }] of Object.entries(await this.model.getWeights())) {
      this.#train?.add(epoch, [{ tag: `${name}/histogram`, value: histogram(data) }]);
    }
  }
}

function checkRange(range: ValueRange | undefined): void {
  if (range === undefined) return;
  if (Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] !== range[1])
    return;
  throw new OptionError(
    `\`batchImagesRange\` must be the two values that are drawn as black and white, such as [-1, 1], got ${show(range)}.`,
  );
}

function tagged(prefix: string, logs: Logs): { readonly tag: string; readonly value: number }[] {
  return Object.entries(logs).map(([name, value]) => ({ tag: prefix + name, value }));
}
