/**
 * What the consumer holds of a run: an async iterator that ends the run when it is left, disposed of, or forgotten.
 *
 * The run does not refer to it except while a batch is waited for, so that an iterator nobody holds any more is
 * collected, and its run ended with it.
 */
import { nameAsyncDispose } from "../core/dispose.ts";
import type { EpochRun } from "./epoch.ts";

const forgotten = new FinalizationRegistry<EpochRun>((run) => void run.abandon());

/** Iterates over the batches of one epoch. */
export class EpochIterator<B> implements AsyncIterableIterator<B, undefined, undefined>, AsyncDisposable {
  readonly #open: () => EpochRun;
  #run: EpochRun | undefined;
  #over = false;

  constructor(open: () => EpochRun) {
    this.#open = open;
  }

  next(): Promise<IteratorResult<B, undefined>> {
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    if (!this.#run) {
      try {
        this.#run = this.#open();
      } catch (error) {
        this.#over = true;
        return Promise.reject(error);
      }
      forgotten.register(this, this.#run, this);
    }
    this.#run.holder = this;
    const step = this.#run.next() as Promise<IteratorResult<B, undefined>>;
    // Once it failed, it is over: the failure is not told twice.
    step.then(
      ({ done }) => {
        if (done) this.#end();
      },
      () => this.#end(),
    );
    return step;
  }

  /** Nothing is left to end: a loop that never lets the event loop turn would else pile up what it has finished. */
  #end(): void {
    this.#over = true;
    forgotten.unregister(this);
  }

  async return(): Promise<IteratorResult<B, undefined>> {
    this.#end();
    await this.#run?.return();
    return { done: true, value: undefined };
  }

  async throw(error?: unknown): Promise<IteratorResult<B, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
nameAsyncDispose(EpochIterator.prototype);
