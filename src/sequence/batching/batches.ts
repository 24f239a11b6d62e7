/**
 * Samples become batches: a dataset whose `getItem` returns one sample becomes a Sequence whose `getItem` returns a
 * batch of them. Which samples is arithmetic on (seed, epoch, position), so a billion are as cheap as a thousand.
 */
import {
  checkBoolean,
  checkIndex,
  checkInteger,
  checkKnown,
  checkSeed,
  indexError,
  show,
} from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { settleEach, whenThere } from "../../core/settle.ts";
import { RandomSampler } from "../../sampler/random.ts";
import type { Order, Sampler } from "../../sampler/sampler.ts";
import { SequentialSampler } from "../../sampler/sequential.ts";
import { type AnyBatch, Combinator, type Hooked } from "../combinator.ts";
import { askingPass, type Context, deriveContext } from "../context.ts";
import { fetchGroup, readsGroups } from "../group.ts";
import { type Awaitable, nameOf, type Returned, type Sequence } from "../sequence.ts";
import { type Collated, collate } from "./collate.ts";
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
    const batches = samplesOf(this) / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    checkIndex("batches(…)", index, this.length);
    const { batchSize, dataset, sampler, collate } = this;
    const order = orderOf(this, context);
    const from = index * batchSize;
    const to = Math.min(from + batchSize, samplesOf(this));
    const choice = { dataset, sampler };
    const samples = readsGroups(dataset)
      ? fetchSamples(choice, { order, from, to }, context)
      : settleEach(to - from, (i) => fetchSample(choice, order(from + i), context));
    const collated = (settled: S[]) => collateBy(collate, settled, context) as Awaitable<Returned<B>>;
    return whenThere(samples, collated);
  }

  combines(): readonly Hooked[] {
    return [this.dataset];
  }

  override whyEmpty(): string | undefined {
    const samples = samplesOf(this);
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

/** The fields that say which samples there are. */
type Choice<S> = Pick<BatchSequence<S, unknown>, "dataset" | "sampler">;

/** Samples in an epoch. */
function samplesOf({ sampler, dataset }: Choice<unknown>): number {
  return sampler?.length ?? dataset.length;
}

/** An order, and what it was made of. */
interface MadeOrder {
  readonly sampler: Sampler | undefined;
  readonly shuffle: boolean;
  readonly length: number;
  readonly seed: number;
  readonly epoch: number;
  readonly order: Order;
}

/** The orders at hand, by pass and sequence, apart from these: they shall not travel to workers. */
const orders = new WeakMap<object, WeakMap<object, MadeOrder>>();

/**
 * The order of an epoch, made when its first batch is asked for, and kept for the pass that asks: a sampler may be another
 * one, or have been changed, by the next.
 */
function orderOf<S, B>(sequence: BatchSequence<S, B>, context: Context): Order {
  const pass = askingPass(context);
  if (pass === undefined) return makeOrder(sequence, context).order;
  const ofPass = orders.get(pass) ?? new WeakMap<object, MadeOrder>();
  const known = ofPass.get(sequence);
  const made = known && isOrderOf(known, sequence, context) ? known : makeOrder(sequence, context);
  if (made !== known) orders.set(pass, ofPass.set(sequence, made));
  return made.order;
}

function isOrderOf<S, B>(made: MadeOrder, sequence: BatchSequence<S, B>, { epoch, seed }: Context): boolean {
  return (
    made.epoch === epoch &&
    made.seed === (sequence.seed ?? seed) &&
    made.length === samplesOf(sequence) &&
    made.sampler === sequence.sampler &&
    made.shuffle === sequence.shuffle
  );
}

function makeOrder<S, B>(sequence: BatchSequence<S, B>, context: Context): MadeOrder {
  const { sampler, shuffle, seed = context.seed } = sequence;
  const { epoch } = context;
  const length = samplesOf(sequence);
  const chosen = sampler ?? (shuffle ? new RandomSampler(length) : new SequentialSampler(length));
  return { sampler, shuffle, length, seed, epoch, order: chosen.order({ seed, epoch }) };
}

function fetchSample<S>(choice: Choice<S>, index: number, context: Context): Awaitable<S> {
  checkChosen(choice, index);
  return choice.dataset.getItem(index, sampleContext(context, index));
}

/** The samples at positions `from` up to `to` of an order, all at once. */
function fetchSamples<S>(
  choice: Choice<S>,
  { order, from, to }: { readonly order: Order; readonly from: number; readonly to: number },
  context: Context,
): Awaitable<S[]> {
  const indices = Array.from({ length: to - from }, (_, i) => order(from + i));
  for (const index of indices) checkChosen(choice, index);
  const contexts = indices.map((index) => sampleContext(context, index));
  return fetchGroup(choice.dataset, indices, contexts) as Awaitable<S[]>;
}

function sampleContext(context: Context, index: number): Context {
  return deriveContext(context, index, { stream: "sample" });
}

function checkChosen({ dataset, sampler }: Choice<unknown>, index: number): void {
  if (!(Number.isInteger(index) && index >= 0 && index < dataset.length)) {
    throw indexError(
      sampler ? `${nameOf(sampler)} chose a sample that is not there: the dataset` : "The dataset",
      index,
      dataset.length,
    );
  }
}

function collateBy(
  how: CollateFunction<never, unknown> | PadCollator | undefined,
  samples: unknown[],
  context: Context,
): unknown {
  if (how === undefined) return collate(samples);
  return typeof how === "function" ? how(samples as never, context) : how.collate(samples);
}
