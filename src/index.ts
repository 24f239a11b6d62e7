export {
  BatchError,
  type BatchLocation,
  EpochalError,
  type ErrorName,
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
export type { Random } from "./core/random.ts";
export { DataLoader } from "./loader/data-loader.ts";
export type { DataLoaderOptions } from "./loader/options.ts";
export type { Shard } from "./loader/plan.ts";
export type { EpochReport, LoaderReport } from "./loader/report.ts";
export type { LoaderState } from "./loader/state.ts";
export type { Context } from "./sequence/context.ts";
export { type Awaitable, type BatchOf, Sequence } from "./sequence/sequence.ts";
export type { ArrayOf, DType, TypedArray } from "./tensor/dtype.ts";
export type { LazyTensor } from "./tensor/lazy.ts";
export { concat, stack } from "./tensor/stack.ts";
export { isTensor, type NestedNumbers, type Tensor, tensor, zeros } from "./tensor/tensor.ts";
export type { Delivered } from "./tensor/tree.ts";
export { portable } from "./worker/portable.ts";
