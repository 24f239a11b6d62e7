/** Errors, and the share of a rank. */
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
} from "./errors.ts";
export type { Shard } from "./shard.ts";
