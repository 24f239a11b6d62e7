/**
 * The loader: iterates over a sequence in epochs, with workers that live as long as it does.
 *
 * It owns the pool and the number of the next epoch; everything about one epoch is in epoch.ts.
 */

import { checkInteger, show } from "../core/check.ts";
import { availableCores } from "../core/cores.ts";
import { nameAsyncDispose } from "../core/dispose.ts";
import { LoaderError, OptionError } from "../core/errors.ts";
import { isSequence, type Sequence } from "../sequence/sequence.ts";
import type { Delivered } from "../tensor/tree.ts";
import type { PoolEvent } from "../worker/pool/job.ts";
import { Pool } from "../worker/pool/pool.ts";
import { type Field, fieldsOf } from "./contents.ts";
import { EpochRun } from "./epoch.ts";
import { EpochIterator } from "./iterator.ts";
import type { Leased } from "./lease.ts";
import { explain } from "./observe/explain.ts";
import {
  addTo,
  type EpochReport,
  type LoaderReport,
  type PastEpochs,
  report,
  type Tally,
} from "./observe/report.ts";
import { type BatchFacts, type LoaderStats, StatsKeeper } from "./observe/stats.ts";
import { Tuner } from "./observe/tuner.ts";
import { type DataLoaderOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { planEpoch } from "./plan.ts";
import { dataOf, firstEpochOf, type Moment, type Seen } from "./resume.ts";
import { checkFingerprint, checkPosition, fingerprint, type LoaderState, stateVersion } from "./state.ts";
import { crewOf, retune, type Staff, update, type WorkerKinds, workerKinds } from "./workers.ts";

/** Marks loaders, the same across two copies of the package. */
const brand = Symbol.for("epochal.loader");

/** Ends the workers of loaders that were dropped without `close()`. */
const dropped = new FinalizationRegistry<Pool>((pool) => void pool.close());

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
  readonly #sequence: Sequence<B>;
  readonly #options: ResolvedOptions;
  readonly #stats = new StatsKeeper();
  readonly #tuner: Tuner;
  readonly #tally: Tally = { retries: 0, workersLost: 0 };
  #pool: Promise<Pool> | undefined;
  #kinds: WorkerKinds | undefined;
  #run: EpochRun | undefined;
  #epoch: number;
  /** The first epoch of the run, and of those before it that it goes on from: where hooks have begun. */
  #first: number;
  /** Where the next epoch starts: 0, but for the first one after a resume. */
  #start: number;
  /** The state that is gone on from, until its epoch has begun. */
  #resumed: LoaderState | undefined;
  #length: number | undefined;
  /** What the sequence held when it was last looked at. */
  #fields: readonly Field[] = [];
  #past: PastEpochs = { epochs: 0, early: 0, delivered: 0, skipped: 0, failed: [] };
  #lastReport: EpochReport | undefined;
  /** Where an epoch was left early, or did not come to begin. */
  #left: (() => LoaderState) | undefined;
  /** Why the loader is closed; any value may be a reason. */
  #closed: { readonly reason: unknown } | undefined;
  #closing: Promise<void> | undefined;
  readonly #onAbort: () => void;

  constructor(sequence: Sequence<B>, options: DataLoaderOptions = {}) {
    if (!isSequence(sequence)) {
      throw new OptionError(
        `DataLoader takes a Sequence, got ${show(sequence)}. For samples, use batches(dataset, { batchSize }).`,
      );
    }
    this.#sequence = sequence;
    this.#options = resolveOptions(options);
    const { state, initialEpoch, signal, workers, maxQueueSize, memory } = this.#options;
    const fixed = (option: number | "auto"): number | undefined => (option === "auto" ? undefined : option);
    const cores = availableCores();
    this.#tuner = new Tuner({ workers: fixed(workers), maxQueueSize: fixed(maxQueueSize), memory, cores });
    this.#epoch = initialEpoch;
    this.#first = state ? firstEpochOf(state) : initialEpoch;
    this.#start = state?.position ?? 0;
    this.#resumed = state;
    // What no hook can change is refused at once where it does not belong.
    if (state) {
      checkFingerprint(state, fingerprint(sequence, undefined, this.#options.shuffle));
      if (!sequence.hasHooks) this.#checkLength(sequence.length);
    }
    // Weakly, here and below: a signal or a pool that lives long must not keep a dropped loader alive.
    const self = new WeakRef(this);
    this.#onAbort = () => {
      const loader = self.deref();
      // An error of a hook on the way out reaches the consumer, who is inside the loop.
      if (loader) loader.#close({ reason: signal?.reason }).catch(() => {});
    };
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Number of the epoch that runs, or else of the next one. */
  get epoch(): number {
    return this.#run?.epoch ?? this.#epoch;
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
    return this.#run?.steps ?? this.#stepsFrom(this.#start);
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
    this.#checkIdle();
    // Nothing has run yet, so this is where it begins.
    if (!this.#lastReport && this.#past.epochs === 0) this.#first = epoch;
    this.#epoch = epoch;
    this.#start = 0;
    this.#left = undefined;
    this.#resumed = undefined;
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
    // Nothing was consumed since: what it was made with holds, whatever a hook has done meanwhile.
    if (this.#resumed) return { ...this.#resumed };
    if (this.#run?.seen) return this.#stateOf(this.#run, this.#run.seen)();
    if (this.#left) return this.#left();
    // While an epoch begins, what the sequence held before its hook.
    return this.#stateBefore(this.#run ? this.#fields : this.#look())();
  }

  #look(): readonly Field[] {
    this.#fields = fieldsOf(this.#sequence as Sequence<unknown>, this.#fields);
    return this.#fields;
  }

  /** The state before the next epoch, or one that has not come to begin. */
  #stateBefore(fields: readonly Field[]): () => LoaderState {
    const seen = { before: fields, after: fields };
    return this.#makeState(this.#epoch, this.#start, seen, "begin");
  }

  #stateOf(run: EpochRun, seen: Seen): () => LoaderState {
    const { position, atEnd } = run.progress;
    if (atEnd) return this.#makeState(run.epoch + 1, 0, seen, "end");
    return this.#makeState(run.epoch, position, seen, position === 0 ? "begin" : "within");
  }

  /** A state, to be asked for: a short name for 100,000 paths takes 6 ms, which whoever leaves a loop need not wait. */
  #makeState(epoch: number, position: number, seen: Seen, moment: Moment): () => LoaderState {
    const { seed, shuffle } = this.#options;
    // Without hooks it makes no difference where they have begun.
    const first = this.#sequence.hasHooks ? this.#first : 0;
    // What an epoch's hooks will make of the length is not known before it has begun.
    const isOpen = position === 0 && this.#sequence.hasHooks;
    const length = isOpen ? undefined : (this.#length ?? this.#sequence.length);
    const where = { version: stateVersion, seed, epoch, position };
    const is = fingerprint(this.#sequence, length, shuffle);
    return () => ({ ...where, fingerprint: is, data: dataOf(seen, moment, first) });
  }

  /** What was delivered so far, and which faults were overcome. */
  report(): LoaderReport {
    return report(this.#run?.report ?? this.#lastReport, this.#past, this.#tally);
  }

  /** Where the time goes: waiting, workers, queue, bytes. Always on; costs less than a hundredth of the time. */
  stats(): LoaderStats {
    const { workers, capacity } = this.#tuner.setting;
    return this.#stats.read(workers, capacity);
  }

  /** In one sentence: what limits this loader, and what to change. */
  explain(): string {
    return explain(this.stats(), availableCores());
  }

  /** Ends a running epoch and all workers. May be called twice. Iterating afterwards is a `LoaderError`. */
  close(): Promise<void> {
    return this.#close(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #close(abort: { readonly reason: unknown } | undefined): Promise<void> {
    this.#closing ??= this.#end(abort);
    return this.#closing;
  }

  async #end(abort: { readonly reason: unknown } | undefined): Promise<void> {
    this.#closed = abort ?? {
      reason: new LoaderError("The loader is closed. Make a new one to iterate again."),
    };
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    try {
      await this.#run?.close(
        abort ? abort.reason : new LoaderError("The loader was closed while it was iterated."),
      );
    } finally {
      const pool = await this.#pool?.catch(() => undefined);
      await pool?.close();
    }
  }

  #open(): EpochRun {
    if (this.#closed) throw this.#closed.reason;
    this.#checkIdle();
    this.#rememberPast();
    const run: EpochRun = new EpochRun(
      {
        sequence: this.#sequence as Sequence<unknown>,
        options: this.#options,
        pool: () => this.#getPool(),
        capacity: () => this.#tuner.setting.capacity,
        state: this.#resumed,
        fields: this.#look(),
        onLength: (length) => {
          this.#checkLength(length);
          this.#resumed = undefined;
        },
        update: (pool) => update(this.#staff(pool)),
        onAsk: () => this.#stats.onAsk(),
        onWait: (milliseconds) => this.#stats.onWait(milliseconds),
        onBatch: (facts) => this.#onBatch(facts),
        onFinish: () => this.#onFinish(run),
      },
      this.#epoch,
      this.#start,
    );
    this.#run = run;
    return run;
  }

  #stepsFrom(start: number): number {
    const { seed, shard } = this.#options;
    const { length } = this.#sequence;
    return planEpoch({ length, seed, epoch: 0, shuffle: false, shard, start }).steps;
  }

  #checkIdle(): void {
    if (!this.#run) return;
    throw new LoaderError(
      `Epoch ${this.#run.epoch} of this loader is still running. Finish or leave that loop first, or make a second DataLoader over the sequence.`,
    );
  }

  #onFinish(run: EpochRun): void {
    this.#lastReport = run.report;
    this.#run = undefined;
    const { seen } = run;
    // It never began; the next loop tries the same epoch, whatever its hook has done by then.
    if (!seen) this.#left ??= this.#stateBefore(this.#fields);
    if (!seen) return;
    this.#fields = seen.after;
    this.#left = run.progress.atEnd ? undefined : this.#stateOf(run, seen);
    this.#epoch = run.epoch + 1;
    this.#start = 0;
  }

  #onBatch(facts: BatchFacts): void {
    const interval = this.#stats.onBatch(facts);
    const before = this.#tuner.setting;
    this.#tuner.observe({
      fetch: facts.counters.fetchMs,
      waited: facts.waited,
      interval,
      bytes: facts.bytes,
      bytesRead: facts.counters.bytes,
    });
    const { workers, keep } = this.#tuner.setting;
    if (workers === before.workers && keep === before.keep) return;
    void this.#pool?.then((pool) => retune(this.#staff(pool), before));
  }

  #staff(pool: Pool): Staff {
    return { pool, kinds: this.#kinds!, tuner: this.#tuner, options: this.#options };
  }

  #rememberPast(): void {
    if (this.#lastReport) this.#past = addTo(this.#past, this.#lastReport);
    this.#lastReport = undefined;
  }

  #checkLength(length: number): void {
    this.#length = length;
    const state = this.#resumed;
    if (!state) return;
    const open = state.position === 0 && this.#sequence.hasHooks;
    checkFingerprint(state, fingerprint(this.#sequence, open ? undefined : length, this.#options.shuffle));
    checkPosition(state, length);
  }

  #getPool(): Promise<Pool> {
    if (!this.#pool) {
      const making = this.#makePool();
      this.#pool = making;
      // A failure to make it is not for ever.
      making.catch(() => {
        if (this.#pool === making) this.#pool = undefined;
      });
    }
    return this.#pool;
  }

  async #makePool(): Promise<Pool> {
    const { timeout, retries, retryErrors } = this.#options;
    const kinds = workerKinds(this.#sequence as Sequence<unknown>, this.#options);
    this.#kinds = kinds;
    if (!kinds.remote) this.#tuner.stayInline();
    const { size, start } = crewOf(this.#tuner.setting.workers, kinds);
    const tally = this.#tally;
    const self = new WeakRef(this);
    const pool = new Pool({
      workers: size,
      start,
      timeout,
      retries,
      retryErrors,
      onEvent: (event) => count(event, tally),
      onTick: () => {
        const loader = self.deref();
        if (loader) loader.#run?.checkStall();
      },
    });
    dropped.register(this, pool);
    return pool;
  }
}

Object.defineProperty(DataLoader.prototype, brand, { value: true });
nameAsyncDispose(DataLoader.prototype);

/** Whether `value` is a loader, also one of another copy of the package. */
export function isDataLoader(value: unknown): value is DataLoader<unknown> {
  return typeof value === "object" && value !== null && brand in value;
}

/** Counts what happened to workers. Knows the tally only, so that the pool does not keep its loader alive. */
function count(event: PoolEvent, tally: Tally): void {
  if (event.type === "lost") tally.workersLost++;
  else tally.retries++;
}
