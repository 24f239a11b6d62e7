export {
  type AnyEpochalError,
  BatchError,
  type BatchLocation,
  DataError,
  type DataLocation,
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
export type { Shard } from "./core/shard.ts";
export {
  type CollatedOptions,
  DataLoader,
  type DataLoaderConstructor,
  type LoadedBatch,
  type MadeBatches,
  type NotMeant,
  type SampleArguments,
  type SampleLoaderOptions,
  type SequenceArguments,
} from "./loader/data-loader.ts";
export { type Leased, release } from "./loader/lease.ts";
export type { EpochReport, LoaderReport } from "./loader/observe/report.ts";
export type { LoaderStats, WorkerStats } from "./loader/observe/stats.ts";
export type { DataLoaderOptions } from "./loader/options.ts";
export type { LoaderState } from "./loader/state.ts";
export {
  type Progress,
  type ProgressOptions,
  type ProgressSource,
  progress,
} from "./progress/progress.ts";
export type { ProgressLineOptions } from "./progress/terminal.ts";
export { createRandom, type Random, type Shuffled } from "./random/random.ts";
export { BalancedSampler, type BalancedSamplerOptions } from "./sampler/balanced.ts";
export { BlockSampler, type BlockSamplerOptions } from "./sampler/block.ts";
export { BucketSampler, type BucketSamplerOptions } from "./sampler/bucket.ts";
export { RandomSampler } from "./sampler/random.ts";
export type { Order, OrderKey, Sampler } from "./sampler/sampler.ts";
export { SequentialSampler } from "./sampler/sequential.ts";
export { SubsetSampler, type SubsetSamplerOptions } from "./sampler/subset.ts";
export { WeightedSampler, type WeightedSamplerOptions } from "./sampler/weighted.ts";
export {
  type BatchesOptions,
  batches,
  type CollateFunction,
  type Dataset,
  type KnownParts,
  type NotATuple,
  type SampleOf,
} from "./sequence/batching/batches.ts";
export { type Collated, collate } from "./sequence/batching/collate.ts";
export { type PadCollator, type PadOptions, pad } from "./sequence/batching/pad.ts";
export type {
  AnyBatch,
  BatchOfAny,
  Hooked,
  NotInAList,
  OneByOne,
  SequenceOrList,
} from "./sequence/combinator.ts";
export { cache } from "./sequence/combinators/cache.ts";
export { concat } from "./sequence/combinators/concat.ts";
export { cutmix } from "./sequence/combinators/cutmix.ts";
export { map } from "./sequence/combinators/map.ts";
export { type MixOptions, mix } from "./sequence/combinators/mix.ts";
export type { LabelledBatch, MixedBatch, MixingOptions } from "./sequence/combinators/mixing.ts";
export { mixup } from "./sequence/combinators/mixup.ts";
export { pipe } from "./sequence/combinators/pipe.ts";
export { randomChoice } from "./sequence/combinators/random-choice.ts";
export { repeat } from "./sequence/combinators/repeat.ts";
export { select } from "./sequence/combinators/select.ts";
export { shard } from "./sequence/combinators/shard.ts";
export { skip } from "./sequence/combinators/skip.ts";
export { slice } from "./sequence/combinators/slice.ts";
export { take } from "./sequence/combinators/take.ts";
export { zip } from "./sequence/combinators/zip.ts";
export type { Context, HookContext } from "./sequence/context.ts";
export {
  fromGenerator,
  type GeneratorFactory,
  isStream,
  type Stream,
  type StreamContext,
  type StreamOptions,
} from "./sequence/generator.ts";
export { type Awaitable, type BatchOf, type Returned, Sequence } from "./sequence/sequence.ts";
export { serve } from "./serve.ts";
export { type ConcatenateOptions, concatenate } from "./tensor/concatenate.ts";
export type { ArrayOf, DType, TypedArray } from "./tensor/dtype.ts";
export type { LazyTensor } from "./tensor/lazy.ts";
export { stack } from "./tensor/stack.ts";
export { type DTypeOf, isTensor, type NestedNumbers, type Tensor, tensor, zeros } from "./tensor/tensor.ts";
export type { Delivered } from "./tensor/tree.ts";
export {
  type AnyCallback,
  Callback,
  type CallbackHooks,
  type CallbackParams,
  type HookName,
  type HookResult,
  type NativeCallback,
  type Training,
} from "./train/callback.ts";
export { BackupAndRestore, type BackupAndRestoreOptions } from "./train/callbacks/backup-and-restore.ts";
export { CSVLogger, type CSVLoggerOptions } from "./train/callbacks/csv-logger.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./train/callbacks/early-stopping.ts";
export { History } from "./train/callbacks/history.ts";
export { LambdaCallback } from "./train/callbacks/lambda-callback.ts";
export { LearningRateScheduler, type Schedule } from "./train/callbacks/learning-rate-scheduler.ts";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./train/callbacks/model-checkpoint.ts";
export type { MonitorMode, MonitorOptions } from "./train/callbacks/monitor.ts";
export { ProgbarLogger } from "./train/callbacks/progbar-logger.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./train/callbacks/reduce-lr-on-plateau.ts";
export type { SaveFreq } from "./train/callbacks/save-frequency.ts";
export { TensorBoard, type TensorBoardOptions } from "./train/callbacks/tensorboard.ts";
export { TerminateOnNaN } from "./train/callbacks/terminate-on-nan.ts";
export type { TrainingState } from "./train/checkpoint/training-state.ts";
export type { ValidationState } from "./train/checkpoint/validation-state.ts";
export { type ArrayTree, type FromArraysOptions, fromArrays } from "./train/data/arrays.ts";
export {
  mergeStatistics,
  type Statistics,
  type StatisticsOptions,
  statistics,
} from "./train/data/statistics.ts";
export type { Logs } from "./train/logs.ts";
export type { Labels, ModelState, StepResult, Trainable, Weights } from "./train/trainable.ts";
export type { WorkerFactory, WorkerLike } from "./worker/kinds/far-port.ts";
export type { ResourceLimits } from "./worker/kinds/limits.ts";
export { portable } from "./worker/wire/portable.ts";
export type { Served } from "./worker/wire/served-names.ts";
export type { WorkerSource } from "./worker/worker.ts";
