/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What a loader is to TypeScript: its members, and what `new DataLoader(…)` makes of sequences and of samples. What it does
 * is in loader.ts.
 */
import type {
  BatchesOptions,
  CollateFunction,
  Dataset,
  KnownParts,
  SampleOf,
} from "../sequence/batching/batches.ts";
import type { Collated } from "../sequence/batching/collate.ts";
import type { PadCollator } from "../sequence/batching/pad.ts";
import type { AnyBatch } from "../sequence/combinator.ts";
import type { batchType } from "../sequence/sequence.ts";
import type { Delivered } from "../tensor/tree.ts";
import type { Leased } from "./lease.ts";
import { Loader } from "./loader.ts";
import type { Observer } from "./observe/events.ts";
import type { LoaderReport } from "./observe/report.ts";
import type { LoaderStats } from "./observe/stats.ts";
import type { DataLoaderOptions } from "./options.ts";
import type { LoaderState } from "./state.ts";

export { isDataLoader } from "./loader.ts";

/** How a {@link DataLoader} of samples works: as {@link DataLoaderOptions} and those of `batches` say. */
export interface SampleLoaderOptions extends DataLoaderOptions, BatchesOptions {
  /** Whether the samples are shuffled anew each epoch, all of them. Default false. */
  readonly shuffle?: boolean;
  /** What order and `context.random` are drawn from. Default 0, or the state's. */
  readonly seed?: number;
}

/** What a Sequence is and samples are not: its batches are made. */
export interface MadeBatches<B, H = boolean> {
  /** The type of the batches. */
  readonly [batchType]?: B;
  /** Number of batches in an epoch. */
  readonly length: number;
  /** Whether hooks may change them between epochs. */
  readonly hasHooks: H;
  /** One of them. */
  at(index: number): Promise<unknown>;
}

/** The batches that a {@link DataLoader} makes of samples `D`: what `collate` makes, `C`, or else what is stacked. */
export type LoadedBatch<D, C> = [AnyBatch] extends [C]
  ? Collated<SampleOf<D>>
  : // By another name, so that `C` is inferred from `collate` alone, and not from where the loader goes.
    [C] extends [infer B]
    ? B
    : never;

/** More arguments than anybody gives: what is not meant by a call has no part in the compiler's message about it. */
export type NotMeant = [never, never, never];

/**
 * The options that a {@link DataLoader} of a sequence takes after it. `H` is what its `hasHooks` is; where it is something
 * else, no sequence was given.
 */
export type SequenceArguments<H> = [H] extends [boolean]
  ? [options?: DataLoaderOptions | undefined]
  : NotMeant;

/** The options that a {@link DataLoader} of samples `D` takes after them. */
export type SampleArguments<D, C> =
  D extends MadeBatches<unknown>
    ? NotMeant
    : // Where what was given is neither, that is what to say, and not what else is missing.
      Dataset<AnyBatch> extends D
      ? [options?: Partial<CollatedOptions<D, C>> | undefined]
      : [options: CollatedOptions<D, C>];

/** Options of a loader of samples `D`, and how they become a batch `C`. */
export interface CollatedOptions<D, C> extends SampleLoaderOptions {
  /** Makes a batch of samples, or says how sequences of unequal length in them become one: `pad(…)`. */
  readonly collate?: PadCollator | CollateFunction<SampleOf<D>, C>;
}

/**
 * Loads the batches of a sequence, or of samples, in parallel and hands them out in order, each exactly once per epoch.
 *
 * Each `for await` is one epoch, and the next one continues with the next epoch. A batch belongs to whoever receives
 * it. Leaving a loop ends its epoch; the workers stay until `close()`, `await using`, or the end of the program, which
 * they do not delay.
 */
export interface DataLoader<B> extends AsyncIterable<Leased<Delivered<B>>>, AsyncDisposable {
  /** Number of the epoch that runs, or else of the next one. */
  readonly epoch: number;

  /**
   * Batches that a whole epoch delivers here, as PyTorch's `len(loader)`: of the sequence as it is now, all or this
   * rank's part. `Infinity` where the sequence has no end. The sequence's own `length` counts those of all ranks.
   */
  readonly length: number;

