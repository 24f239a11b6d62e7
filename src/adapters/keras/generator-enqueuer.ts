import { checkBoolean, checkInteger, checkKnown } from "../../core/check.ts";
import { LoaderError, OptionError } from "../../core/errors.ts";
import { fromGenerator, type GeneratorFactory, isStream, type Stream } from "../../sequence/generator.ts";
import type { Delivered } from "../../tensor/tree.ts";

/** A result that nobody may listen to yet, so a failure is kept as a value. */
type Settled<T> =
  | { readonly ok: true; readonly result: IteratorResult<T, void> }
  | { readonly ok: false; readonly error: unknown };

/**
 * Runs a generator ahead of whoever uses its batches, under the name that Keras had for it until version 2.
 *
 * At most `maxQueueSize` batches wait. There is one worker: with more, Keras runs a copy of the generator in each and
 * hands out the same batches again. For data with an index use a `Sequence` and {@link OrderedEnqueuer}.
 *
 * @example
 * const enqueuer = new GeneratorEnqueuer(async function* () { … });
 * enqueuer.start(1, 10);
 * for await (const batch of enqueuer.get()) { … }
 * await enqueuer.stop();
 */
export class GeneratorEnqueuer<B> {
  readonly #stream: Stream<B>;
  #size: number | undefined;
  #running: AsyncGenerator<Delivered<B>, void, undefined> | undefined;

  /** @throws OptionError with `useMultiprocessing: true`: each process would have a copy of the generator. */
  constructor(
    generator: GeneratorFactory<B> | Stream<B>,
    options: { readonly useMultiprocessing?: boolean } = {},
  ) {
    checkKnown("GeneratorEnqueuer", options, ["useMultiprocessing"]);
    const { useMultiprocessing = false } = options;
    checkBoolean("useMultiprocessing", useMultiprocessing);
    if (useMultiprocessing) throw copies();
    this.#stream = isStream(generator) ? (generator as Stream<B>) : fromGenerator(generator);
  }

  /** Whether `start` was called, and `stop` was not. */
  isRunning(): boolean {
    return this.#size !== undefined;
  }

  /**
   * Makes it ready: the generator runs once the batches of `get` are asked for, at most `maxQueueSize` ahead.
   *
   * @throws OptionError with more than one worker, or wrong numbers; LoaderError if it runs already.
   */
  start(workers: number = 1, maxQueueSize: number = 10): void {
    checkInteger("workers", workers);
    checkInteger("maxQueueSize", maxQueueSize, 1);
    if (workers > 1) throw copies();
    if (this.isRunning()) throw new LoaderError("This GeneratorEnqueuer runs already. Call stop() first.");
    this.#size = maxQueueSize;
  }

  /**
   * The batches in the generator's order.
   *
   * @throws LoaderError before `start`, and while an earlier `get` runs.
   */
  get(): AsyncIterable<Delivered<B>> {
    if (this.#size === undefined)
      throw new LoaderError("This GeneratorEnqueuer does not run. Call start() first.");
    if (this.#running) throw new LoaderError("This GeneratorEnqueuer is being read already.");
    this.#running = readAhead(this.#stream[Symbol.asyncIterator](), this.#size);
    return this.#running;
  }

  /** Closes the generator. May be called twice. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#size = undefined;
    await running?.return();
  }
}

async function* readAhead<T>(
  source: AsyncIterator<T, void>,
  size: number,
): AsyncGenerator<T, void, undefined> {
  const pull = (): Promise<Settled<T>> =>
    source.next().then(
      (result) => ({ ok: true, result }),
      (error: unknown) => ({ ok: false, error }),
    );
  // A generator answers its calls of `next` one after the other, and with `done` after it has ended or thrown.
  const queue = Array.from({ length: size }, pull);
  try {
    for (;;) {
      const settled = await queue.shift()!;
      if (!settled.ok) throw settled.error;
      if (settled.result.done) return;
      queue.push(pull());
      yield settled.result.value;
    }
  } finally {
    await source.return?.();
  }
}

function copies(): OptionError {
  return new OptionError(
    "A generator has one owner: with several workers each would run a copy of it, and every batch would come several times. Write a Sequence, whose batches have an index, and give that to OrderedEnqueuer or DataLoader.",
  );
}
