/**
 * The loader: iterates over a sequence in epochs, with workers that live as long as it does.
 *
 * A facade: everything about one epoch is in epoch.ts, where the loader stands in position.ts, who fetches in crew.ts.
 */

import { checkInteger } from "../core/check.ts";
import { availableCores } from "../core/cores.ts";
import { nameAsyncDispose } from "../core/dispose.ts";
import { LoaderError } from "../core/errors.ts";
import { deferred } from "../core/settle.ts";
import { loadedBy } from "../sequence/batching/loaded.ts";
import { isSequence, type Sequence } from "../sequence/sequence.ts";
import type { Delivered } from "../tensor/tree.ts";
import { Crew } from "./crew.ts";
import type { DataLoader } from "./data-loader.ts";
import { closeOnAbort, endWhenDropped, hasEnded } from "./dropped.ts";
import { EpochRun } from "./epoch.ts";
import { EpochIterator } from "./iterator.ts";
import type { Leased } from "./lease.ts";
import { explain } from "./observe/explain.ts";
import { addTo, type LoaderReport, noEpochs, type PastEpochs, report } from "./observe/report.ts";
import { scatteredRows } from "./observe/scattered.ts";
import { type LoaderStats, StatsKeeper } from "./observe/stats.ts";
import { checkOptionNames, type DataLoaderOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { planEpoch } from "./plan.ts";
import { Position } from "./position.ts";
import type { LoaderState } from "./state.ts";

/** Marks loaders, and says what they load, the same across two copies of the package. */
const brand = Symbol.for("epochal.loader");

// Outside of the class: it must not refer to the loader. A run that was dropped with it may have its hook called only once
// nobody works on the sequence, which a worker that has ended cannot tell.
const closeCrew = (crew: Crew): void => void crew.idle().then(() => crew.close());

/** A {@link DataLoader} at run time. */
export class Loader<B> implements DataLoader<B> {
  static {
    const descriptor: PropertyDescriptor & ThisType<Loader<unknown>> = {
      get() {
        return this.#sequence;
      },
    };
    Object.defineProperty(Loader.prototype, brand, descriptor);
  }
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

  constructor(of: unknown, given: DataLoaderOptions = {}) {
    checkOptionNames(given, { ofSamples: !isSequence(of) });
    const { sequence, options } = loadedBy(of, given);
    this.#sequence = sequence;
    this.#options = resolveOptions(options);
    this.#position = new Position(this.#sequence, this.#options);
    this.#crew = new Crew(this.#sequence, this.#options);
    endWhenDropped(this, this.#crew, closeCrew);
    this.#stopListening = closeOnAbort(this.#options.signal, this, Loader.#abort);
  }

  get epoch(): number {
    return this.#position.epoch;
  }

  get length(): number {
    return this.#stepsFrom(0);
  }

  get steps(): number {
    return this.#position.run?.steps ?? this.#stepsFrom(this.#position.start);
  }

  get seed(): number {
    return this.#options.seed;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Leased<Delivered<B>>, undefined, undefined> &
    AsyncDisposable {
    return new EpochIterator(() => this.#open());
  }

  setEpoch(epoch: number): void {
    checkInteger("epoch", epoch);
    this.#position.moveTo(epoch);
  }

  async *epochs(count: number): AsyncGenerator<Leased<Delivered<B>>, void, undefined> {
    checkInteger("count", count);
    for (let i = 0; i < count; i++) yield* this;
  }

  state(): LoaderState {
    return this.#position.state();
  }

  report(): LoaderReport {
    return report(this.#run?.report, this.#past, this.#crew.faults);
  }

  stats(): LoaderStats {
    const { workers, capacity } = this.#crew.setting;
    return this.#stats.read(workers, capacity);
  }

  explain(): string {
    return explain(this.stats(), availableCores(), scatteredRows(this.#sequence));
  }

  close(): Promise<void> {
    return this.#close(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  static #abort(loader: Loader<unknown>, reason: unknown): void {
    // An error of a hook on the way out reaches the consumer, who is inside the loop.
    loader.#close({ reason }).catch(() => {});
  }

  #close(abort: { readonly reason: unknown } | undefined): Promise<void> {
    if (!this.#closing) {
      // There before anything of the user's is called, which may close the loader once more.
      const closing = deferred<void>();
      this.#closing = closing.promise;
      closing.resolve(this.#end(abort));
    }
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

// As messages and consoles show it.
Object.defineProperty(Loader, "name", { value: "DataLoader" });
nameAsyncDispose(Loader.prototype);

/** Whether `value` is a loader, also one of another copy of the package. */
export function isDataLoader(value: unknown): value is DataLoader<unknown> {
  return typeof value === "object" && value !== null && brand in value;
}

/** The sequence whose batches `loader` loads: of samples, the batches made of them. */
export function sequenceIn(loader: DataLoader<unknown>): Sequence<unknown> {
  return (loader as unknown as { readonly [brand]: Sequence<unknown> })[brand];
}
