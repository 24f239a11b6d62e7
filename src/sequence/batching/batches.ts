/**
 * Samples become batches: a dataset whose `getItem` returns one sample becomes a Sequence whose `getItem` returns a
 * batch of them. Which samples is arithmetic on (seed, epoch, position), so a billion are as cheap as a thousand.
 */
import { gatheringChunk } from "#sequence/batching/gathering";
import { checkBoolean, checkIndex, checkInteger, checkKnown, checkSeed, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import type { Sampler } from "../../sampler/sampler.ts";
import { type AnyBatch, Combinator, type Hooked } from "../combinator.ts";
import type { Context } from "../context.ts";
import type { Awaitable, Returned, Sequence } from "../sequence.ts";
import { sampleCount } from "./choice.ts";
import type { Collated } from "./collate.ts";
import type { PadCollator } from "./pad.ts";

/** Samples by index: an array-like of your own, a file, a table. Anything with these two members, and maybe hooks. */
export interface Dataset<S> extends Hooked {
  /** Number of samples. */
  readonly length: number;
  /**
   * The sample at `index`. `context.index` is this index, and `context.random` is keyed by it: a sample is augmented the
   * same in whatever batch it falls.
   */
  getItem(index: number, context: Context): Awaitable<S>;
  /** The samples at `indices`, each as `getItem` gives it, where many at once are cheaper: see {@link Sequence.getItems}. */
  getItems?(indices: readonly number[], contexts: readonly Context[]): Awaitable<readonly S[]>;
}

/** What a dataset of lost tuples is compared with, so that the compiler's message says what to write. */
export interface NotATuple {
  readonly "annotate getItem's return as a tuple, getItem(i: number): [x: Tensor, y: number], or end it with `as const`": never;
}

/**
 * Nothing where TypeScript knows how many parts a sample has; else a type that no dataset has. `return [x, y]` in a
 * class, or in a constant of its own, is an array of any length, and which part is `x` would be lost in the batch.
 */
export type KnownParts<S> = S extends readonly unknown[]
  ? number extends S["length"]
    ? [S[number]] extends [number] | [bigint] | [boolean] | [string]
      ? unknown
      : NotATuple
    : unknown
  : unknown;

/** A sample of a dataset: `SampleOf<typeof photos>`. A Sequence's are its batches. */
export type SampleOf<D> = D extends Sequence<infer B> ? B : D extends Dataset<infer S> ? S : never;

/** Makes a batch of samples. */
export type CollateFunction<S, B> = (samples: S[], context: Context) => Awaitable<B>;

/** Options of {@link batches}. */
export interface BatchesOptions {
  /** Samples in a batch. */
  readonly batchSize: number;
  /** Whether the samples are shuffled anew each epoch, all of them. Default false. */
  readonly shuffle?: boolean;
  /** Fixes the order of the samples. Default: the loader's seed. */
  readonly seed?: number;
  /** Whether a last batch of fewer than `batchSize` samples is left out. Default false. */
  readonly dropLast?: boolean;
  /** Which samples, in which order, instead of all. Excludes `shuffle`. */
  readonly sampler?: Sampler;
}

/** A dataset in batches; made by {@link batches}. */
export class BatchSequence<S, B> extends Combinator<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/batching/batches#BatchSequence";
  readonly dataset: Dataset<S>;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number | undefined;
  readonly dropLast: boolean;
  readonly sampler: Sampler | undefined;
  readonly collate: CollateFunction<S, B> | PadCollator | undefined;

  constructor(
    dataset: Dataset<S>,
    options: BatchesOptions & { readonly collate?: CollateFunction<S, B> | PadCollator },
  ) {
    super();
    this.dataset = dataset;
    this.batchSize = options.batchSize;
    this.shuffle = options.shuffle ?? false;
    this.seed = options.seed;
    this.dropLast = options.dropLast ?? false;
    this.sampler = options.sampler;
    this.collate = options.collate;
  }

  get length(): number {
    const batches = sampleCount(this) / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    checkIndex("batches(…)", index, this.length);
    const { module } = gatheringChunk;
    return module ? module.gatherBatch(this, index, context) : gatherLate(this, index, context);
  }

  combines(): readonly Hooked[] {
    return [this.dataset];
  }

  override whyEmpty(): string | undefined {
    const samples = sampleCount(this);
    if (samples > 0)
      return `Its ${samples} samples do not fill a batch of ${this.batchSize}, and \`dropLast\` leaves out a smaller one. Lower \`batchSize\`, or leave \`dropLast\` out.`;
    return this.dataset.length > 0 ? "Its sampler chooses no sample." : undefined;
  }
}

