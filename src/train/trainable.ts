/**
 * What training needs of a model: the one contract between `fit` and a framework.
 *
 * `fit`, `evaluate`, `predict` and the callbacks know this interface only; an adapter (`epochal/tfjs`) implements it.
 * Everything that crosses it is a plain tensor of ours or a number, so that nothing above an adapter has to free
 * anything.
 */
import type { Tensor } from "../tensor/tensor.ts";

/** Tensors by name, copied out of the model: changing one changes nothing. */
export type Weights = Readonly<Record<string, Tensor>>;

/** What one step reports. */
export interface StepResult {
  /** One number for each of {@link Trainable.metricsNames}, a mean over the batch. */
  readonly values: readonly number[];
  /** Number of samples in the batch: the weight of `values` in the epoch's mean. */
  readonly size: number;
}

/** Everything of a model that the next step depends on. */
export interface ModelState {
  /** All weights of the model, also those that are not trained (batch normalisation's means). */
  readonly model: Weights;
  /** All that the optimizer remembers: moments, accumulators, its count of steps. */
  readonly optimizer: Weights;
  /** The optimizer's settings that may change while training. */
  readonly learningRate: number | undefined;
}

/** The labels of one output in a batch, and how they name classes. */
export interface Labels {
  /** Name of the output. */
  readonly name: string;
  /** Their shape; the first axis is that of the samples. */
  readonly shape: readonly number[];
  /** Their numbers, row by row. */
  readonly values: ArrayLike<number>;
  /**
   * `"number"`: one number for each sample, [n] or [n, 1]; `"row"`: a row like the output's for each, [n, classes],
   * which may be one-hot; `"several"`: more than one label for each, as for the steps of a series or for pixels.
   */
  readonly form: "number" | "row" | "several";
  /** Whether the loss is one of classes; undefined where it is the user's own function. */
  readonly classes: boolean | undefined;
  /**
   * What the loss takes of their values: numbers from 0 to 1, -1 or 1, or rows that sum to 1. Undefined where it takes any,
   * or nobody knows.
   */
  readonly takes?: "share" | "sign" | "distribution" | undefined;
  /** Name of the loss, for messages. */
  readonly loss?: string | undefined;
  /** The samples' own weights for this output; undefined where the batch has none. */
  readonly weights: ArrayLike<number> | undefined;
}

/** A compiled model, as `fit` sees it. `B` is the batch it takes. */
export interface Trainable<B = unknown> {
  /** Name of the model, for messages. */
  readonly name: string;
  /** The framework's own object; handed to the framework's own callbacks. */
  readonly native: unknown;
  /** Names of the numbers a step reports; the first is `loss`. */
  readonly metricsNames: readonly string[];
  /** Set to true to end training after the present step, as Keras' `stop_training`. */
  stopTraining: boolean;
  /**
   * The optimizer's learning rate; undefined where the optimizer has none that can be read.
   *
   * @throws OptionError on setting where it cannot be set.
   */
  learningRate: number | undefined;

  /** Throws one clear error unless the model is compiled and can be trained (`train`) or tested. */
  check(what: "train" | "test" | "predict"): void;
  /**
   * Throws one clear error unless `arrays`, which are to be cut into batches, fit the model; left out where a
   * framework cannot tell. `what` is who takes them: `fit`, `evaluate`, `predict`, `validationData`.
   */
  checkArrays?(what: string, arrays: unknown): void;
  /**
   * The labels in `batch` for each output, in the model's order; left out where a framework cannot tell.
   *
   * @throws ShapeError if they do not fit the outputs or their losses.
   */
  labelsOf?(batch: B): readonly Labels[];
  /** One optimizer step on `batch`, `[x, y]` or `[x, y, sampleWeight]`; its values are from before the update. */
  trainOnBatch(batch: B): Promise<StepResult>;
  /** Loss and metrics on `batch` without learning. */
  testOnBatch(batch: B): Promise<StepResult>;
  /** The outputs for `batch` (`x`, or the first element of a tuple): a tensor, or a tuple of them for several outputs. */
  predictOnBatch(batch: unknown): Promise<Tensor | readonly Tensor[]>;

  /** All weights of the model, by name, in the model's order. */
  getWeights(): Promise<Weights>;
  /**
   * Gives the model these weights.
   *
   * @throws StateError naming the first weight that is missing, unknown or of another shape: it is another model's.
   */
  setWeights(weights: Weights): Promise<void>;
  /** Weights, optimizer and learning rate: a model that is given them goes on as this one would, bit by bit. */
  getState(): Promise<ModelState>;
  /**
   * Puts back what {@link Trainable.getState} gave.
   *
   * @throws StateError if it is another model's.
   */
  setState(state: ModelState): Promise<void>;
  /** Saves the model in the framework's own format at `path` (a folder for TensorFlow.js), where it has one. */
  save?(path: string): Promise<void>;
}
