/**
 * Training over epochs: the loop, and the order of its events.
 *
 * Lineage: `tf.keras.Model.fit` over a Sequence. The order is that of docs/training.md: a batch is fetched, then
 * `onTrainBatchBegin`, the step, `onTrainBatchEnd`; after an epoch's last batch the sequence's own `onEpochEnd`, then
 * validation, then the callbacks' `onEpochEnd`. Every hook is awaited. However a run ends, the pass is left, the
 * loaders are closed, and either `onTrainEnd` or `onTrainError` is called.
 */
import { OptionError, TrainingError } from "../core/errors.ts";
import { warn } from "../core/warn.ts";
import { type DataLoader, isDataLoader } from "../loader/data-loader.ts";
import type { LoaderState } from "../loader/state.ts";
import { isStream } from "../sequence/generator.ts";
import { isSequence } from "../sequence/sequence.ts";
import {
  type AnyCallback,
  type CallbackHooks,
  type HookName,
  isCallback,
  type Training,
} from "./callback.ts";
import { CallbackList } from "./callback-list.ts";
import { History } from "./callbacks/history.ts";
import { ProgbarLogger } from "./callbacks/progbar-logger.ts";
import { findCheckpoint } from "./checkpoint/checkpoint.ts";
import { restoreSequence, SequenceStates } from "./checkpoint/sequence-state.ts";
import type { TrainingState } from "./checkpoint/training-state.ts";
import { ClassMix } from "./class-mix.ts";
import { withClassWeight } from "./class-weight.ts";
import { createCompatFeed, openCompatPasses, sequenceOf, WithoutHooks } from "./compat.ts";
import { isArrays } from "./data/arrays.ts";
import { type Feed, PassFeed } from "./data/feed.ts";
import { checkEnds, knownSteps, openLoader, openPasses, type Passes } from "./data/source.ts";
import { StreamLoader } from "./data/stream-loader.ts";
import type { Logs } from "./logs.ts";
import { RunningMean } from "./mean.ts";
import { type FitOptions, type ResolvedFit, resolveFit } from "./options.ts";
import { testPass } from "./test-run.ts";
import type { Trainable } from "./trainable.ts";

/**
 * Trains `model` on `data`, a `Sequence`, a `DataLoader` or a `Stream`.
 *
 * @throws OptionError, TrainingError, ShapeError saying what to change; what a hook or `getItem` threw; the reason of
 *   an aborted signal.
 */
export async function fitModel(model: Trainable, data: unknown, options: FitOptions = {}): Promise<History> {
  const settings = resolveFit(options);
  model.check("train");
  const from = options.resume ?? keptBy(settings.callbacks);
  const saved = from === undefined ? undefined : await findCheckpoint(from);
  if (saved) await model.setState(saved.model);
  if (saved?.training.sequence && isSequence(data)) restoreSequence(data, saved.training.sequence);
  return new FitRun(model, data, options, settings, saved?.training).run();
}

/** Where a callback has kept a checkpoint to go on from. */
function keptBy(callbacks: readonly AnyCallback[]): string | undefined {
  for (const callback of callbacks) {
    const from = isCallback(callback) ? callback.resumeFrom : undefined;
    if (from !== undefined) return from;
  }
  return undefined;
}

/** A run of `fit`. */
class FitRun implements Training {
  readonly model: Trainable;
  readonly signal: AbortSignal | undefined;
  readonly #options: FitOptions;
  readonly #settings: ResolvedFit;
  readonly #history = new History();
  /** The user's callbacks, whose states are saved. */
  readonly #own: CallbackList;
  readonly #all: CallbackList;
  readonly #feed: Feed;
  readonly #validation: Passes | undefined;
  readonly #ownsLoader: boolean;
  readonly #states: SequenceStates | undefined;
  readonly #saved: TrainingState | undefined;
  /** The epoch that runs, or comes next. */
  #epoch: number;
  /** Steps of it that are done. */
  #step = 0;
  /** Whether the epoch was resumed after its last step, so that only its end is left. */
  #over = false;
  #mean: RunningMean;
  readonly #mix = new ClassMix();
  #tasks: (() => Promise<void>)[] = [];
  /** Whether model, data and callbacks agree on where the run stands. */
  #settled = false;
  #began = 0;
  #wait = 0;

