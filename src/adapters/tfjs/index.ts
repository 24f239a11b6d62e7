/**
 * TensorFlow.js: train, evaluate and predict with a `Sequence`.
 *
 * ```ts
 * import { fit } from "epochal/tfjs";
 *
 * const { history } = await fit(model, train, { epochs: 5, workers: 2, validationData: test });
 * ```
 *
 * @module epochal/tfjs
 */

export { History } from "../../train/callbacks/history.ts";
export type {
  ClassWeight,
  EvaluateOptions,
  LoadOptions,
  PredictOptions,
  RunOptions,
  TrainOptions,
} from "../../train/options.ts";
export type { Converted } from "../converted.ts";
export type { Compat } from "../keras/event-order.ts";
export { fromTfjs, type TfModule, toTfjs } from "./convert.ts";
export { toDataset } from "./dataset.ts";
export { files, type ModelFiles } from "./files.ts";
export {
  type BatchSource,
  evaluate,
  type FitCheck,
  type FitOptions,
  fit,
  type PredictData,
  predict,
  type TestData,
} from "./fit.ts";
export { registerKernels } from "./kernels/kernels.ts";
export type { DatasetLike, NativeArrays, NativeBatch } from "./native.ts";
export type { ArrayLeaf, Arrays, PredictBatch, TrainBatch } from "./types.ts";
export { loadWeights, saveWeights } from "./weight-files.ts";