  /** Batches that the epoch delivers here that runs, or comes next: `length`, or what is left of it after a resume. */
  readonly steps: number;

  /** The seed that order and `context.random` are drawn from. */
  readonly seed: number;

  /**
   * The batches of one epoch, in order. The epoch begins with the first `next()`.
   *
   * Rejects with a `BatchError` at the place of a batch that could not be had, a `LoaderError` if the loader is closed
   * or an epoch of it is still running, and whatever a hook throws.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Leased<Delivered<B>>, undefined, undefined> &
    AsyncDisposable;

  /**
   * Has the next epoch be `epoch`, from its first batch. Not needed where epochs follow each other, as each loop goes
   * on with the next one.
   *
   * @throws LoaderError if an epoch of this loader is running.
   */
  setEpoch(epoch: number): void;

  /** The batches of the next `count` epochs, one after the other. `loader.epoch` tells which one it is. */
  epochs(count: number): AsyncGenerator<Leased<Delivered<B>>, void, undefined>;

  /**
   * Where the loader stands: what was consumed, not what was fetched ahead. A batch counts as consumed once it was
   * handed out. At an epoch's end it is the start of the next one. Readable JSON of at most 200 bytes.
   */
  state(): LoaderState;

  /** What was delivered so far, and which faults were overcome. */
  report(): LoaderReport;

  /** Where the time goes: since the loader was made, and in the last seconds. Always on; costs less than a hundredth of the time. */
  stats(): LoaderStats;

  /**
   * In one sentence: what limits this loader, and what to change. Of the last ten seconds of loading; while a batch does not
   * come, of that.
   */
  explain(): string;

  /**
   * Has `observer` be told of what happens from now on: workers that start or are lost, each batch as it is asked for,
   * fetched, waited for and delivered, what in it was read and decoded when, retries, batches that are left out. What it
   * throws is a warning; it changes nothing that is loaded. It runs in the program's own thread, so a quick one is best.
   *
   * Returns a function that ends it.
   *
   * @throws OptionError if `observer` is no function.
   * @example
   * const stop = loader.observe((event) => {
   *   if (event.type === "fetched") console.log(event.index, event.end - event.begin);
   * });
   */
  observe(observer: Observer): () => void;

  /**
   * Ends a running epoch and all workers. May be called twice. Iterating afterwards is a `LoaderError`. While a hook of the
   * sequence runs, which may be who calls, it resolves without it: the loop ends after the hook.
   */
  close(): Promise<void>;
}

/** What a {@link DataLoader} is made of. A class cannot say that its type follows from samples; this can. */
export interface DataLoaderConstructor {
  /**
   * A loader of the batches of a sequence. `shuffle` shuffles samples where there are samples, as those of
   * `batches(dataset, …)`, and whole batches of any other sequence.
   *
   * @throws OptionError, StateError on options that are not what they should be.
   * @example
   * await using loader = new DataLoader(train, { workers: 2, shuffle: true, seed: 7 });
   * for await (const [x, y] of loader) { … } // epoch 0
   * for await (const [x, y] of loader) { … } // epoch 1
   */
  // Two signatures, of which one is meant by a call, so that the compiler has one thing to say. What is written beside it,
  // as the type of a variable, is compared with what is loaded and never taken for it.
  new <B, H = boolean>(of: MadeBatches<B, H> | (H & object), ...options: SequenceArguments<H>): DataLoader<B>;
  /**
   * A loader of samples, put into batches as by `batches`; `shuffle` shuffles the samples. The type of the batches follows
   * from them. A class that says it itself, as it extends `DataLoader<B>`, hands on `batches(samples, { … })`.
   *
   * @throws OptionError, StateError on options that are not what they should be.
   * @example
   * new DataLoader(photos, { batchSize: 32, shuffle: true, workers: 2 });
   */
  new <D extends Dataset<AnyBatch>, C extends AnyBatch>(
    of: D & KnownParts<SampleOf<D>>,
    ...options: SampleArguments<D, C>
  ): DataLoader<LoadedBatch<D, C>>;
  /** What all loaders have. */
  readonly prototype: DataLoader<unknown>;
}

export const DataLoader: DataLoaderConstructor = Loader as DataLoaderConstructor;
