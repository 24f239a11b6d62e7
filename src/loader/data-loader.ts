/**
 * The loader: iterates over a sequence in epochs, with workers that live as long as it does.
 *
 * A facade: everything about one epoch is in epoch.ts, where the loader stands in position.ts, who fetches in crew.ts.
 */

import { checkInteger } from "../core/check.ts";
import { availableCores } from "../core/cores.ts";
import { nameAsyncDispose } from "../core/dispose.ts";
import { LoaderError } from "../core/errors.ts";
import type { Dataset } from "../sequence/batching/batches.ts";
import { loadedBy } from "../sequence/batching/loaded.ts";
import type { Sequence } from "../sequence/sequence.ts";
import type { Delivered } from "../tensor/tree.ts";
import { Crew } from "./crew.ts";
import { closeOnAbort, endWhenDropped, hasEnded } from "./dropped.ts";
import { EpochRun } from "./epoch.ts";
import { EpochIterator } from "./iterator.ts";
import type { Leased } from "./lease.ts";
import { explain } from "./observe/explain.ts";
import { addTo, type LoaderReport, noEpochs, type PastEpochs, report } from "./observe/report.ts";
import { type LoaderStats, StatsKeeper } from "./observe/stats.ts";
import { type DataLoaderOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { planEpoch } from "./plan.ts";
import { Position } from "./position.ts";
import type { LoaderState } from "./state.ts";

/** Marks loaders, the same across two copies of the package. */
const brand = Symbol.for("epochal.loader");

// Outside of the class: it must not refer to the loader. A run that was dropped with it may have its hook called only once
// nobody works on the sequence, which a worker that has ended cannot tell.
const closeCrew = (crew: Crew): void => void crew.idle().then(() => crew.close());

/**
 * Loads the batches of a sequence in parallel and hands them out in order, each exactly once per epoch.
 *
 * Each `for await` is one epoch, and the next one continues with the next epoch. A batch belongs to whoever receives
 * it. Leaving a loop ends its epoch; the workers stay until `close()`, `await using`, or the end of the program, which
 * they do not delay.
 *
 * @throws OptionError, StateError on options that are not what they should be.
 * @example
 * await using loader = new DataLoader(train, { workers: 2, shuffle: true, seed: 7 });
 * for await (const [x, y] of loader) { … } // epoch 0
 * for await (const [x, y] of loader) { … } // epoch 1
 */
export class DataLoader<B> implements AsyncIterable<Leased<Delivered<B>>>, AsyncDisposable {
  readonly #sequence: Sequence<unknown>;
  readonly #options: ResolvedOptions;
  readonly #stats = new StatsKeeper();
  readonly #crew: Crew;
  readonly #position: Position;
  /** The present or last run, and the sums of those before it. */
  #run: EpochRun | undefined;
  #past: PastEpochs = noEpochs;
  /** Why the loader is closed; any value may be a reason. */
  #closed: { readonly reason: unknown } | undefined;
  #closing: Promise<void> | undefined;
  #stopListening: (() => void) | undefined;

  constructor(of: Sequence<B> | Dataset<unknown>, given: DataLoaderOptions = {}) {
    const { sequence, options } = loadedBy(of, given);
    this.#sequence = sequence;
    this.#options = resolveOptions(options);
    this.#position = new Position(this.#sequence, this.#options);
    this.#crew = new Crew(this.#sequence, this.#options);
    endWhenDropped(this, this.#crew, closeCrew);
    this.#stopListening = closeOnAbort(this.#options.signal, this, DataLoader.#abort);
  }

  /** Number of the epoch that runs, or else of the next one. */
  get epoch(): number {
    return this.#position.epoch;
  }

  /**
   * Batches that a whole epoch delivers here, as PyTorch's `len(loader)`: of the sequence as it is now, all or this
   * rank's part. `Infinity` where the sequence has no end. The sequence's own `length` counts those of all ranks.
   */
  get length(): number {
    return this.#stepsFrom(0);
  }

  /** Batches that the epoch delivers here that runs, or comes next: `length`, or what is left of it after a resume. */
  get steps(): number {
    return this.#position.run?.steps ?? this.#stepsFrom(this.#position.start);
  }

  /** The seed that order and `context.random` are drawn from. */
  get seed(): number {
    return this.#options.seed;
  }

  /**
   * The batches of one epoch, in order. The epoch begins with the first `next()`.
   *
   * Rejects with a `BatchError` at the place of a batch that could not be had, a `LoaderError` if the loader is closed
   * or an epoch of it is still running, and whatever a hook throws.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Leased<Delivered<B>>, undefined, undefined> &
    AsyncDisposable {
    return new EpochIterator(() => this.#open());
  }

  /**
   * Has the next epoch be `epoch`, from its first batch. Not needed where epochs follow each other, as each loop goes
   * on with the next one.
   *
   * @throws LoaderError if an epoch of this loader is running.
   */
  setEpoch(epoch: number): void {
    checkInteger("epoch", epoch);
    this.#position.moveTo(epoch);
  }

  /** The batches of the next `count` epochs, one after the other. `loader.epoch` tells which one it is. */
  async *epochs(count: number): AsyncGenerator<Leased<Delivered<B>>, void, undefined> {
    checkInteger("count", count);
    for (let i = 0; i < count; i++) yield* this;
  }

  /**
   * Where the loader stands: what was consumed, not what was fetched ahead. A batch counts as consumed once it was
   * handed out. At an epoch's end it is the start of the next one. Readable JSON of at most 200 bytes.
   */
  state(): LoaderState {
    return this.#position.state();
  }

  /** What was delivered so far, and which faults were overcome. */
  report(): LoaderReport {
    return report(this.#run?.report, this.#past, this.#crew.faults);
  }

  /** Where the time goes: waiting, workers, queue, bytes. Always on; costs less than a hundredth of the time. */
  stats(): LoaderStats {
    const { workers, capacity } = this.#crew.setting;
    return this.#stats.read(workers, capacity);
  }

  /** In one sentence: what limits this loader, and what to change. */
  explain(): string {
    return explain(this.stats(), availableCores());
  }

  /**
   * Ends a running epoch and all workers. May be called twice. Iterating afterwards is a `LoaderError`. While a hook of the
   * sequence runs, which may be who calls, it resolves without it: the loop ends after the hook.
   */
  close(): Promise<void> {
    return this.#close(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  static #abort(loader: DataLoader<unknown>, reason: unknown): void {
    // An error of a hook on the way out reaches the consumer, who is inside the loop.
    loader.#close({ reason }).catch(() => {});
  }

  #close(abort: { readonly reason: unknown } | undefined): Promise<void> {
    this.#closing ??= this.#end(abort);
    // A hook of the sequence may be who asks: it is not kept waiting for its own end.
    return this.#position.run?.inHook ? this.#crew.close() : this.#closing;
  }

  async #end(abort: { readonly reason: unknown } | undefined): Promise<void> {
    this.#closed = abort ?? {
      reason: new LoaderError("The loader is closed. Make a new one to iterate again."),
    };
    this.#stopListening?.();
    hasEnded(this);
    try {
      await this.#position.run?.close(
        abort ? abort.reason : new LoaderError("The loader was closed while it was iterated."),
      );
    } finally {
      await this.#crew.close();
    }
  }

  #open(): EpochRun {
    if (this.#closed) throw this.#closed.reason;
    const parts = { sequence: this.#sequence, options: this.#options, crew: this.#crew, stats: this.#stats };
    const run = this.#position.enter((start) => new EpochRun({ ...parts, start }));
    if (this.#run) this.#past = addTo(this.#past, this.#run.report);
    this.#run = run;
    return run;
  }

  #stepsFrom(start: number): number {
    const { seed, shard } = this.#options;
    const { length } = this.#sequence;
    return planEpoch({ length, seed, epoch: 0, shuffle: false, shard, start }).steps;
  }
}

Object.defineProperty(DataLoader.prototype, brand, { value: true });
nameAsyncDispose(DataLoader.prototype);

/** Whether `value` is a loader, also one of another copy of the package. */
export function isDataLoader(value: unknown): value is DataLoader<unknown> {
  return typeof value === "object" && value !== null && brand in value;
}
