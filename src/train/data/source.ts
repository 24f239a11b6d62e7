/** What `fit`, `evaluate` and `predict` load from: a sequence, a loader, arrays, or any iterable of batches. */
import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { yieldIfDue } from "../../core/event-loop.ts";
import { DataLoader, isDataLoader } from "../../loader/data-loader.ts";
import type { DataLoaderOptions } from "../../loader/options.ts";
import { isSequence, type Sequence } from "../../sequence/sequence.ts";
import type { LoadOptions } from "../options.ts";
import { ArraySequence, isArrays } from "./arrays.ts";

/** Batches to train with. */
export type TrainSource<B> = Sequence<B> | DataLoader<B>;

/** Batches to test or predict with; arrays are cut into batches. An iterable is run through once for each pass. */
export type TestSource<B, A> = TrainSource<B> | AsyncIterable<A> | Iterable<A> | A;

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
    what === "fit" ? "a Sequence, a DataLoader or a stream (fromGenerator)" : "a Sequence or a DataLoader";
  throw new OptionError(
    `${what} takes ${kinds}, got ${show(source)}. For samples, use batches(dataset, { batchSize }).`,
  );
}

/** Something to run through several times. */
export interface Passes {
  /** Batches of a pass; undefined where unknown or endless. */
  steps(): number | undefined;
  /** Begins a pass: the one numbered `epoch`, or else the next. */
  open(epoch?: number): AsyncIterator<unknown> | Iterator<unknown>;
  close(): Promise<void>;
  /** False if a batch is fetched after its step has begun, as in Keras; then `steps` must be known. */
  readonly fetchesFirst?: boolean;
  /** Before `onTestBegin`. */
  before?(epoch: number): Promise<void>;
  /** After `onTestBegin`. */
  begin?(epoch: number): Promise<void>;
  /** Before `onTestEnd`. */
  end?(epoch: number): Promise<void>;
}

/** How {@link openPasses} loads. */
export interface PassesOptions extends LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Rows of a batch, where the data are arrays. */
  readonly batchSize?: number | undefined;
  /** Steps that are taken of a pass. */
  readonly steps?: number | undefined;
}

/** Passes over anything that `evaluate` and `predict` take, in the order of its indices. */
export function openPasses(what: string, source: unknown, options: PassesOptions): Passes {
  const { batchSize, steps, ...load } = options;
  const name = what === "validationData" ? "validationSteps" : "steps";
  if (isSequence(source) || isDataLoader(source)) {
    const loader = openLoader(what, source, isDataLoader(source) ? {} : load);
    checkEnds(what, loader.steps, { [name]: steps });
    return {
      steps: () => knownSteps(loader),
      open: (epoch) => {
        if (epoch !== undefined) loader.setEpoch(epoch);
        return loader[Symbol.asyncIterator]();
      },
      close: async () => {
        if (loader !== source) await loader.close();
      },
    };
  }
  if (typeof source === "object" && source !== null) {
    // A tuple of tensors is iterable as well; its elements are no batches.
    if (isArrays(source)) return openPasses(what, new ArraySequence(source, batchSize), {});
    const plain = plainKind(source);
    if (plain !== undefined) {
      throw new OptionError(
        `${what} got arrays of plain ${plain}s. Make them tensors: tensor(x), or [tensor(x), tensor(y)]${plain === "string" ? ", with numbers in the place of strings, such as classes.indexOf(label)" : ""}.`,
      );
    }
    if (Symbol.asyncIterator in source || Symbol.iterator in source) {
      checkEnds(what, (source as { readonly length?: unknown }).length, { [name]: steps });
      return iterate(source as AsyncIterable<unknown>);
    }
  }
  throw new OptionError(
    `${what} takes a Sequence, a DataLoader, tensors, or an iterable of batches, got ${show(source)}.`,
  );
}

/** What a JavaScript array has in it, at any depth, that should be in a tensor. */
function plainKind(value: unknown): "number" | "string" | undefined {
  if (typeof value === "number" || typeof value === "string") return typeof value as "number" | "string";
  if (!Array.isArray(value)) return undefined;
  for (const item of value) {
    const kind = plainKind(item);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

function iterate(source: AsyncIterable<unknown> | Iterable<unknown>): Passes {
  const length = (source as { readonly length?: unknown }).length;
  return {
    steps: () => (typeof length === "number" && Number.isFinite(length) ? length : undefined),
    open: () => turning(source),
    close: async () => {},
  };
}

/** The batches of `source`, with turns of the event loop in between. */
async function* turning(source: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown> {
  for await (const batch of source) {
    yield batch;
    await yieldIfDue();
  }
}

/** @throws OptionError if a pass has no end, and `steps`, an option by its name, does not say where to stop. */
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
