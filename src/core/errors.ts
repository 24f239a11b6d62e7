/**
 * Every error epochal throws on purpose.
 *
 * An error has a `name` (its class, the same across two copies of the package and across a thread border),
 * fields that say where it happened, and `cause` where something else went wrong first. Catch by name:
 *
 * ```ts
 * try { … } catch (error) {
 *   if (isEpochalError(error, "BatchError")) console.error(error.index, error.cause);
 * }
 * ```
 *
 * An abort is not among them: an aborted operation rejects with the signal's own reason, as the platform does.
 */

// First of all, as every entry of the package comes by here.
import "#core/engine";

/** The place in the documentation that tells more of an error or a warning, by its name or code: its heading there. */
export function helpFor(name: string): string {
  return `https://epochal-js.github.io/epochal/reference/errors#${name.toLowerCase().replaceAll("_", "-")}`;
}

/** Marks our errors so that the check survives a second copy of the package. */
const brand = Symbol.for("epochal.error");

/**
 * What all errors thrown by epochal extend.
 *
 * @typeParam N the class name
 */
export abstract class EpochalError<N extends string = ErrorName> extends Error {
  /** The class name; what {@link isEpochalError} looks at. It stands on the prototype, so that a minifier cannot change it. */
  declare readonly name: N;

  /** A new error. Printed, it ends with {@link EpochalError.help}; `message` does not, as other messages cite it. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    // Of V8, whose stacks begin with the message; other engines have none there, and print the message themselves.
    if (this.stack) this.stack = this.stack.replace(message, `$&\n  See ${this.help}`);
  }

  /** Where the documentation tells what such errors mean, and what to do. */
  get help(): string {
    return helpFor(this.name);
  }
}
Object.defineProperty(EpochalError.prototype, brand, { value: true });

/** An option or an argument is not what the function takes. */
export class OptionError extends EpochalError<"OptionError"> {}

/** An index lies outside its range. */
export class IndexError extends EpochalError<"IndexError"> {}

/** Tensors of different shapes or dtypes where they must agree, or data that does not fill its shape. */
export class ShapeError extends EpochalError<"ShapeError"> {}

/**
 * An image could not be read, decoded or resized. One that lies in a file of a data set says where: `path` is then that
 * file's.
 */
export class ImageError extends EpochalError<"ImageError"> implements DataLocation {
  /** The file's path or URL; undefined when the image was given as bytes. */
  readonly path: string | undefined;
  readonly row: number | undefined;
  readonly sample: string | undefined;
  readonly offset: number | undefined;
  readonly column: string | undefined;
  constructor(message: string, options: ErrorOptions & DataLocation = {}) {
    super(message, options);
    this.path = options.path;
    this.row = options.row;
    this.sample = options.sample;
    this.offset = options.offset;
    this.column = options.column;
  }
}

/** Where a batch stands: which one, of which epoch, and who fetched it. */
export interface BatchLocation {
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /** Place in the epoch's order. */
  readonly position: number;
  /** Index given to `getItem`. */
  readonly index: number;
  /** Name of the worker, such as `thread 1`. */
  readonly worker: string;
}

/**
 * A batch could not be had: `getItem` threw, or its worker died or missed the deadline once too often.
 * `cause` is the error thrown by `getItem` itself, with the stack, name and fields it had in the worker.
 */
export class BatchError extends EpochalError<"BatchError"> implements BatchLocation {
  readonly epoch: number;
  readonly position: number;
  readonly index: number;
  readonly worker: string;
  /** How often the batch was tried. */
  readonly attempts: number;
  constructor(message: string, options: ErrorOptions & BatchLocation & { readonly attempts: number }) {
    super(message, options);
    this.epoch = options.epoch;
    this.position = options.position;
    this.index = options.index;
    this.worker = options.worker;
    this.attempts = options.attempts;
  }
}

/** A worker could not start, or ended before its time. */
export class WorkerError extends EpochalError<"WorkerError"> {}