  constructor(
    model: Trainable,
    data: unknown,
    options: FitOptions,
    settings: ResolvedFit,
    saved: TrainingState | undefined,
  ) {
    const { load, callbacks, verbose, initialEpoch } = settings;
    const { signal, validationData, validationBatchSize: batchSize } = options;
    this.model = model;
    this.signal = signal;
    this.#options = options;
    this.#settings = settings;
    this.#saved = saved;
    this.#epoch = saved?.epoch ?? initialEpoch;
    this.#step = saved?.step ?? 0;
    this.#over = this.#step > 0 && (saved?.data as LoaderState | undefined)?.position === 0;
    this.#mean = new RunningMean(model.metricsNames, saved?.sums);
    if (saved) this.#history.setState(saved.history);
    this.#own = new CallbackList(callbacks);
    // As in Keras 3: what a callback adds to an epoch's logs is seen by the history and the bar.
    const bar = verbose === 0 ? [] : [new ProgbarLogger()];
    this.#all = new CallbackList([...callbacks, this.#history, ...bar]);
    const state = saved?.data as LoaderState | undefined;
    const from = state ? { state } : initialEpoch > 0 ? { initialEpoch } : {};
    const given = isDataLoader(data);
    const { compat } = options;
    const { stepsPerEpoch } = settings;
    const open = (source: unknown): DataLoader<unknown> => {
      const loader = openLoader("fit", source, { ...load, ...(!given && from), ...(signal && { signal }) });
      checkEnds("fit", loader.steps, { stepsPerEpoch });
      return loader;
    };
    this.#ownsLoader = !given;
    this.#states = isSequence(data) ? new SequenceStates(data) : undefined;
    if (compat !== undefined) {
      const sequence = sequenceOf(data);
      const loader = open(new WithoutHooks(sequence));
      const resumed = { done: this.#step, over: this.#over };
      this.#feed = createCompatFeed(compat, {
        ...settings,
        ...resumed,
        sequence,
        loader,
        epoch: this.#epoch,
      });
    } else if (isStream(data)) {
      this.#feed = new PassFeed(new StreamLoader(data, settings, saved), settings, false);
    } else {
      const loader = open(data);
      if (given && state) checkStandsAt(loader, state);
      this.#feed = new PassFeed(loader, settings, this.#over);
    }
    if (validationData !== undefined) {
      if (isArrays(validationData)) model.checkArrays?.("validationData", validationData);
      const { shuffle: _shuffle, shard: _shard, ...rest } = load;
      const how = { ...rest, signal, batchSize, steps: options.validationSteps };
      this.#validation =
        compat === undefined
          ? openPasses("validationData", validationData, how)
          : openCompatPasses(compat, "validationData", validationData, how);
    }
  }

  times(): { readonly wait: number; readonly total: number } {
    return { wait: this.#wait, total: performance.now() - this.#began };
  }

  after(task: () => Promise<void>): void {
    this.#tasks.push(task);
  }

  get resumable(): boolean {
    return this.#settled && !(this.#feed.loader.sequential && this.#step > 0);
  }

  state(): TrainingState {
    return {
      version: 1,
      epoch: this.#epoch,
      step: this.#step,
      ...this.#place(),
      sums: this.#mean.sums,
      history: this.#history.getState(),
      callbacks: this.#own.getState(),
    };
  }

  /** Where the data stand, and the sequence's own state where it is that of this place. */
  #place(): Pick<TrainingState, "data" | "sequence"> {
    const data = this.#feed.place();
    const sequence = this.#states?.at(data, this.#feed.loader.state());
    return { data, ...(sequence && { sequence }) };
  }

  async run(): Promise<History> {
    this.model.stopTraining = false;
    this.#all.setModel(this.model);
    this.#all.setTraining(this);
    try {
      this.#setParams();
      await this.#feed.begin();
      await this.#call("onTrainBegin", {});
      if (this.#saved) this.#own.setState(this.#saved.callbacks);
      this.#settled = true;
      let logs: Logs = {};
      let more = true;
      while (more && this.#epoch < this.#settings.epochs && !this.model.stopTraining) {
        logs = await this.#runEpoch();
        more = await this.#feed.endEpoch(this.model.stopTraining);
      }
      await this.#feed.leave();
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

  async #runEpoch(): Promise<Logs> {
    const epoch = this.#epoch;
    const feed = this.#feed;
    this.#began = performance.now();
    this.#wait = 0;
    this.#setParams();
    await this.#call("onEpochBegin", epoch, {});
    await feed.beginEpoch();
    while (!this.model.stopTraining && (await this.#waitFor(feed.more(this.#step)))) {
      if (!(await this.#runStep())) break;
    }
    await feed.endSteps(this.model.stopTraining);
    if (this.#step === 0)
      throw new TrainingError(`Epoch ${epoch} had no batch, so there is nothing to train with.`);
    const logs = this.#mean.logs();
    if (this.#validation && this.#settings.validates(epoch))
      Object.assign(logs, await this.#validate(this.#validation, epoch));
    // From here on the next epoch is where a checkpoint goes on.
    this.#epoch++;
    this.#step = 0;
    this.#over = false;
    this.#mean = new RunningMean(this.model.metricsNames);
    await this.#call("onEpochEnd", epoch, logs);
    return logs;
  }

  /** One step; false if there was no batch for it after all. */
  async #runStep(): Promise<boolean> {
    const { classWeight, allowNaN } = this.#options;
    const step = this.#step;
    await this.#call("onTrainBatchBegin", step, {});
    const fetched = await this.#waitFor(this.#feed.take(step));
    if (fetched === undefined) return false;
    this.#states?.note(this.#feed.loader.state());
    const { model } = this;
    const { batch } = fetched;
    this.#settled = false;
    const result = await model.trainOnBatch(
      classWeight === undefined ? batch : withClassWeight(model, batch, classWeight),
    );
    this.#mean.add(result);
    this.#step++;
    this.#feed.done(step);
    this.#settled = true;
    this.#checkMix(batch);
    await this.#call("onTrainBatchEnd", step, this.#mean.logs());
    if (Number.isNaN(result.values[0]) && !allowNaN && !this.model.stopTraining) {
      throw new TrainingError(
        `The loss is NaN at step ${step} of epoch ${this.#epoch}, and so are the weights from now on. Lower the learning rate, look for NaN in the data (await sequence.at(index)), or end the run by TerminateOnNaN; allowNaN goes on.`,
      );
    }
    this.signal?.throwIfAborted();
    return true;
  }

  /** Warns once if batches hold one class each; costs nothing once it is known whether they do. */
  #checkMix(batch: unknown): void {
    if (this.#mix.over) return;
    const warning = this.#mix.see(this.model.labelsOf?.(batch) ?? [], this.#feed.loader.epoch);
    if (warning !== undefined) warn("EPOCHAL_ONE_CLASS", warning);
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

  /** Calls a hook of all callbacks, and then what they left to be done after it. */
  async #call<N extends HookName>(hook: N, ...args: Parameters<Required<CallbackHooks>[N]>): Promise<void> {
    try {
      await this.#all.call(hook, ...args);
    } catch (error) {
      // Not every callback has had the event, so what the others wanted to save after it would not agree.
      if (!this.signal?.aborted || error !== this.signal.reason) this.#tasks = [];
      throw error;
    }
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await task();
  }

  async #waitFor<T>(data: Promise<T>): Promise<T> {
    const since = performance.now();
    const result = await data;
    this.#wait += performance.now() - since;
    return result;
  }

  #setParams(): void {
    const { verbose, epochs, initialEpoch, stepsPerEpoch } = this.#settings;
    const metrics = this.model.metricsNames;
    const left = this.#over ? 0 : knownSteps(this.#feed.loader);
    // A resumed epoch has the steps that were done before, too, whatever this rank's part is now.
    const steps = stepsPerEpoch ?? (left === undefined ? undefined : this.#step + left);
    this.#all.setParams({ verbose, epochs, steps, initialEpoch, metrics });
  }

  async #close(): Promise<void> {
    await this.#feed.leave();
    if (this.#ownsLoader) await this.#feed.loader.close();
    await this.#validation?.close();
  }
}

/** A loader that was given must have been made with the state that the checkpoint holds. */
function checkStandsAt(loader: DataLoader<unknown>, state: LoaderState): void {
  const { epoch, position } = loader.state();
  if (epoch === state.epoch && position === state.position) return;
  throw new OptionError(
    `The checkpoint goes on at batch ${state.position} of epoch ${state.epoch}, but the DataLoader stands at batch ${position} of epoch ${epoch}. Give fit the Sequence, which it then loads from the right place.`,
  );
}
