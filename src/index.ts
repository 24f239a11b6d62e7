export {
  BatchError,
  type BatchLocation,
  EpochalError,
  type ErrorName,
  FileError,
  ImageError,
  IndexError,
  isEpochalError,
  LedgerError,
  LoaderError,
  MissingPeerError,
  OptionError,
  PortableError,
  ShapeError,
  StateError,
  TrainingError,
  WorkerError,
} from "./core/errors.ts";
export { createRandom, type Random } from "./core/random.ts";
export type { Shard } from "./core/shard.ts";
export { DataLoader } from "./loader/data-loader.ts";
export { type Leased, release } from "./loader/lease.ts";
export type { DataLoaderOptions } from "./loader/options.ts";
export type { EpochReport, LoaderReport } from "./loader/report.ts";
export type { LoaderState } from "./loader/state.ts";
export type { LoaderStats, WorkerStats } from "./loader/stats.ts";
export { BalancedSampler, type BalancedSamplerOptions } from "./sampler/balanced.ts";
export { BucketSampler, type BucketSamplerOptions } from "./sampler/bucket.ts";
export { RandomSampler } from "./sampler/random.ts";
export type { Order, OrderKey, Sampler } from "./sampler/sampler.ts";
export { SequentialSampler } from "./sampler/sequential.ts";
export { SubsetSampler, type SubsetSamplerOptions } from "./sampler/subset.ts";
export { WeightedSampler, type WeightedSamplerOptions } from "./sampler/weighted.ts";
export { type BatchesOptions, batches, type CollateFunction, type Dataset } from "./sequence/batches.ts";
export { cache } from "./sequence/cache.ts";
export { type Collated, collate } from "./sequence/collate.ts";
export type { Hooked } from "./sequence/combinator.ts";
export { concat } from "./sequence/concat.ts";
export type { Context, HookContext } from "./sequence/context.ts";
export { filter } from "./sequence/filter.ts";
export {
  fromGenerator,
  type GeneratorFactory,
  isStream,
  type Stream,
  type StreamContext,
  type StreamOptions,
} from "./sequence/generator.ts";
export { map } from "./sequence/map.ts";
export { mix } from "./sequence/mix.ts";
export { type PadCollator, type PadOptions, pad } from "./sequence/pad.ts";
export { repeat } from "./sequence/repeat.ts";
export { type Awaitable, type BatchOf, Sequence } from "./sequence/sequence.ts";
export { shard } from "./sequence/shard.ts";
export { skip } from "./sequence/skip.ts";
export { slice } from "./sequence/slice.ts";
export { take } from "./sequence/take.ts";
export { zip } from "./sequence/zip.ts";
export type { ArrayOf, DType, TypedArray } from "./tensor/dtype.ts";
export type { LazyTensor } from "./tensor/lazy.ts";
export { stack } from "./tensor/stack.ts";
export { isTensor, type NestedNumbers, type Tensor, tensor, zeros } from "./tensor/tensor.ts";
export type { Delivered } from "./tensor/tree.ts";
export {
  type AnyCallback,
  Callback,
  type CallbackHooks,
  type CallbackParams,
  type Training,
} from "./train/callback.ts";
export { BackupAndRestore, type BackupAndRestoreOptions } from "./train/callbacks/backup-and-restore.ts";
export { CSVLogger, type CSVLoggerOptions } from "./train/callbacks/csv-logger.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./train/callbacks/early-stopping.ts";
export { LambdaCallback } from "./train/callbacks/lambda-callback.ts";
export { LearningRateScheduler, type Schedule } from "./train/callbacks/learning-rate-scheduler.ts";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./train/callbacks/model-checkpoint.ts";
export type { MonitorMode, MonitorOptions } from "./train/callbacks/monitor.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./train/callbacks/reduce-lr-on-plateau.ts";
export { TensorBoard, type TensorBoardOptions } from "./train/callbacks/tensorboard.ts";
export { TerminateOnNaN } from "./train/callbacks/terminate-on-nan.ts";
export type { Logs } from "./train/logs.ts";
export { ProgbarLogger } from "./train/progress/progbar-logger.ts";
export {
  type Progress,
  type ProgressOptions,
  type ProgressSource,
  progress,
} from "./train/progress/progress.ts";
export { type ProgressState, type RenderOptions, renderProgress } from "./train/progress/render.ts";
export type { ProgressStream } from "./train/progress/terminal.ts";
export type { Labels, ModelState, StepResult, Trainable, Weights } from "./train/trainable.ts";
export type { TrainingState } from "./train/training-state.ts";
export { portable } from "./worker/portable.ts";
