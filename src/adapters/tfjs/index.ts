/**
 * TensorFlow.js: train, evaluate and predict with a `Sequence`.
 *
 * ```ts
 * import { fit } from "epochal/tfjs";
 *
 * const { history } = await fit(model, train, { epochs: 5, workers: 2, validationData: test });
 * ```
 */

export { History } from "../../train/callbacks/history.ts";
export type {
  ClassWeight,
  Compat,
  EvaluateOptions,
  FitOptions,
  PredictOptions,
  RunOptions,
} from "../../train/options.ts";
export { registerConv2DBackpropFilter } from "./conv.ts";
export { toDataset } from "./dataset.ts";
export { evaluate, fit, predict, type TestData } from "./fit.ts";
export { TfjsModel } from "./model.ts";
export type { DatasetLike, OwnArrays, OwnBatch } from "./own.ts";
export type { ArrayLeaf, Arrays, PredictBatch, TrainBatch } from "./types.ts";
