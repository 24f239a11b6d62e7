/** What `fit`, `evaluate` and `predict` load from: a sequence, a loader, arrays, or any iterable of batches. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { yieldIfDue } from "../../core/event-loop.ts";
import { DataLoader, isDataLoader } from "../../loader/data-loader.ts";
import { sequenceIn } from "../../loader/loader.ts";
import { type DataLoaderOptions, resolveOptions } from "../../loader/options.ts";
import { isShuffled } from "../../loader/state.ts";
import { RandomSampler } from "../../sampler/random.ts";
import { type Hooked, isCombinator } from "../../sequence/combinator.ts";
import { isStream } from "../../sequence/generator.ts";
import { isSequence } from "../../sequence/sequence.ts";
import type { LoadOptions } from "../options.ts";
import type { Trainable } from "../trainable.ts";
import { type FromArraysOptions, fromArrays, isArrays, refusePlain } from "./arrays.ts";
import type { BeginStep, Fetched } from "./feed.ts";

/**
 * The loader over `source`: a new one, or the one that was given.
 *
 * @throws OptionError if it is neither a sequence nor a loader, or a loader comes with options for a new one.
 */
export function openLoader(what: string, source: unknown, options: DataLoaderOptions): DataLoader<unknown> {
  if (isDataLoader(source)) {
    const given = Object.keys(options).find((name) => options[name as keyof DataLoaderOptions] !== undefined);
    if (given === undefined || given === "signal") return source;
    throw new OptionError(
      `\`${given}\` is for a loader that ${what} makes, but it was given a DataLoader. Give the option to the DataLoader.`,
    );
  }
  if (isSequence(source)) return new DataLoader(source, options);
  const kinds =
    what === "fit"
      ? "a Sequence, a DataLoader, a stream (fromGenerator) or a tuple [x, y] of tensors"
      : "a Sequence or a DataLoader";
  throw new OptionError(
    `${what} takes ${kinds}, got ${show(source)}. For samples, use batches(dataset, { batchSize }).`,
  );
}

/** What to load, and how. */
export interface Cut {
  readonly source: unknown;
  readonly load: LoadOptions;
}

/** How {@link cutArrays} cuts. */
export interface CutOptions extends FromArraysOptions {
  /** The options of the loader that will load them. */
  readonly load: LoadOptions;
}

/**
 * Arrays as a Sequence of their batches; everything else as it is.
 *
 * @throws OptionError for plain numbers in the place of tensors, samples in the place of batches, and a `batchSize` for
 *   what makes its own; what {@link Trainable.checkArrays} throws.
 */
export function cutArrays(what: string, model: Trainable, data: unknown, options: CutOptions): Cut {
  const { load, batchSize, shuffle } = options;
  if (typeof data !== "object" || data === null) return { source: data, load };
  const isSource = isSequence(data) || isDataLoader(data);
  if (!isSource && isArrays(data)) {
    model.checkArrays?.(what, data);
    return { source: fromArrays(data, { batchSize, shuffle }), load: inMemory(load) };
  }
  if (!isSource) {
    refusePlain(what, data);
    refuseSamples(what, data, { batchSize, shuffle });
    refuseOther(what, data);
  }
  if (batchSize === undefined) return { source: data, load };
  const name = what === "validationData" ? "validationBatchSize" : "batchSize";
  const kind = isSequence(data)
    ? "a Sequence"
    : isDataLoader(data)
      ? "a DataLoader"
      : "an iterable of batches";
  throw new OptionError(
    `\`${name}\` is for arrays only: ${kind} makes its own batches. Leave it out, and give the size where they are made, as in batches(dataset, { batchSize: ${batchSize} }).`,
  );
}

/** Refuses arrays, `[x, y]`, one of which is none. */
function refuseOther(what: string, data: object): void {
  if (!Array.isArray(data) || !data.some(isArrays)) return;
  const wrong = data.findIndex((element) => !isArrays(element));
  throw new OptionError(
    `${what} got ${["x", "y", "sampleWeight"][wrong] ?? `element ${wrong}`} of [x, y] as ${show(data[wrong])}. It must be a tensor, tensor(values), or a typed array (but a Uint8ClampedArray), or a tuple or record of them.`,
  );
}

/**
 * Refuses what comes in another order than that of its indices.
 *
 * @throws OptionError if `source` is shuffled: a loader by its option, or the samples of its batches.
 */
export function refuseShuffled(what: string, source: unknown): void {
  const byLoader = isDataLoader(source) && isShuffled(source.state());
  const sequence = isDataLoader(source) ? sequenceIn(source) : source;
  if (!byLoader && !(isSequence(sequence) && shuffles(sequence))) return;
  throw new OptionError(
    `${what} gives one row for each sample, in the order of the data, but these are shuffled. Leave \`shuffle\` out, or its sampler: ${what}(model, ${byLoader ? "sequence" : "batches(dataset, { batchSize })"}).`,
  );
}

