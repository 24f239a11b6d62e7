/**
 * Callbacks: what runs at the events of `fit`, `evaluate` and `predict`.
 *
 * Lineage: `tf.keras.callbacks.Callback`, hook by hook, in camelCase. A callback is a subclass of {@link Callback},
 * a plain object with some of the hooks, or TensorFlow.js' own callback object. Hooks may be async; they are awaited
 * in the order of the list.
 */
import { TrainingError } from "../core/errors.ts";
import type { DataLoader } from "../loader/data-loader.ts";
import type { TrainingState } from "./checkpoint/training-state.ts";
import type { Logs } from "./logs.ts";
import type { Trainable } from "./trainable.ts";

/** What is being run, as Keras' `params`. */
export interface CallbackParams {
  /** 0 silent, 1 progress bar, 2 one line an epoch. */
  readonly verbose: 0 | 1 | 2;
  /** Index after the last epoch; undefined in `evaluate` and `predict`. */
  readonly epochs: number | undefined;
  /** Steps of the epoch that runs or comes next; undefined where unknown (infinite, no `stepsPerEpoch`). */
  readonly steps: number | undefined;
  /** First epoch of this run. */
  readonly initialEpoch: number;
  /** Names of the numbers in `logs`, without `val_`. */
  readonly metrics: readonly string[];
}

/** A hook's result: whatever it is, it is awaited and then ignored. */
export type HookResult = unknown;

/**
 * The events, all optional: what a plain object may define. Epochs and batches count from 0. An error that a hook
 * throws ends the run, and reaches whoever called `fit`, `evaluate` or `predict`.
 */
export interface CallbackHooks {
  /** Once a `fit`, before its first epoch; `logs` are empty. Where a run is resumed, states are put back after it. */
  onTrainBegin?(logs?: Logs): HookResult;
  /** Once a `fit` that ends without an error, also by `stopTraining`; `logs` are those of its last epoch. */
  onTrainEnd?(logs?: Logs): HookResult;
  /**
   * Called in place of `onTrainEnd` when `fit` ends by an error or an abort (Ctrl-C), before it rejects: the place to
   * close files, and in a {@link Callback} to save where training stands (`this.training.state()` is valid). An error
   * in it is a warning. Keras has no such hook.
   */
  onTrainError?(error: unknown): HookResult;
  /** Before an epoch of `fit`, also one that is resumed in its midst; `logs` are empty. */
  onEpochBegin?(epoch: number, logs?: Logs): HookResult;
  /** After an epoch of `fit` and its validation; `logs` are its means, those of validation as `val_…`. */
  onEpochEnd?(epoch: number, logs?: Logs): HookResult;
  /** Another name of {@link CallbackHooks.onTrainBatchBegin}, as in Keras. */
  onBatchBegin?(batch: number, logs?: Logs): HookResult;
  /** Another name of {@link CallbackHooks.onTrainBatchEnd}, as in Keras. */
  onBatchEnd?(batch: number, logs?: Logs): HookResult;
  /**
   * Before a step of training; `batch` is its number in the epoch, `logs` are empty. Its batch is at hand, but for the
   * orders of Keras (`fit({ compat })`), which fetch it afterwards.
   */
  onTrainBatchBegin?(batch: number, logs?: Logs): HookResult;
  /** After a step of training; `logs` are the means of the epoch so far. */
  onTrainBatchEnd?(batch: number, logs?: Logs): HookResult;
  /** Before an evaluation: `evaluate`, or the validation of an epoch of `fit`. `logs` are empty. */
  onTestBegin?(logs?: Logs): HookResult;
  /** After an evaluation; `logs` are its loss and metrics, without `val_`. */
  onTestEnd?(logs?: Logs): HookResult;
  /** Before a step of an evaluation, as `onTrainBatchBegin`; `batch` is its number in the pass, `logs` are empty. */
  onTestBatchBegin?(batch: number, logs?: Logs): HookResult;
  /** After a step of an evaluation; `logs` are its means so far. */
  onTestBatchEnd?(batch: number, logs?: Logs): HookResult;
  /** Once a `predict`, before its first batch; `logs` are empty. */
  onPredictBegin?(logs?: Logs): HookResult;
  /** Once a `predict`, after its last batch; `logs` are empty. */
  onPredictEnd?(logs?: Logs): HookResult;
  /** Before the model is given a batch of `predict`; `logs` are empty. */
  onPredictBatchBegin?(batch: number, logs?: Logs): HookResult;
  /** After a batch of `predict`; `logs` are empty, the outputs are what `predict` returns. */
  onPredictBatchEnd?(batch: number, logs?: Logs): HookResult;
}

/** Name of an event. */
export type HookName = keyof CallbackHooks;

/** The names of all events. */
export const hookNames: readonly HookName[] = Object.keys({
  onTrainBegin: true,
  onTrainEnd: true,
  onTrainError: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onBatchBegin: true,
  onBatchEnd: true,
  onTrainBatchBegin: true,
  onTrainBatchEnd: true,
  onTestBegin: true,
  onTestEnd: true,
  onTestBatchBegin: true,
  onTestBatchEnd: true,
  onPredictBegin: true,
  onPredictEnd: true,
  onPredictBatchBegin: true,
  onPredictBatchEnd: true,
} satisfies Record<HookName, true>) as HookName[];

