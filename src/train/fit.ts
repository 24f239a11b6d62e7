/**
 * Training over epochs: the loop, and the order of its events.
 *
 * Lineage: `tf.keras.Model.fit` over a Sequence. The order is that of docs/reference/training.md: a batch is fetched, then
 * `onTrainBatchBegin`, the step, `onTrainBatchEnd`; after an epoch's last batch the sequence's own `onEpochEnd`, then
 * validation, then the callbacks' `onEpochEnd`. Every hook is awaited. However a run ends, the pass is left, the
 * loaders are closed, and either `onTrainEnd` or `onTrainError` is called.
 */
import { TrainingError } from "../core/errors.ts";
import { warn } from "../core/warn.ts";
import { type DataLoader, isDataLoader } from "../loader/data-loader.ts";
import { isSequence } from "../sequence/sequence.ts";
import type { CallbackHooks, HookName, Training } from "./callback.ts";
import { CallbackList } from "./callback-list.ts";
import { backupOf } from "./callbacks/backup-and-restore.ts";
import { History } from "./callbacks/history.ts";
import { withOtherNames } from "./callbacks/metric.ts";
import { ProgbarLogger } from "./callbacks/progbar-logger.ts";
import { findCheckpoint } from "./checkpoint/checkpoint.ts";
import { SequenceStates } from "./checkpoint/sequence-state.ts";
import type { TrainingState } from "./checkpoint/training-state.ts";
import { ClassMix } from "./class-mix.ts";
import { withClassWeight } from "./class-weight.ts";
import type { Fetched } from "./data/feed.ts";
import { cutArrays, knownSteps, type Passes } from "./data/source.ts";
import { type EventOrder, type OpenData, ours, type RunStart, startOf } from "./event-order.ts";
import { LabelRange } from "./label-range.ts";
import type { Logs } from "./logs.ts";
import { RunningMean } from "./mean.ts";
import { adviseOnNaN } from "./nan-advice.ts";
import { type ResolvedTrain, resolveTrain, type TrainOptions } from "./options.ts";
import { testPass } from "./test-run.ts";
import type { ModelState, Trainable } from "./trainable.ts";
import { refuseValidationSplit } from "./validation-split.ts";

/**
 * Trains `model` on `data`: a `Sequence`, a `DataLoader`, a `Stream`, or arrays.
 *
 * @param order another order of events than ours
 * @throws OptionError, TrainingError, ShapeError saying what to change; what a hook or `getItem` threw; the reason of
 *   an aborted signal.
 */
export async function fitModel(
  model: Trainable,
  data: unknown,
  options: TrainOptions = {},
  order: EventOrder = ours,
): Promise<History> {
  refuseValidationSplit(data, options);
  const given = resolveTrain(options);
  model.check("train");
  const { source, settings } = cutAll(model, data, given);
  const from = settings.resume ?? backupOf(settings.callbacks);
  const saved = from === undefined ? undefined : await findCheckpoint(from);
  const start = startOf(model, source, { settings, saved: saved?.training });
  // First, so that what is refused there has not changed the model.
  const run = new FitRun(start, await order(start));
  return run.run(saved?.model);
}

/** Data and settings with arrays in batches: those to train with shuffled, as in Keras, unless `shuffle` is false. */
function cutAll(
  model: Trainable,
  data: unknown,
  given: ResolvedTrain,
): { readonly source: unknown; readonly settings: ResolvedTrain } {
  const { load, batchSize, validationData, validationBatchSize } = given;
  const train = cutArrays("fit", model, data, { load, batchSize, shuffle: load.shuffle ?? true });
  const tested = cutArrays("validationData", model, validationData, { load, batchSize: validationBatchSize });
  return {
    source: train.source,
    settings: {
      ...given,
      validationData: tested.source,
      load: train.load,
      validationLoad: tested.load,
    },
  };
}

/** A run of `fit`. */
class FitRun implements Training {
  readonly model: Trainable;
  readonly signal: AbortSignal | undefined;
  readonly #settings: ResolvedTrain;
  readonly #history = new History();
  /** The user's callbacks, whose states are saved. */
  readonly #callbacks: CallbackList;
  /** These, the history and the progress bar. */
  readonly #all: CallbackList;
  readonly #data: OpenData;
  readonly #ownsLoader: boolean;
  readonly #states: SequenceStates | undefined;
  readonly #saved: TrainingState | undefined;
  /** The epoch that runs, or comes next. */
  #epoch: number;
  /** Steps of it that are done. */
  #step: number;
  /** Whether the epoch was resumed after its last step, so that only its end is left. */
  #over: boolean;
  #mean: RunningMean;
  readonly #mix = new ClassMix();
  readonly #range = new LabelRange();
  #tasks: (() => Promise<void>)[] = [];
  /** Whether model, data and callbacks agree on where the run stands. */
  #settled = false;
  #began = 0;
  #wait = 0;

