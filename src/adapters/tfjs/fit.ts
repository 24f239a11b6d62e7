/** `fit`, `evaluate` and `predict` for TensorFlow.js models. */
import type { LayersModel } from "@tensorflow/tfjs";
import type { DataLoader } from "../../loader/data-loader.ts";
import type { Stream } from "../../sequence/generator.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Delivered } from "../../tensor/tree.ts";
import type { History } from "../../train/callbacks/history.ts";
import { evaluateModel } from "../../train/evaluate.ts";
import { fitModel } from "../../train/fit.ts";
import type { Logs } from "../../train/logs.ts";
import type { EvaluateOptions, PredictOptions, TrainOptions } from "../../train/options.ts";
import { predictModel } from "../../train/predict.ts";
import { type Compat, kerasOrder } from "../keras/event-order.ts";
import { registerKernels } from "./kernels/kernels.ts";
import { TfjsModel } from "./model.ts";
import { type DatasetLike, fromNative, type NativeArrays, type NativeBatch, trainsOn } from "./native.ts";
import { loadTF, type TF } from "./peer.ts";
import type { PredictBatch, TrainBatch } from "./types.ts";

/** What a batch of the wrong kind is compared with, so that the compiler's message says what is missing. */
interface Wanted<Message extends string> {
  readonly "This data cannot be used here": Message;
}

/** Nothing where a delivered batch `B` can be trained with; else a type that nothing has. */
export type FitCheck<B> =
  Delivered<B> extends TrainBatch
    ? unknown
    : Wanted<
        unknown extends B
          ? "It must be a Sequence, as batches(dataset, { batchSize }) makes of samples, or a DataLoader."
          : IsList<B> extends true
            ? "To TypeScript its batches are arrays of any length: annotate getItem's return as a tuple, getItem(i: number): [x: Tensor, y: Tensor]."
            : "Its batches must be [x, y] or [x, y, sampleWeight] of tensors, or [x] where the loss needs no labels."
      >;

/** Whether `B` is an array that is no tuple: what `return [x, y]` is to TypeScript where nothing asks for a tuple. */
type IsList<B> = B extends readonly unknown[] ? (number extends B["length"] ? true : false) : false;

/** Batches of `B` from a sequence or a loader. */
export type BatchSource<B> = Sequence<B> | DataLoader<B>;

/**
 * Data to validate or evaluate with: batches, also those of a dataset of TensorFlow.js, or one tuple of arrays (ours
 * or TensorFlow.js' tensors) that is cut into batches. An iterable of batches must be no JavaScript array: that is
 * taken for such a tuple.
 */
export type TestData<B> =
  | (BatchSource<B> & FitCheck<B>)
  | AsyncIterable<TrainBatch>
  | Iterable<TrainBatch>
  | DatasetLike
  | NativeBatch
  | TrainBatch;

/** What `fit` takes. `V` is what validation data may be. */
export interface FitOptions<V = unknown> extends TrainOptions<V> {
  /** Follow the order of events and the steps of TensorFlow 2.4 or Keras 3, their oddities included. */
  readonly compat?: Compat | undefined;
}

/**
 * Trains a compiled TensorFlow.js model on a `Sequence`, a `DataLoader`, a `Stream` or a dataset of `tf.data`, or on
 * arrays, as Keras' `model.fit`.
 *
 * Arrays, `[x, y]` or `[x, y, sampleWeight]` of tensors or typed arrays with one row for each sample, are cut into batches of
 * `batchSize` (32) rows, which are shuffled anew each epoch by `seed` unless `shuffle` is false. A dataset of `tf.data`
 * is read as a stream: in its own order, in this thread, and resumed at epoch ends only.
 *
 * Batches are `[x, y]` or `[x, y, sampleWeight]`; `x` and `y` are tensors, or tuples or records of them by the model's
 * names where it has several inputs or outputs. A model whose losses are functions of your own can do without labels:
 * batches are then `[x]`, or `x` that is one tensor, and `yTrue` is undefined. Loss and metrics are means over the epoch
 * in which each batch counts by its number of samples. The option `epochs` is the index after the last epoch; see {@link FitOptions}.
 *
 * @returns the history: `history.loss`, the metrics, `val_…`, one number for each epoch.
 * @throws MissingPeerError, OptionError, TrainingError, ShapeError saying what to change; a `BatchError` from the data;
 *   what a hook threw; the reason of an aborted `signal`.
 * @example
 * const { history } = await fit(model, train, { epochs: 5, workers: 2, shuffle: true, validationData: test });
 * await fit(model, [x, y], { epochs: 5, batchSize: 64, validationData: [xTest, yTest] });
 */
export async function fit<B, V = B>(
  model: LayersModel,
  data: ((BatchSource<B> | Stream<B>) & FitCheck<B>) | DatasetLike | NativeBatch | TrainBatch,
  options: FitOptions<TestData<V>> = {},
): Promise<History> {
  const [tf, native] = await loadModel(model);
  const source = await trainsOn(tf, data);
  // What is no record of options is refused by its kind.
  if (Object.prototype.toString.call(options) !== "[object Object]") return fitModel(native, source, options);
  const { compat, ...others } = options;
  const order = compat === undefined ? undefined : kerasOrder(compat);
  const validationData = await fromNative(tf, others.validationData);
  return fitModel(native, source, { ...others, validationData }, order);
}

/**
 * Loss and metrics of a compiled TensorFlow.js model over data, by name: `{ loss, acc }`. Each batch counts by its
 * number of samples.
 *
 * @throws as {@link fit}.
 * @example
 * const { loss, acc } = await evaluate(model, test, { workers: 2 });
 */
export async function evaluate<B>(
  model: LayersModel,
  data: TestData<B>,
  options: EvaluateOptions = {},
): Promise<Logs> {
  const [tf, native] = await loadModel(model);
  return evaluateModel(native, await fromNative(tf, data), options);
}

/** What `predict` takes: batches of a sequence, a loader, a stream or a dataset of `tf.data`, or arrays. */
export type PredictData =
  | BatchSource<unknown>
  | AsyncIterable<PredictBatch>
  | Iterable<PredictBatch>
  | DatasetLike
  | NativeArrays
  | PredictBatch;

/**
 * The outputs of a TensorFlow.js model for data, one row for each sample, in the order of the indices.
 *
 * Batches are `x`, or tuples of which the first element is taken (of a TensorFlow.js dataset: `xs`). A model with
 * several outputs gives a tuple: `predict<[Tensor, Tensor]>(…)`.
 *
 * @throws as {@link fit}.
 * @example
 * const { data, shape } = await predict(model, test); // shape [samples, classes]
 */
export function predict(
  model: LayersModel,
  data: PredictData,
  options?: PredictOptions,
): Promise<Tensor<"float32">>;
/** As {@link predict}, of a model with several outputs: `O` is the tuple of them. */
export function predict<O extends Tensor | readonly Tensor[]>(
  model: LayersModel,
  data: PredictData,
  options?: PredictOptions,
): Promise<O>;
export async function predict(
  model: LayersModel,
  data: PredictData,
  options: PredictOptions = {},
): Promise<Tensor | readonly Tensor[]> {
  const [tf, native] = await loadModel(model);
  return predictModel(native, await fromNative(tf, data), options);
}

/** TensorFlow.js, with the kernels that its backend lacks, and the model. */
async function loadModel(model: LayersModel): Promise<[tf: TF, native: TfjsModel]> {
  const tf = await loadTF();
  const native = new TfjsModel(tf, model);
  if (tf.getBackend() === "wasm") registerKernels(tf);
  return [tf, native];
}