/**
 * A dataset of samples as a Sequence of batches.
 *
 * `shuffle` shuffles all samples, anew each epoch, in O(1) memory; `shuffle` of a `DataLoader` over
 * them is the same. The samples of a batch are fetched concurrently where `getItem` returns promises. By default they are
 * collated by {@link collate}: each leaf is stacked into one buffer.
 *
 * TypeScript reads `[x, y]` as a tuple where the dataset is written in the call. In a class, or a constant of its own,
 * annotate what `getItem` returns, `getItem(i: number): [x: Tensor<"float32">, label: number]`, or end it with
 * `as const`; the compiler says so where it is missing.
 *
 * @throws OptionError if an option is not what it should be, or `sampler` and `shuffle` are both given.
 * @example
 * // [28, 28, 3] and [] become [32, 28, 28, 3] and [32]: Sequence<[Tensor<"float32">, Tensor<"int32">]>
 * const train = batches(
 *   {
 *     length: files.length,
 *     getItem: (i) => [resize(imread(files[i]!), [28, 28]), tensor(labels[i]!, "int32")],
 *   },
 *   { batchSize: 32, shuffle: true, dropLast: true },
 * );
 */
export function batches<D extends Dataset<AnyBatch>>(
  dataset: D & KnownParts<SampleOf<D>>,
  options: BatchesOptions & { readonly collate?: PadCollator },
): Sequence<Collated<SampleOf<D>>>;
export function batches<S, B extends AnyBatch>(
  dataset: Sequence<S>,
  options: BatchesOptions & { readonly collate: CollateFunction<NoInfer<S>, B> },
): Sequence<B>;
export function batches<S extends AnyBatch, B extends AnyBatch>(
  dataset: Dataset<S>,
  options: BatchesOptions & { readonly collate: CollateFunction<NoInfer<S>, B> },
): Sequence<B>;
export function batches(
  dataset: Dataset<unknown>,
  options: BatchesOptions & { readonly collate?: CollateFunction<unknown, unknown> | PadCollator },
): Sequence<unknown> {
  checkOptions(dataset, options);
  return new BatchSequence(dataset, options);
}

/** Names of all options of {@link batches}. */
export const batchOptionNames: readonly string[] = [
  "batchSize",
  "shuffle",
  "seed",
  "dropLast",
  "collate",
  "sampler",
];

function checkOptions(
  dataset: Dataset<unknown>,
  options: BatchesOptions & { readonly collate?: unknown },
): void {
  if (typeof dataset?.getItem !== "function") {
    const hint = Array.isArray(dataset)
      ? " For an array of samples: { length: samples.length, getItem: (i) => samples[i] }."
      : "";
    throw new OptionError(
      `batches() takes a dataset with \`length\` and \`getItem(index)\`, got ${show(dataset)}.${hint}`,
    );
  }
  checkKnown("batches()", options, batchOptionNames);
  const { batchSize, seed, sampler, shuffle = false, dropLast = false, collate } = options;
  checkInteger("batchSize", batchSize, 1);
  checkBoolean("shuffle", shuffle);
  checkBoolean("dropLast", dropLast);
  if (seed !== undefined) checkSeed("seed", seed);
  if (
    collate !== undefined &&
    typeof collate !== "function" &&
    typeof (collate as PadCollator | null)?.collate !== "function"
  ) {
    throw new OptionError(`\`collate\` must be a function of the samples or pad(), got ${show(collate)}.`);
  }
  if (sampler === undefined) return;
  if (shuffle) {
    throw new OptionError(
      "batches() takes `shuffle` or `sampler`, not both: a sampler says itself how it shuffles.",
    );
  }
  if (typeof (sampler as Sampler | null)?.order !== "function") {
    throw new OptionError(
      `\`sampler\` must have \`length\` and \`order({ seed, epoch })\`, got ${show(sampler)}.`,
    );
  }
  const own = (sampler as { readonly batchSize?: unknown }).batchSize;
  if (own !== undefined && own !== batchSize) {
    throw new OptionError(
      `The sampler makes batches of ${show(own)}, but \`batchSize\` is ${batchSize}. Give both the same.`,
    );
  }
}

async function gatherLate<S, B>(
  sequence: BatchSequence<S, B>,
  index: number,
  context: Context,
): Promise<Returned<NoInfer<B>>> {
  const { gatherBatch } = await gatheringChunk.load();
  return gatherBatch(sequence, index, context);
}