/** Whether some samples of a sequence are shuffled by the batches that it is made of. */
function shuffles(node: Hooked): boolean {
  if (!isCombinator(node)) return false;
  const { shuffle, sampler } = node as { readonly shuffle?: unknown; readonly sampler?: object };
  const bySampler = sampler instanceof RandomSampler || (sampler && "shuffle" in sampler && sampler.shuffle);
  return shuffle === true || bySampler === true || node.combines().some(shuffles);
}

/** Refuses a dataset of samples, which gives no batches. */
function refuseSamples(what: string, data: object, { batchSize = 32, shuffle }: FromArraysOptions): void {
  if (Symbol.asyncIterator in data || Symbol.iterator in data) return;
  if (typeof (data as { readonly getItem?: unknown }).getItem !== "function") return;
  throw new OptionError(
    `${what} takes batches, and got a dataset of samples. Make batches of them: batches(dataset, { batchSize: ${batchSize}${shuffle ? ", shuffle: true" : ""} }). (What gives batches extends Sequence.)`,
  );
}

/** The options of a loader over arrays: they are cut in the program's own thread, and have shuffled their rows. */
function inMemory(options: LoadOptions): LoadOptions {
  // Those that are left out are to be what they should be, too.
  resolveOptions(options);
  const {
    workers: _workers,
    worker: _worker,
    useMultiprocessing: _kind,
    shuffle: _shuffle,
    ...rest
  } = options;
  return rest;
}

/** Something to run through several times. */
export interface Passes {
  /** Batches of a pass; undefined where unknown or endless. */
  steps(): number | undefined;
  /** Begins a pass: the one numbered `epoch`, or else the next. */
  open(epoch?: number): Pass;
  close(): Promise<void>;
}

/** Once through data. */
export interface Pass {
  /** The next batch, whose step has begun then, by `begin`; undefined after the last one. */
  next(begin: BeginStep): Promise<Fetched | undefined>;
  /** Ends the pass, wherever it is. */
  leave(): Promise<void>;
}

/** How {@link openPasses} loads. */
export interface PassesOptions {
  /** The loader's options, where it makes one. */
  readonly load: LoadOptions;
  readonly signal: AbortSignal | undefined;
  /** Steps that are taken of a pass. */
  readonly steps: number | undefined;
}

/** Passes over a sequence, a loader or an iterable of batches, in order; {@link cutArrays} has cut arrays before. */
export function openPasses(what: string, source: unknown, { load, signal, steps }: PassesOptions): Passes {
  const name = what === "validationData" ? "validationSteps" : "steps";
  if (isSequence(source) || isDataLoader(source)) {
    const loader = openLoader(what, source, isDataLoader(source) ? {} : { ...load, signal });
    checkEnds(what, loader.steps, { [name]: steps });
    return {
      steps: () => knownSteps(loader),
      open: (epoch) => {
        if (epoch !== undefined) loader.setEpoch(epoch);
        return passOf(loader[Symbol.asyncIterator]());
      },
      close: async () => {
        if (loader !== source) await loader.close();
      },
    };
  }
  if (
    typeof source === "object" &&
    source !== null &&
    (Symbol.asyncIterator in source || Symbol.iterator in source)
  ) {
    const iterable = source as (AsyncIterable<unknown> | Iterable<unknown>) & { readonly length?: unknown };
    checkEnds(what, iterable.length, { [name]: steps });
    return {
      steps: () => {
        const { length } = iterable;
        return typeof length === "number" && Number.isFinite(length) ? length : undefined;
      },
      open: (epoch) => {
        if (epoch !== undefined && isStream(source)) source.nextPass = epoch;
        return passOf(turning(iterable));
      },
      close: async () => {},
    };
  }
  throw new OptionError(
    `${what} takes a Sequence, a DataLoader, tensors, or an iterable of batches, got ${show(source)}.`,
  );
}

/** A pass that fetches each batch before its step begins. */
function passOf(iterator: AsyncIterator<unknown>): Pass {
  return {
    async next(begin) {
      const result = await iterator.next();
      if (result.done) return undefined;
      await begin();
      return { batch: result.value };
    },
    async leave() {
      await iterator.return?.();
    },
  };
}

/** The batches of `source`, with turns of the event loop in between. */
async function* turning(source: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown> {
  for await (const batch of source) {
    yield batch;
    await yieldIfDue();
  }
}

/**
 * Checks that a pass ends.
 *
 * @throws OptionError if a pass has no end, and `steps`, an option by its name, does not say where to stop.
 */
export function checkEnds(what: string, length: unknown, steps: Readonly<Record<string, unknown>>): void {
  const [[name, given]] = Object.entries(steps) as [[string, unknown]];
  if (length !== Number.POSITIVE_INFINITY || given !== undefined) return;
  throw new OptionError(
    `The data of ${what} have no end: their length is Infinity. Say with \`${name}\` how many batches to take.`,
  );
}

/** Steps of the pass over a loader that comes next; undefined where endless. */
export function knownSteps({ steps }: { readonly steps: number }): number | undefined {
  return Number.isFinite(steps) ? steps : undefined;
}