  constructor({ model, data, settings, saved, epoch, step, over }: RunStart, opened: OpenData) {
    const { callbacks, verbose, signal } = settings;
    this.model = model;
    this.signal = signal;
    this.#settings = settings;
    this.#saved = saved;
    this.#epoch = epoch;
    this.#step = step;
    this.#over = over;
    this.#mean = new RunningMean(model.metricsNames, saved?.sums);
    if (saved) this.#history.setState(saved.history);
    this.#callbacks = new CallbackList(callbacks);
    // As in Keras 3: what a callback adds to an epoch's logs is seen by the history and the bar.
    const bar = verbose === 0 ? [] : [new ProgbarLogger()];
    this.#all = new CallbackList([...callbacks, this.#history, ...bar]);
    this.#ownsLoader = !isDataLoader(data);
    this.#states = isSequence(data) ? new SequenceStates(data) : undefined;
    this.#data = opened;
  }

  get loader(): DataLoader<unknown> | undefined {
    const { loader } = this.#data.feed;
    return isDataLoader(loader) ? loader : undefined;
  }

  times(): { readonly wait: number; readonly total: number } {
    return { wait: this.#wait, total: performance.now() - this.#began };
  }

  after(task: () => Promise<void>): void {
    this.#tasks.push(task);
  }

  get resumable(): boolean {
    return this.#settled && !(this.#data.feed.loader.sequential && this.#step > 0);
  }

  state(): TrainingState {
    // A run without validation has it, too, for one that goes on with it.
    const validation = this.#data.validationStates?.get() ?? this.#saved?.validation;
    return {
      version: 1,
      epoch: this.#epoch,
      step: this.#step,
      ...this.#dataState(),
      ...(validation && { validation }),
      sums: this.#mean.sums,
      history: this.#history.getState(),
      callbacks: this.#callbacks.getState(),
    };
  }

  /** Where the data stand, and the sequence's own state where it is that of this place. */
  #dataState(): Pick<TrainingState, "data" | "sequence"> {
    const data = this.#data.feed.state();
    const sequence = this.#states?.at(data, this.#data.feed.loader.state());
    return { data, ...(sequence && { sequence }) };
  }

