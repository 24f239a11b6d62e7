import { checkKnown } from "../../core/check.ts";
import { LoaderError } from "../../core/errors.ts";
import { DataLoader } from "../../loader/data-loader.ts";
import { resolveOptions } from "../../loader/options.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import type { Delivered } from "../../tensor/tree.ts";

/** Options of {@link OrderedEnqueuer}. */
export interface OrderedEnqueuerOptions {
  /** Child processes instead of threads. Default false. */
  readonly useMultiprocessing?: boolean;
  /** Whether batches come in a new random order each epoch. Default false. */
  readonly shuffle?: boolean;
  /** What the order is drawn from. Default 0. */
  readonly seed?: number;
}

/**
 * Loads a sequence in parallel and in order, epoch after epoch without end, under Keras' name and with its methods.
 *
 * A `DataLoader` does the same with fewer calls, one epoch a loop, and says where it stands.
 *
 * @example
 * const enqueuer = new OrderedEnqueuer(train, { shuffle: true });
 * enqueuer.start(2, 10);
 * let steps = 0;
 * for await (const [x, y] of enqueuer.get()) if (++steps === 100) break;
 * await enqueuer.stop();
 */
export class OrderedEnqueuer<B> {
  readonly #sequence: Sequence<B>;
  readonly #options: OrderedEnqueuerOptions;
  #loader: DataLoader<B> | undefined;

  /** @throws OptionError if an option is not what it should be. */
  constructor(sequence: Sequence<B>, options: OrderedEnqueuerOptions = {}) {
    checkKnown("OrderedEnqueuer", options, ["useMultiprocessing", "shuffle", "seed"]);
    resolveOptions(options);
    this.#sequence = sequence;
    this.#options = options;
  }

  /** Whether `start` was called, and `stop` was not. */
  isRunning(): boolean {
    return this.#loader !== undefined;
  }

  /**
   * Makes the workers ready.
   *
   * @throws OptionError on wrong numbers; LoaderError if it runs already.
   */
  start(workers: number = 1, maxQueueSize: number = 10): void {
    if (this.#loader) throw new LoaderError("This OrderedEnqueuer runs already. Call stop() first.");
    this.#loader = new DataLoader(this.#sequence, { ...this.#options, workers, maxQueueSize });
  }

  /**
   * The batches, in order, over and over: `onEpochEnd` is called after each pass. Leaving the loop ends its pass.
   *
   * @throws LoaderError before `start`.
   */
  get(): AsyncIterable<Delivered<B>> {
    const loader = this.#loader;
    if (!loader) throw new LoaderError("This OrderedEnqueuer does not run. Call start() first.");
    return endless(loader);
  }

  /** Ends the workers. May be called twice. */
  async stop(): Promise<void> {
    const loader = this.#loader;
    this.#loader = undefined;
    await loader?.close();
  }
}

async function* endless<B>(loader: DataLoader<B>): AsyncGenerator<Delivered<B>, void, undefined> {
  for (;;) yield* loader;
}
