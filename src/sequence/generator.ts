/**
 * Streams: batches from a generator, for data that has no index (a socket, a simulator, a log that is being written).
 *
 * Lineage: the generators that Keras' `fit` takes, which its reference page warns of. Made safe here: a stream has one
 * owner and is read in order by one consumer, so no worker runs a copy of it and no batch comes twice. What a
 * generator cannot do shows in its type: a {@link Stream} has no `getItem`, so a `DataLoader` does not take it, and it
 * has no state, so a run over it cannot be resumed in the middle. Where there is an index, write a `Sequence`.
 */
import { checkKnown, show } from "../core/check.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { yieldIfDue } from "../core/event-loop.ts";
import { run } from "../tensor/run.ts";
import type { Delivered } from "../tensor/tree.ts";
import type { AnyBatch } from "./combinator.ts";
import type { batchType } from "./sequence.ts";

/** Marks streams, the same across two copies of the package. */
const brand: unique symbol = Symbol.for("epochal.stream") as never;

/** Batches in the order in which a generator makes them. `fit`, `evaluate`, `predict` and `progress` take it. */
export interface Stream<B> extends AsyncIterable<Delivered<B>> {
  /** Batches in a pass: a number, Infinity for an endless stream, undefined where nobody knows. */
  readonly length: number | undefined;
  /** Number of the pass that begins next, from 0; `fit` sets it where a run is resumed. */
  nextPass: number;
  readonly [brand]: true;
  /** Carries the batch type, for inference only; no such property exists. */
  readonly [batchType]?: B;
}

/** What a generator is told. */
export interface StreamContext {
  /** Number of the pass that begins, from 0: seed your random numbers with it. */
  readonly pass: number;
  /** Aborted when the pass is left: hand it to `fetch` and other slow reads. */
  readonly signal: AbortSignal;
}

/** Makes a new generator for each pass. */
export type GeneratorFactory<B> = (context: StreamContext) => AsyncIterable<B> | Iterable<B>;

/** Options of {@link fromGenerator}. */
export interface StreamOptions {
  /**
   * Batches in a pass, which the generator must then make, no more and no fewer; Infinity for a generator that never
   * ends, with which `fit` wants `stepsPerEpoch`. Default: unknown, a pass ends when the generator does.
   */
  readonly length?: number;
}

/** Whether `value` is a stream, also one of another copy of the package. */
export function isStream(value: unknown): value is Stream<unknown> {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * A stream of the batches that a generator yields.
 *
 * `factory` is called once for each pass (each `for await`, each epoch of `fit`) and makes a new generator. An endless
 * one is called once and goes on over the epochs. Images among the batches are run before they are handed out.
 *
 * @throws OptionError if `factory` is no function or an option is not what it should be; while reading, if it gives no new generator, or another number of
 * batches than `length`. ShapeError for a batch that is null or undefined.
 * @example
 * const readings = fromGenerator<[x: Tensor<"float32">, y: Tensor<"float32">]>(async function* ({ signal }) {
 *   for await (const reading of sensor.read({ signal })) yield [reading.window, reading.label];
 * });
 * await fit(model, readings, { epochs: 3 });
 */
export function fromGenerator<B extends AnyBatch>(
  factory: GeneratorFactory<B>,
  options?: StreamOptions,
): Stream<B>;
export function fromGenerator<B>(factory: GeneratorFactory<B>, options?: StreamOptions): Stream<B>;
export function fromGenerator<B>(factory: GeneratorFactory<B>, options: StreamOptions = {}): Stream<B> {
  if (typeof factory !== "function") {
    throw new OptionError(
      `fromGenerator takes a function that makes a new generator for each pass, got ${show(factory)}. Write fromGenerator(async function* () { … }), without calling it.`,
    );
  }
  checkKnown("fromGenerator", options, ["length"]);
  const { length } = options;
  if (
    length !== undefined &&
    length !== Number.POSITIVE_INFINITY &&
    !(Number.isSafeInteger(length) && length > 0)
  ) {
    throw new OptionError(
      `\`length\` must be a whole number of batches of at least 1, or Infinity, got ${show(length)}.`,
    );
  }
  const seen = new WeakSet<object>();
  const stream: Stream<B> = {
    [brand]: true,
    length,
    nextPass: 0,
    [Symbol.asyncIterator]() {
      return readPass(factory, length, seen, () => stream.nextPass++);
    },
  };
  return stream;
}

async function* readPass<B>(
  factory: GeneratorFactory<B>,
  length: number | undefined,
  seen: WeakSet<object>,
  nextPass: () => number,
): AsyncGenerator<Delivered<B>, void, undefined> {
  const controller = new AbortController();
  const iterator = iteratorOf(factory({ pass: nextPass(), signal: controller.signal }), seen);
  let ended = false;
  try {
    for (let index = 0; ; index++) {
      await yieldIfDue();
      const result = await iterator.next().catch((error: unknown) => {
        ended = true;
        throw error;
      });
      if (result.done) {
        ended = true;
        if (length === undefined || index === length) return;
        throw new OptionError(
          `The generator ended after ${index} batches, but its stream's \`length\` is ${length}. Give the right length, or none.`,
        );
      }
      if (index === length) {
        throw new OptionError(
          `The generator yielded more than the ${length} batches of its stream's \`length\`. Give the right length, or \`length: Infinity\` for one that never ends.`,
        );
      }
      if (result.value === undefined || result.value === null) {
        throw new ShapeError(
          `The generator yielded ${result.value} instead of batch ${index}. Yield the batch, or nothing.`,
        );
      }
      yield run(result.value);
    }
  } finally {
    controller.abort();
    if (!ended) await iterator.return();
  }
}

/** The iterator of what a factory made, with one contract for sync and async ones. */
function iteratorOf<B>(
  made: AsyncIterable<B> | Iterable<B>,
  seen: WeakSet<object>,
): { next(): Promise<IteratorResult<B>>; return(): Promise<void> } {
  if (typeof made !== "object" || made === null || made instanceof Promise) {
    throw new OptionError(
      `The function given to fromGenerator must return a generator, got ${show(made)}. Write it as function* or async function*.`,
    );
  }
  if (!(Symbol.asyncIterator in made) && !(Symbol.iterator in made)) {
    throw new OptionError(
      `The function given to fromGenerator must return something to iterate over, got ${show(made)}.`,
    );
  }
  const iterator = Symbol.asyncIterator in made ? made[Symbol.asyncIterator]() : made[Symbol.iterator]();
  if (seen.has(iterator)) {
    throw new OptionError(
      "The function given to fromGenerator returned the same generator twice: it would be empty, or read by two. Make a new one in each call.",
    );
  }
  seen.add(iterator);
  return {
    next: async () => iterator.next(),
    return: async () => void (await iterator.return?.()),
  };
}
