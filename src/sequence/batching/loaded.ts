/**
 * What a loader loads: a Sequence as it is, samples in batches, and `shuffle` where it belongs.
 *
 * A loader shuffles whole batches, as Keras does, which is right for a Sequence of the user's. Batches that were made of
 * samples in order would hold the same samples in every epoch, of a list sorted by class one class each; there `shuffle`
 * means the samples, as in PyTorch.
 */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { type Hooked, isCombinator } from "../combinator.ts";
import { isSequence, type Sequence } from "../sequence.ts";
import { type BatchesOptions, type BatchSequence, batches, type Dataset } from "./batches.ts";
import type { PadCollator } from "./pad.ts";

/** Options of a loader that say something of batches, and any others. */
type Options = Partial<BatchesOptions> & { readonly collate?: unknown };

/** What to load, with the options that are left for the loader. */
export interface Loaded<O> {
  readonly sequence: Sequence<unknown>;
  readonly options: O;
}

/**
 * What a loader over `source` loads. A dataset of samples, given with `batchSize`, becomes batches of them; `shuffle`
 * goes to the samples where there are samples. All other options are the loader's to check.
 *
 * @throws OptionError if `source` is neither, `batchSize` is missing, or `shuffle` would shuffle whole batches of samples.
 */
export function loadedBy<O extends object>(source: unknown, given: O): Loaded<O> {
  if (isSequence(source))
    return (given as Options).shuffle === true
      ? shuffled(source, given)
      : { sequence: source, options: given };
  if (!isDataset(source)) {
    throw new OptionError(
      `DataLoader takes a Sequence, or samples with \`batchSize\`, got ${show(source)}. ${
        Array.isArray(source)
          ? "Of an array of samples: { length: samples.length, getItem: (i) => samples[i] }."
          : "For samples, use batches(dataset, { batchSize })."
      }`,
    );
  }
  const { batchSize, shuffle, dropLast, sampler, collate, ...options } = given as Options;
  if (batchSize === undefined) {
    throw new OptionError(
      `A loader of samples needs \`batchSize\`: new DataLoader(dataset, { batchSize: 32 }), got ${show(source)} without. To load batches, extend Sequence.`,
    );
  }
  const how = { batchSize, shuffle, dropLast, sampler, collate } as BatchesOptions & {
    collate?: PadCollator;
  };
  return { sequence: batches(source, how), options: options as O };
}

/** The sequence and options of a loader with `shuffle`. */
function shuffled<O extends object>(sequence: Sequence<unknown>, options: O): Loaded<O> {
  if (
    isBatches(sequence) &&
    !sequence.shuffle &&
    sequence.sampler === undefined &&
    !inOrder(sequence.dataset)
  ) {
    return { sequence: withShuffle(sequence), options: { ...options, shuffle: false } };
  }
  for (const { shuffle, sampler } of batchesIn(sequence)) {
    if (shuffle) continue;
    throw new OptionError(
      sampler === undefined
        ? "`shuffle` of a loader would shuffle whole batches here, which hold the same samples in every epoch: the sequence is made of batches(…) in order. Give `shuffle: true` to batches(dataset, { … }) instead."
        : "`shuffle` of a loader would shuffle whole batches(…), whose samples a sampler chooses: leave it out. A sampler says itself how it shuffles, as new SubsetSampler(indices, { shuffle: true }).",
    );
  }
  return { sequence, options };
}

/** Whether samples are themselves batches of samples in order, which would stay together. */
function inOrder(dataset: unknown): boolean {
  return isSequence(dataset) && batchesIn(dataset).some(({ shuffle }) => !shuffle);
}

/**
 * The same batches with their samples shuffled: a view, in which everything else is the sequence's own, also what is
 * changed there later. It has a target of its own, as a view must show one that is sealed or frozen as it is.
 */
function withShuffle<B extends object>(sequence: B): B {
  const shuffle = { shuffle: true };
  const ownerOf = (name: string | symbol): object => (name === "shuffle" ? shuffle : sequence);
  return new Proxy(Object.create(Object.getPrototypeOf(sequence)) as B, {
    get: (_, name, view) => Reflect.get(ownerOf(name), name, view),
    set: (_, name, value) => Reflect.set(sequence, name, value),
    has: (_, name) => Reflect.has(sequence, name),
    ownKeys: () => Reflect.ownKeys(sequence),
    getOwnPropertyDescriptor: (_, name) => {
      const property = Reflect.getOwnPropertyDescriptor(ownerOf(name), name);
      return property && { ...property, configurable: true };
    },
  });
}

/** The batches of samples that a sequence is made of. */
function batchesIn(node: Hooked): readonly BatchSequence<unknown, unknown>[] {
  if (isBatches(node)) return [node];
  return isCombinator(node) ? node.combines().flatMap(batchesIn) : [];
}

/** Whether `node` was made by `batches`, also by that of another copy of the package. */
export function isBatches(node: Hooked): node is BatchSequence<unknown, unknown> {
  return isCombinator(node) && "batchSize" in node && "dataset" in node;
}

function isDataset(value: unknown): value is Dataset<NonNullable<unknown>> {
  return typeof (value as Partial<Dataset<unknown>> | null | undefined)?.getItem === "function";
}
