import type {
  BatchesOptions,
  CollateFunction,
  Dataset,
  KnownParts,
  SampleOf,
} from "../sequence/batching/batches.ts";
import type { Collated } from "../sequence/batching/collate.ts";
import type { PadCollator } from "../sequence/batching/pad.ts";
import type { AnyBatch } from "../sequence/combinators/combinator.ts";
import type { batchType, Sequence } from "../sequence/sequence.ts";
import { DataLoader as Loader } from "./data-loader.ts";
import type { DataLoaderOptions } from "./options.ts";

/** How a {@link DataLoader} of samples works: as {@link DataLoaderOptions} and those of `batches` say. */
export interface SampleLoaderOptions extends DataLoaderOptions, BatchesOptions {
  /** Whether the samples are shuffled anew each epoch, all of them. Default false. */
  readonly shuffle?: boolean;
  /** What order and `context.random` are drawn from. Default 0, or the state's. */
  readonly seed?: number;
}

/** What samples are and a Sequence is not: its batches are made. */
export interface NoSequence {
  readonly [batchType]?: never;
}

/**
 * Loads the batches of a sequence, or of samples, in parallel and hands them out in order, each exactly once per epoch.
 *
 * Each `for await` is one epoch, and the next one continues with the next epoch. A batch belongs to whoever receives
 * it. Leaving a loop ends its epoch; the workers stay until `close()`, `await using`, or the end of the program, which
 * they do not delay.
 */
export interface DataLoader<B> extends Loader<B> {}

/** What a {@link DataLoader} is made of. A class cannot say that its type follows from samples; this can. */
export interface DataLoaderConstructor {
  /**
   * A loader of samples, put into batches as by `batches`; `shuffle` shuffles the samples.
   *
   * @throws OptionError, StateError on options that are not what they should be.
   * @example
   * new DataLoader(photos, { batchSize: 32, shuffle: true, workers: 2 });
   */
  // Two type parameters, as bases that a subclass chooses from by their number must make the same.
  new <D extends Dataset<AnyBatch>, S extends SampleOf<D>>(
    dataset: D & KnownParts<SampleOf<D>> & NoSequence,
    options: SampleLoaderOptions & {
      /** How sequences of unequal length in the samples become one: `pad(…)`. */
      readonly collate?: PadCollator;
    },
  ): DataLoader<Collated<S>>;
  /** A loader of samples that `collate` makes batches of. */
  new <S extends AnyBatch, B extends AnyBatch>(
    dataset: Dataset<S> & NoSequence,
    options: SampleLoaderOptions & {
      /** Makes a batch of samples. */
      readonly collate: CollateFunction<NoInfer<S>, B>;
    },
  ): DataLoader<B>;
  /**
   * A loader of the batches of a sequence; `shuffle` shuffles whole batches, or the samples of `batches(dataset, …)`.
   *
   * @throws OptionError, StateError on options that are not what they should be.
   * @example
   * await using loader = new DataLoader(train, { workers: 2, shuffle: true, seed: 7 });
   * for await (const [x, y] of loader) { … } // epoch 0
   * for await (const [x, y] of loader) { … } // epoch 1
   */
  new <B>(sequence: Sequence<B>, options?: DataLoaderOptions): DataLoader<B>;
  /** What all loaders have. */
  readonly prototype: DataLoader<unknown>;
}

/**
 * Loads the batches of a sequence, or of samples, in parallel and hands them out in order, each exactly once per epoch.
 *
 * Each `for await` is one epoch, and the next one continues with the next epoch. A batch belongs to whoever receives
 * it. Leaving a loop ends its epoch; the workers stay until `close()`, `await using`, or the end of the program, which
 * they do not delay.
 */
export const DataLoader: DataLoaderConstructor = Loader;
