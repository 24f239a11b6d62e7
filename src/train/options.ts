/** The options of `fit`, `evaluate` and `predict`: what they are, their defaults and their checks. */
import { checkBoolean, checkChoice, checkInteger, checkKnown, checkSignal, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { type DataLoaderOptions, optionNames } from "../loader/options.ts";
import { isTensor } from "../tensor/tensor.ts";
import type { AnyCallback } from "./callback.ts";

/** How batches are loaded: the loader's own options. Not taken where a `DataLoader` is given. */
export type LoadOptions = Omit<DataLoaderOptions, "initialEpoch" | "state" | "signal">;

/** What all runs take. */
export interface RunOptions extends LoadOptions {
  /** Called at each event, in this order; one or several. */
  readonly callbacks?: AnyCallback | readonly AnyCallback[];
  /** 0 silent, 1 a progress bar, 2 one line an epoch, "auto" (default) a bar on a terminal and lines elsewhere. */
  readonly verbose?: 0 | 1 | 2 | "auto";
  /** Aborting it ends the run after the step that is being done; the run rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Rows a step where the data are arrays. Default 32. */
  readonly batchSize?: number | undefined;
}

/** A weight for each class, by its number. */
export type ClassWeight = Readonly<Record<number, number>>;

/** What training takes. `V` is what validation data may be. */
export interface TrainOptions<V = unknown> extends RunOptions {
  /** Index after the last epoch, as in Keras: with `initialEpoch` 3 and `epochs` 5, two epochs run. Default 1. */
  readonly epochs?: number;
  /** Index of the first epoch. Default 0. */
  readonly initialEpoch?: number;
  /** Steps of an epoch. Default: a whole pass over the sequence. Needed where the sequence is infinite. */
  readonly stepsPerEpoch?: number | undefined;
  /**
   * What an epoch of `stepsPerEpoch` does when it ends inside of a pass: `"continue"` (default) goes on where it
   * stopped, over the end of the pass into the next one, so that no batch is lost; `"restart"` begins a new pass.
   */
  readonly stepsMode?: "continue" | "restart";
  /** Tested after each epoch, in their own order: `shuffle` is not for them. */
  readonly validationData?: V;
  /** Steps of each validation, always from the first batch. Default: all. */
  readonly validationSteps?: number | undefined;
  /** Validate each n-th epoch, or after the epochs of this list, counted from 1. Default 1. */
  readonly validationFreq?: number | readonly number[];
  /** Rows a step where validation data are arrays. Default 32. */
  readonly validationBatchSize?: number | undefined;
  /** Weight of each class in the loss, by its number; every class must have one. */
  readonly classWeight?: ClassWeight | undefined;
  /**
   * Folder or file of a checkpoint: training goes on from the one in it that stands furthest, or starts anew
   * where there is none.
   */
  readonly resume?: string | undefined;
  /** Go on when the loss is no number; by default that is an error, as the weights are then lost. */
  readonly allowNaN?: boolean;
}

/** What `evaluate` takes. */
export interface EvaluateOptions extends RunOptions {
  /** Steps; default all. */
  readonly steps?: number | undefined;
}

/** What `predict` takes. */
export interface PredictOptions extends Omit<EvaluateOptions, "shuffle"> {}

const loadNames = optionNames.filter(
  (name) => name !== "initialEpoch" && name !== "state" && name !== "signal",
);

const runNames = [...loadNames, "callbacks", "verbose", "signal"] as const;

const trainNames = [
  ...runNames,
  "epochs",
  "initialEpoch",
  "batchSize",
  "stepsPerEpoch",
  "stepsMode",
  "validationData",
  "validationSteps",
  "validationFreq",
  "validationBatchSize",
  "classWeight",
  "resume",
  "allowNaN",
] as const satisfies readonly (keyof TrainOptions)[];

/** Options that Keras has, but not with a Sequence or not here, and what to do instead. */
const refused: Readonly<Record<string, string>> = {
  y: "A Sequence's batches hold the labels: return [x, y] from getItem.",
  sampleWeight: "A Sequence's batches hold the weights: return [x, y, sampleWeight] from getItem.",
  shuffle: "predict gives one row for each sample, in the order of the data.",
  returnDict:
    "evaluate gives a record by name, as Keras does with return_dict=True; Object.values(…) of it is Keras' list, loss first.",
};

/** Throws {@link OptionError} for an unknown name, and for data in the place of options, as in `model.fit(x, y)`. */
function checkOptions(what: string, options: object, known: readonly string[]): void {
  const { shape, dtype } = (options ?? {}) as { readonly shape?: unknown; readonly dtype?: unknown };
  if (Array.isArray(options) || ArrayBuffer.isView(options) || (shape !== undefined && dtype !== undefined)) {
    throw new OptionError(
      `${what} takes its options as an object, but got ${isTensor(options) ? "a tensor" : show(options)} there. Data are one argument, inputs and labels together: a Sequence of batches [x, y], as batches(dataset, { batchSize: 32 }) makes of samples, or a tuple [x, y] of tensors.`,
    );
  }
  checkKnown(what, options, known, refused);
}

/** What all runs are told, with defaults. */
interface ResolvedRun {
  readonly callbacks: readonly AnyCallback[];
  readonly verbose: 0 | 1 | 2;
  readonly signal: AbortSignal | undefined;
  /** The loader's options. */
  readonly load: LoadOptions;
  /** Rows a step where the data are arrays; undefined where nobody said so. */
  readonly batchSize: number | undefined;
}

/** Options of training, checked and with their defaults. */
export interface ResolvedTrain extends ResolvedRun {
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly stepsPerEpoch: number | undefined;
  readonly restart: boolean;
  readonly validationData: unknown;
  /** As `load`, for the validation data. */
  readonly validationLoad: LoadOptions;
  readonly validationSteps: number | undefined;
  readonly validationBatchSize: number | undefined;
  /** Whether the epoch is followed by a validation. */
  readonly validates: (epoch: number) => boolean;
  readonly classWeight: ClassWeight | undefined;
  readonly resume: string | undefined;
  readonly allowNaN: boolean;
}

/** Options of `evaluate` and `predict`, checked and with their defaults. */
export interface ResolvedEvaluate extends ResolvedRun {
  readonly steps: number | undefined;
}

/**
 * Checks the options of `fit`.
 *
 * @throws OptionError naming the option, what it takes and what came.
 */
export function resolveTrain(options: TrainOptions): ResolvedTrain {
  // `compat` is the adapter's, which has taken it away: it is said only.
  checkOptions("fit", options, [...trainNames, "compat"]);
  const { epochs = 1, initialEpoch = 0, stepsPerEpoch, stepsMode = "continue", allowNaN = false } = options;
  const { validationData, validationSteps, validationBatchSize, validationFreq = 1 } = options;
  const { classWeight, resume } = options;
  checkInteger("epochs", epochs, 1);
  checkInteger("initialEpoch", initialEpoch);
  if (stepsPerEpoch !== undefined) checkInteger("stepsPerEpoch", stepsPerEpoch, 1);
  if (validationSteps !== undefined) checkInteger("validationSteps", validationSteps, 1);
  checkChoice("stepsMode", stepsMode, ["continue", "restart"]);
  checkBoolean("allowNaN", allowNaN);
  if (classWeight !== undefined) checkClassWeight(classWeight);
  if (validationBatchSize !== undefined) checkInteger("validationBatchSize", validationBatchSize, 1);
  if (resume !== undefined && (typeof resume !== "string" || resume === ""))
    throw new OptionError(`\`resume\` must be the path of a file or folder, got ${show(resume)}.`);
  const run = resolveRun(options);
  return {
    epochs,
    initialEpoch,
    stepsPerEpoch,
    restart: stepsMode === "restart",
    validationData,
    validationLoad: run.load,
    validationSteps,
    validationBatchSize,
    validates: validatesAfter(validationFreq),
    classWeight,
    resume,
    allowNaN,
    ...run,
  };
}

/** Checks the options of `evaluate` or `predict`. */
export function resolveEvaluate(what: "evaluate" | "predict", options: EvaluateOptions): ResolvedEvaluate {
  const names = [...runNames, "steps", "batchSize"];
  checkOptions(what, options, what === "predict" ? names.filter((name) => name !== "shuffle") : names);
  const { steps } = options;
  if (steps !== undefined) checkInteger("steps", steps, 1);
  return { steps, ...resolveRun(options) };
}

function checkClassWeight(weights: ClassWeight): void {
  const plain = typeof weights === "object" && weights !== null && !(weights instanceof Map);
  const [name, wrong] = plain
    ? (Object.entries(weights).find(([, weight]) => !(Number.isFinite(weight) && weight >= 0)) ?? [])
    : ["", weights];
  if (name === undefined) return;
  throw new OptionError(
    `\`classWeight\` must be a record of a weight of at least 0 for each class, such as { 0: 1, 1: 3 }, got ${show(wrong)}${plain ? ` for class ${name}` : ""}.`,
  );
}

function resolveRun(options: RunOptions): ResolvedRun {
  const { callbacks = [], verbose = "auto", signal, batchSize } = options;
  checkChoice("verbose", verbose, [0, 1, 2, "auto"]);
  if (signal !== undefined) checkSignal("signal", signal);
  if (batchSize !== undefined) checkInteger("batchSize", batchSize, 1);
  const given = loadNames.filter((name) => options[name] !== undefined);
  return {
    callbacks: Array.isArray(callbacks) ? callbacks : [callbacks as AnyCallback],
    verbose: verbose === "auto" ? 1 : verbose,
    signal,
    load: Object.fromEntries(given.map((name) => [name, options[name]])),
    batchSize,
  };
}

function validatesAfter(freq: number | readonly number[]): (epoch: number) => boolean {
  if (typeof freq === "number") {
    checkInteger("validationFreq", freq, 1);
    return (epoch) => (epoch + 1) % freq === 0;
  }
  if (!Array.isArray(freq)) {
    throw new OptionError(
      `\`validationFreq\` must be a number or a list of epochs from 1, got ${show(freq)}.`,
    );
  }
  for (const [i, epoch] of freq.entries()) checkInteger(`validationFreq[${i}]`, epoch, 1);
  return (epoch) => freq.includes(epoch + 1);
}
