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

/** What a {@link DataLoader} is made of. A class cannot say that its type follows from samples; this can. */
export interface DataLoaderConstructor {
  /**
   * A loader of the batches of a sequence; `shuffle` shuffles whole batches, or the samples of `batches(dataset, …)`.
   *
   * @throws OptionError, StateError on options that are not what they should be.
   * @example
   * await using loader = new DataLoader(train, { workers: 2, shuffle: true, seed: 7 });
   * for await (const [x, y] of loader) { … } // epoch 0
   * for await (const [x, y] of loader) { … } // epoch 1
   */
  new <B>(sequence: Sequence<B>, options?: DataLoaderOptions): Loader<B>;
  /**
   * A loader of samples, put into batches as by `batches`; `shuffle` shuffles the samples.
   *
   * @throws OptionError, StateError on options that are not what they should be.
   * @example
   * new DataLoader(photos, { batchSize: 32, shuffle: true, workers: 2 });
   */
  new <D extends Dataset<AnyBatch>>(
    dataset: D & KnownParts<SampleOf<D>> & NoSequence,
    options: SampleLoaderOptions & { readonly collate?: PadCollator },
  ): Loader<Collated<SampleOf<D>>>;
  /** A loader of samples that `collate` makes batches of. */
  new <S extends AnyBatch, B extends AnyBatch>(
    dataset: Dataset<S> & NoSequence,
    options: SampleLoaderOptions & { readonly collate: CollateFunction<NoInfer<S>, B> },
  ): Loader<B>;
  /** What all loaders have. */
  readonly prototype: Loader<unknown>;
}

/** Loads the batches of a sequence, or of samples, in parallel and hands them out in order, each exactly once per epoch. */
export type DataLoader<B> = Loader<B>;

/** Loads the batches of a sequence, or of samples, in parallel and hands them out in order, each exactly once per epoch. */
export const DataLoader: DataLoaderConstructor = Loader;