  /** Runs it, with a model that stands where `from` says. */
  async run(from: ModelState | undefined): Promise<History> {
    try {
      if (from) await this.model.setState(from);
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.model.stopTraining = false;
    this.#all.setModel(this.model);
    this.#all.setTraining(this);
    try {
      this.#setParams();
      await this.#call("onTrainBegin", {});
      if (this.#saved) this.#callbacks.setState(this.#saved.callbacks);
      this.#settled = true;
      let logs: Logs = {};
      while (this.#epoch < this.#settings.epochs && !this.model.stopTraining) logs = await this.#runEpoch();
      await this.#data.feed.leave();
      await this.#call("onTrainEnd", logs);
      return this.#history;
    } catch (error) {
      await this.#call("onTrainError", error).catch((second: unknown) => {
        warn(
          "EPOCHAL_HOOK",
          `The run ends with its first error, but onTrainError of a callback failed as well: ${second}`,
        );
      });
      throw error;
    } finally {
      await this.#close();
    }
  }

  /** One epoch; its logs. */
  async #runEpoch(): Promise<Logs> {
    const epoch = this.#epoch;
    const { feed, validation, validationStates } = this.#data;
    this.#began = performance.now();
    this.#wait = 0;
    this.#setParams();
    await this.#call("onEpochBegin", epoch, {});
    while (!this.model.stopTraining && (await this.#runStep()));
    await feed.endSteps(this.model.stopTraining);
    if (this.#step === 0)
      throw new TrainingError(`Epoch ${epoch} had no batch, so there is nothing to train with.`);
    const logs = this.#mean.logs();
    const validates = validation !== undefined && this.#settings.validates(epoch);
    if (validates) {
      await validationStates?.begin();
      withOtherNames(Object.assign(logs, await this.#validate(validation, epoch)));
    }
    // From here on the next epoch is where a checkpoint goes on.
    this.#epoch++;
    this.#step = 0;
    this.#over = false;
    if (validates) validationStates?.end(epoch);
    this.#mean = new RunningMean(this.model.metricsNames);
    await this.#call("onEpochEnd", epoch, logs);
    return logs;
  }

  /** One step; false if the epoch has no more. */
  async #runStep(): Promise<boolean> {
    const { classWeight, allowNaN } = this.#settings;
    const { model } = this;
    const { feed } = this.#data;
    const step = this.#step;
    const fetched = await this.#fetch(step);
    if (fetched === undefined) return false;
    this.#states?.note(feed.loader.state());
    const { batch } = fetched;
    this.#settled = false;
    const result = await model.trainOnBatch(
      classWeight === undefined ? batch : withClassWeight(model, batch, classWeight),
    );
    this.#mean.add(result);
    this.#step++;
    feed.done(step);
    this.#settled = true;
    this.#checkLabels(batch);
    await this.#call("onTrainBatchEnd", step, this.#mean.logs());
    if (Number.isNaN(result.values[0]) && !allowNaN && !model.stopTraining) {
      throw new TrainingError(
        `The loss is NaN at step ${step} of epoch ${this.#epoch}, and so are the weights from now on. ${adviseOnNaN(batch, model.learningRate)} TerminateOnNaN ends a run without an error; allowNaN goes on.`,
      );
    }
    this.signal?.throwIfAborted();
    return true;
  }

  /** The batch of a step that has begun. Time counts as waiting but for that of the callbacks. */
  async #fetch(step: number): Promise<Fetched | undefined> {
    let since = performance.now();
    const fetched = await this.#data.feed.next(step, async () => {
      this.#wait += performance.now() - since;
      await this.#call("onTrainBatchBegin", step, {});
      since = performance.now();
    });
    this.#wait += performance.now() - since;
    return fetched;
  }

  /** Warns, of each once, of labels that their loss does not take and of batches of one class; costs nothing once it is known. */
  #checkLabels(batch: unknown): void {
    if (this.#mix.over && this.#range.over) return;
    const labels = this.model.labelsOf?.(batch) ?? [];
    const outside = this.#range.over ? undefined : this.#range.see(labels);
    if (outside !== undefined) warn("EPOCHAL_LABELS", outside);
    const alike = this.#mix.over ? undefined : this.#mix.see(labels, this.#data.feed.loader.epoch);
    if (alike !== undefined) warn("EPOCHAL_ONE_CLASS", alike);
  }

  async #validate(passes: Passes, epoch: number): Promise<Logs> {
    const { signal } = this;
    const { validationSteps: steps } = this.#settings;
    const call = this.#call.bind(this);
    const logs = await testPass({
      model: this.model,
      passes,
      call,
      steps,
      signal,
      epoch,
      what: "validationData",
    });
    return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
  }

  /** An event: the hooks of all callbacks, then what they left to be done after it. */
  #call<N extends HookName>(hook: N, ...args: Parameters<Required<CallbackHooks>[N]>): Promise<void> {
    const call = () => this.#callAll(hook, args);
    return this.#data.around?.(hook, call) ?? call();
  }

  async #callAll<N extends HookName>(hook: N, args: Parameters<Required<CallbackHooks>[N]>): Promise<void> {
    try {
      await this.#all.call(hook, ...args);
    } catch (error) {
      // Not every callback has had the event, so what the others wanted to save after it would not agree.
      if (!this.signal?.aborted || error !== this.signal.reason) this.#tasks = [];
      throw error;
    }
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await task();
  }

  #setParams(): void {
    const { verbose, epochs, initialEpoch, stepsPerEpoch } = this.#settings;
    const metrics = this.model.metricsNames;
    const left = this.#over ? 0 : knownSteps(this.#data.feed.loader);
    // A resumed epoch has the steps that were done before, too, whatever this rank's part is now.
    const steps = stepsPerEpoch ?? (left === undefined ? undefined : this.#step + left);
    this.#all.setParams({ verbose, epochs, steps, initialEpoch, metrics });
  }

  async #close(): Promise<void> {
    await this.#data.feed.leave();
    if (this.#ownsLoader) await this.#data.feed.loader.close();
    await this.#data.validation?.close();
  }
}