/** A sequence cannot be sent to a worker. */
export class PortableError extends EpochalError<"PortableError"> {}

/** The loader was used in a way it does not allow: iterated twice at once, or after `close()`. */
export class LoaderError extends EpochalError<"LoaderError"> {}

/** The ledger found an index delivered twice or not at all: a defect of epochal, never of the user. */
export class LedgerError extends EpochalError<"LedgerError"> {}

/** A saved state does not belong to this sequence, seed, length or version. */
export class StateError extends EpochalError<"StateError"> {}

/** A file cannot be read or written: the disk is full, no permission, too many files open. */
export class FileError extends EpochalError<"FileError"> {
  /** The file's path. */
  readonly path: string;
  constructor(message: string, options: ErrorOptions & { readonly path: string }) {
    super(message, options);
    this.path = options.path;
  }
}

/** Where in a data set's file something stands. */
export interface DataLocation {
  /** The file's path or URL; undefined of data that were given as bytes. */
  readonly path?: string | undefined;
  /** The row, line or record in that file, from 0. */
  readonly row?: number | undefined;
  /** The sample's own name, where it has one, as in an archive. */
  readonly sample?: string | undefined;
  /** The byte in that file, from 0. */
  readonly offset?: number | undefined;
  /** The column, field or member. */
  readonly column?: string | undefined;
}

/** Data cannot be read, are not of the format they were taken for, or have changed since they were opened. */
export class DataError extends EpochalError<"DataError"> implements DataLocation {
  readonly path: string | undefined;
  readonly row: number | undefined;
  readonly sample: string | undefined;
  readonly offset: number | undefined;
  readonly column: string | undefined;
  constructor(message: string, options: ErrorOptions & DataLocation = {}) {
    super(message, options);
    this.path = options.path;
    this.row = options.row;
    this.sample = options.sample;
    this.offset = options.offset;
    this.column = options.column;
  }
}

/** A model cannot be trained: it is not compiled, its loss is no number, a class has no weight. */
export class TrainingError extends EpochalError<"TrainingError"> {}

/** What is needed is not there: an optional peer package, or WebAssembly where a policy forbids it. */
export class MissingPeerError extends EpochalError<"MissingPeerError"> {}

/** Every error there is: `error.name` tells which one. */
export type AnyEpochalError =
  | OptionError
  | IndexError
  | ShapeError
  | ImageError
  | BatchError
  | WorkerError
  | PortableError
  | LoaderError
  | LedgerError
  | StateError
  | FileError
  | DataError
  | TrainingError
  | MissingPeerError;

/** Name of an epochal error class. */
export type ErrorName = AnyEpochalError["name"];

/** The classes by name; here each gets its name. */
const classes: { readonly [N in ErrorName]: { readonly prototype: EpochalError<N> } } = {
  OptionError,
  IndexError,
  ShapeError,
  ImageError,
  BatchError,
  WorkerError,
  PortableError,
  LoaderError,
  LedgerError,
  StateError,
  FileError,
  DataError,
  TrainingError,
  MissingPeerError,
};
for (const [name, { prototype }] of Object.entries(classes))
  Object.defineProperty(prototype, "name", { value: name, writable: true, configurable: true });

/** The prototype of our class `name`, for an error that crossed a thread border; undefined for any other name. */
export function errorPrototype(name: string): EpochalError | undefined {
  return Object.hasOwn(classes, name) ? classes[name as ErrorName].prototype : undefined;
}

/**
 * Whether `error` was thrown by epochal, and by which class if `name` is given.
 *
 * @example
 * if (isEpochalError(error, "ImageError")) console.error(error.path);
 */
export function isEpochalError<N extends ErrorName = ErrorName>(
  error: unknown,
  name?: N,
): error is Extract<AnyEpochalError, { readonly name: N }> {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return name === undefined || ("name" in error && error.name === name);
}