/** A run of `fit` as its callbacks see it: what a checkpoint has to know besides the model. */
export interface Training {
  /** What is trained; `model.stopTraining = true` ends the run. */
  readonly model: Trainable;
  /** The option of `fit`; aborted when the run ends by it, and its reason is then the error of `onTrainError`. */
  readonly signal: AbortSignal | undefined;
  /** What the run's batches come from: the loader that `fit` was given, or has made; undefined where it reads a stream. */
  readonly loader: DataLoader<unknown> | undefined;
  /** Time spent waiting for data and time in all since the epoch began, in milliseconds: for the progress bar. */
  times(): { readonly wait: number; readonly total: number };
  /**
   * Has `task` run once every callback was called at the present event, before training goes on: the place to save a
   * checkpoint, as then each callback's state and the history are those after the event.
   */
  after(task: () => Promise<void>): void;
  /**
   * Whether a run can go on from where this one stands, and so whether to save that. False inside of a step, when the
   * model may be half changed; inside of a pass over a stream; and until a resumed run has all that was saved.
   */
  readonly resumable: boolean;
  /**
   * Where training stands as readable JSON: epoch, step, the loader's state as of the last step that was done, running
   * means, history and the callbacks' states, which may hold tensors. Valid in any hook.
   */
  state(): TrainingState;
}

/** Marks our callbacks, the same across two copies of the package. */
const brand = Symbol.for("epochal.callback");

/**
 * Base class of callbacks. Override the hooks you need.
 *
 * `this.model` is the model, `this.params` what is being run, `this.training` the run itself (in `fit` only).
 * To end training: `this.model.stopTraining = true`.
 *
 * @example
 * class StopAt extends Callback {
 *   constructor(readonly accuracy: number) { super(); }
 *   override onEpochEnd(_epoch: number, logs: Logs) {
 *     if ((logs.acc ?? 0) >= this.accuracy) this.model.stopTraining = true;
 *   }
 * }
 */
export abstract class Callback implements CallbackHooks {
  #model: Trainable | undefined;
  #params: CallbackParams | undefined;
  #training: Training | undefined;

  /**
   * The model being trained, tested or asked.
   *
   * @throws TrainingError before a run has begun, as in a constructor.
   */
  get model(): Trainable {
    return this.#model ?? tooEarly(this, "model");
  }

  /**
   * What is being run.
   *
   * @throws TrainingError before a run has begun, as in a constructor.
   */
  get params(): CallbackParams {
    return this.#params ?? tooEarly(this, "params");
  }

  /** The run of `fit`; undefined in `evaluate` and `predict`. */
  get training(): Training | undefined {
    return this.#training;
  }

  /** Called before the first hook of a run, with what `model` is from then on. */
  setModel(model: Trainable): void {
    this.#model = model;
  }

  /** Called before the first hook of a run and before each epoch, with what `params` is from then on. */
  setParams(params: CallbackParams): void {
    this.#params = params;
  }

  /** Called before the first hook of a `fit`, with what `training` is from then on. */
  setTraining(training: Training): void {
    this.#training = training;
  }

  /**
   * What this callback remembers, to be kept in a checkpoint: numbers, strings, booleans, lists and records, and tensors
   * or typed arrays, which the file keeps as they are. Undefined where it remembers nothing.
   */
  getState(): unknown {
    return undefined;
  }

  /** Puts back what {@link Callback.getState} gave; called after `onTrainBegin` of a resumed run. */
  setState(_state: unknown): void {}

  onTrainBegin(_logs: Logs): void | Promise<void> {}
  onTrainEnd(_logs: Logs): void | Promise<void> {}
  onTrainError(_error: unknown): void | Promise<void> {}
  onEpochBegin(_epoch: number, _logs: Logs): void | Promise<void> {}
  onEpochEnd(_epoch: number, _logs: Logs): void | Promise<void> {}
  onBatchBegin(_batch: number, _logs: Logs): void | Promise<void> {}
  onBatchEnd(_batch: number, _logs: Logs): void | Promise<void> {}
  onTrainBatchBegin(batch: number, logs: Logs): void | Promise<void> {
    return this.onBatchBegin(batch, logs);
  }
  onTrainBatchEnd(batch: number, logs: Logs): void | Promise<void> {
    return this.onBatchEnd(batch, logs);
  }
  onTestBegin(_logs: Logs): void | Promise<void> {}
  onTestEnd(_logs: Logs): void | Promise<void> {}
  onTestBatchBegin(_batch: number, _logs: Logs): void | Promise<void> {}
  onTestBatchEnd(_batch: number, _logs: Logs): void | Promise<void> {}
  onPredictBegin(_logs: Logs): void | Promise<void> {}
  onPredictEnd(_logs: Logs): void | Promise<void> {}
  onPredictBatchBegin(_batch: number, _logs: Logs): void | Promise<void> {}
  onPredictBatchEnd(_batch: number, _logs: Logs): void | Promise<void> {}
}
Object.defineProperty(Callback.prototype, brand, { value: true });

function tooEarly(callback: Callback, field: string): never {
  throw new TrainingError(
    `${callback.constructor.name}.${field} is not there before fit, evaluate or predict has begun. Read it in a hook, such as onTrainBegin.`,
  );
}

/** Whether `value` extends our {@link Callback}, also that of another copy of the package. */
export function isCallback(value: unknown): value is Callback {
  return typeof value === "object" && value !== null && brand in value;
}

/** TensorFlow.js' own callback class, by its shape: hooks, and told the framework's model and params. */
export interface NativeCallback extends CallbackHooks {
  /** Takes the framework's model. */
  setModel?(model: never): void;
  /** Takes what the framework tells of the run. */
  setParams?(params: never): void;
}

/**
 * Anything that `callbacks` takes: a {@link Callback}, an object with hooks, a callback of the framework's own. One
 * type and no union of the three, so that the parameters of a hook written in place have their types.
 */
export type AnyCallback = NativeCallback;
