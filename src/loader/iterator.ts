/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What the consumer holds of a run: an async iterator that ends the run when it is left, disposed of, or forgotten.
 */
import { nameAsyncDispose } from "../core/dispose.ts";
import { endWhenDropped, hasEnded } from "./dropped.ts";
import type { EpochRun } from "./epoch.ts";

// Outside of the class: it must not refer to the iterator.
const abandon = (run: EpochRun): void => void run.abandon();

/** Iterates over the batches of one epoch. */
export class EpochIterator<B> implements AsyncIterableIterator<B, undefined, undefined>, AsyncDisposable {
  readonly #ready: () => Promise<unknown> | undefined;
  readonly #open: () => EpochRun;
  #run: EpochRun | undefined;
  #over = false;

  /** `open` opens the run, once what `ready` loads is there; undefined where it is. */
  constructor(ready: () => Promise<unknown> | undefined, open: () => EpochRun) {
    this.#ready = ready;
    this.#open = open;
  }

  next(): Promise<IteratorResult<B, undefined>> {
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    if (!this.#run) {
      const loading = this.#ready();
      if (loading) return this.#nextAfter(loading);
      try {
        this.#run = this.#open();
      } catch (error) {
        this.#over = true;
        return Promise.reject(error);
      }
      endWhenDropped(this, this.#run, abandon);
    }
    const step = this.#run.next() as Promise<IteratorResult<B, undefined>>;
    // Once it failed, it is over: the failure is not told twice. This also holds the iterator while a batch is waited for.
    step.then(
      ({ done }) => {
        if (done) this.#end();
      },
      () => this.#end(),
    );
    return step;
  }

  async #nextAfter(loading: Promise<unknown>): Promise<IteratorResult<B, undefined>> {
    try {
      await loading;
    } catch (error) {
      this.#end();
      throw error;
    }
    return this.next();
  }

  #end(): void {
    this.#over = true;
    hasEnded(this);
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
