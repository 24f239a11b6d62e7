/** Callbacks, history, and what training needs of a model. */
export {
  type AnyCallback,
  Callback,
  type CallbackHooks,
  type CallbackParams,
  type HookName,
  type HookResult,
  type NativeCallback,
  type Training,
} from "./callback.ts";
export { BackupAndRestore, type BackupAndRestoreOptions } from "./callbacks/backup-and-restore.ts";
export { CSVLogger, type CSVLoggerOptions } from "./callbacks/csv-logger.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./callbacks/early-stopping.ts";
export { History } from "./callbacks/history.ts";
export { LambdaCallback } from "./callbacks/lambda-callback.ts";
export { LearningRateScheduler, type Schedule } from "./callbacks/learning-rate-scheduler.ts";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./callbacks/model-checkpoint.ts";
export type { MonitorMode, MonitorOptions } from "./callbacks/monitor.ts";
export { ProgbarLogger } from "./callbacks/progbar-logger.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./callbacks/reduce-lr-on-plateau.ts";
export type { SaveFreq } from "./callbacks/save-frequency.ts";
export { TensorBoard, type TensorBoardOptions } from "./callbacks/tensorboard.ts";
export { TerminateOnNaN } from "./callbacks/terminate-on-nan.ts";
export { loadTensors, saveTensors } from "./checkpoint/tensor-file.ts";
export type { TrainingState } from "./checkpoint/training-state.ts";
export type { ValidationState } from "./checkpoint/validation-state.ts";
export { type ArrayTree, type FromArraysOptions, fromArrays } from "./data/arrays.ts";
export {
  mergeStatistics,
  type Statistics,
  type StatisticsOptions,
  statistics,
} from "./data/statistics.ts";
export type { Logs } from "./logs.ts";
export { argMax } from "./scores/arg-max.ts";
export type { ClassOptions, ScoredClasses } from "./scores/class-numbers.ts";
export {
  type ClassificationReport,
  type ClassScores,
  classificationReport,
  type Scores,
} from "./scores/classification-report.ts";
export { confusionMatrix } from "./scores/confusion-matrix.ts";
export { topKAccuracy } from "./scores/top-k-accuracy.ts";
export type { Labels, ModelState, StepResult, Trainable, Weights } from "./trainable.ts";
