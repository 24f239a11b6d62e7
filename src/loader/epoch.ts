/**
 * One run through an epoch: hooks, plan, window, ledger and pool, put together.
 *
 * Invariants: `onEpochBegin` is awaited before the first fetch, `onEpochEnd` is called once after the last batch was
 * consumed or the epoch was left, whatever the reason; every way out (end, error, `return`, close) goes through
 * `finish`, which forgets the pool's jobs and lets the loader go. Batches leave in the order of the plan.
 */
import { BatchError } from "../core/errors.ts";
import { yieldIfDue } from "../core/event-loop.ts";
import { waitAtMost } from "../core/settle.ts";
import { warn, warnOnce } from "../core/warn.ts";
import { seconds } from "../core/watch.ts";
import { callHook, lengthOf, nameOf, type Sequence } from "../sequence/sequence.ts";
import { bytesOf } from "../tensor/transfer.ts";
import type { Outcome } from "../worker/pool/job.ts";
import type { Pool } from "../worker/pool/pool.ts";
import { endPatience } from "../worker/worker.ts";
import { batchError, thrownSentence } from "./batch-error.ts";
import { noteSources, refreshCaches } from "./caches.ts";
import { type Field, noteChanging } from "./contents.ts";
import { lease } from "./lease.ts";
import { Ledger } from "./ledger.ts";
import type { EpochReport } from "./observe/report.ts";
import type { BatchFacts } from "./observe/stats.ts";
import type { ResolvedOptions } from "./options.ts";
import { type Plan, planEpoch } from "./plan.ts";
import { prepareEpoch, type Seen } from "./resume.ts";
import type { LoaderState } from "./state.ts";
import { OrderedWindow } from "./window.ts";

/** A wait longer than this, in milliseconds, is said once. */
const stallAfter = 5000;

/** What a run needs of its loader. */
export interface EpochHost {
  readonly sequence: Sequence<unknown>;
  readonly options: ResolvedOptions;
  /** The pool, made on first use. */
  pool(): Promise<Pool>;
  /** Batches that may be out at once. */
  capacity(): number;
  /** The state that is gone on from, for the first epoch of a resumed loader. */
  readonly state: LoaderState | undefined;
  /** What the sequence holds now. */
  readonly fields: readonly Field[];
  /** Called when the epoch's length is known; throws if a state does not belong. */
  onLength(length: number): void;
  /** Takes the sequence as it is now for all workers; throws if it cannot be sent any more. */
  update(pool: Pool): void;
  /** The consumer has come for a batch, or has left. */
  onAsk(): void;
  /** The consumer waited, in milliseconds. */
  onWait(milliseconds: number): void;
  /** A batch is handed out. */
  onBatch(facts: BatchFacts): void;
  /** Called once when the run is over. */
  onFinish(): void;
}

/** A run through epoch `epoch` from the global position `start`. */
export class EpochRun {
  readonly epoch: number;
  readonly #host: EpochHost;
  readonly #start: number;
  readonly #ledger: Ledger;
  /** Kept alive while a batch is waited for: see iterator.ts. */
  holder: unknown;
  #pool: Pool | undefined;
  #plan: Plan | undefined;
  #window: OrderedWindow<Outcome> | undefined;
  #finishing: Promise<void> | undefined;
  /** Whether `onEpochBegin` has returned, and so `onEpochEnd` is owed. */
  #begun = false;
  /** Resolves when `onEpochBegin` has settled. */
  #beginning: Promise<unknown> | undefined;
  #complete = false;
  /** Index that could not be fetched. */
  #failed: number | undefined;
  /** What the sequence held as the epoch began, and holds now that it is over. */
  #seen: Seen | undefined;
  #inline = false;
  /** Why the loader ended this run; any value may be a reason. */
  #closed: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;
  #waitingSince = 0;
  #stalled = -1;
  #pending = 0;
  #last: Promise<unknown> | undefined;

  constructor(host: EpochHost, epoch: number, start: number) {
    this.#host = host;
    this.epoch = epoch;
    this.#start = start;
    this.#ledger = new Ledger(epoch);
  }

  /** Global position reached by what was consumed, and whether that is the epoch's end. */
  get progress(): { readonly position: number; readonly atEnd: boolean } {
    if (!this.#plan || !this.#window) return { position: this.#start, atEnd: false };
    return { position: this.#plan.position(this.#window.head), atEnd: this.#window.done };
  }

  /** What the sequence held as the epoch began; undefined before it has a plan. */
  get seen(): Seen | undefined {
    return this.planned ? this.#seen : undefined;
  }

  /** Whether the epoch got as far as having a plan. */
  get planned(): boolean {
    return this.#plan !== undefined;
  }

  /** Batches that the epoch delivers; undefined before it has a plan. */
  get steps(): number | undefined {
    return this.#plan?.steps;
  }

  get report(): EpochReport {
    return {
      epoch: this.epoch,
      expected: this.#plan?.steps ?? 0,
      delivered: this.#ledger.delivered,
      skipped: this.#ledger.skipped,
      failed: this.#failed,
      complete: this.#complete,
    };
  }

  /** The next batch; calls may overlap, and are answered in their order. */
  next(): Promise<IteratorResult<unknown, undefined>> {
    const turn = (): Promise<IteratorResult<unknown, undefined>> => this.#step();
    const step = this.#pending === 0 ? turn() : this.#last!.then(turn, turn);
    this.#pending++;
    this.#last = step;
    return step;
  }

  async #step(): Promise<IteratorResult<unknown, undefined>> {
    try {
      return await this.#take();
    } catch (error) {
      // What was thrown on the way out is thrown as it is; anything else ends the run first.
      return this.#finishing ? await Promise.reject(error) : await this.#fail(error);
    } finally {
      if (--this.#pending === 0) this.holder = undefined;
    }
  }

  async #take(): Promise<IteratorResult<unknown, undefined>> {
    if (!this.#window && !this.#finishing) await this.#begin();
    this.#host.onAsk();
    const window = this.#window;
    // Batches that lie ready would be a chain of microtasks. For others a worker sees to that.
    const turn = window?.ready ? yieldIfDue() : undefined;
    if (turn) await turn;
    while (window && !this.#finishing) {
      if (window.done) {
        this.#ledger.close(this.#plan!.steps);
        this.#complete = true;
        await this.#finish();
        return { done: true, value: undefined };
      }
      const waited = window.ready ? 0 : await this.#wait(window);
      if (this.#finishing) break;
      const index = this.#plan!.index(window.head);
      const outcome = window.peek();
      if (outcome.ok) {
        window.take();
        this.#fill();
        this.#ledger.deliver(index);
        const { worker, batch, counters } = outcome;
        this.#inline ||= worker.inline;
        lease(batch, worker);
        this.#host.onBatch({
          worker: worker.name,
          counters,
          waited,
          queued: window.waiting,
          bytes: bytesOf(batch),
        });
        return { done: false, value: batch };
      }
      const { epoch } = this;
      const position = this.#plan!.place(window.head);
      const error = batchError(outcome, { epoch, position, index, of: nameOf(this.#host.sequence) });
      if (this.#host.options.onError === "skip" && error instanceof BatchError) {
        window.take();
        this.#fill();
        this.#ledger.skip(index);
        warn("EPOCHAL_SKIPPED", `${error.message} The batch is left out, as onError is "skip".`);
      } else {
        // It stays the next one: whoever resumes begins with it.
        this.#failed = index;
        throw error;
      }
    }
    await this.#finishing;
    if (this.#closed) throw this.#closed.reason;
    return { done: true, value: undefined };
  }

  /** Leaves the epoch early. Whoever waits for a batch is told that there is none. */
  return(): Promise<void> {
    return this.#finish();
  }

  /** Ends the run because the loader ends; whoever waits, or asks again, gets `reason`. */
  async close(reason: unknown): Promise<void> {
    this.#closed ??= { reason };
    await this.#finish();
  }

  async #begin(): Promise<void> {
    const { sequence, options, fields, state } = this.#host;
    const { epoch } = this;
    const stopped = (): boolean => this.#finishing !== undefined;
    const beginning = prepareEpoch(sequence, { epoch, seed: options.seed, fields, state, stopped });
    this.#beginning = beginning.then(
      (seen) => {
        this.#seen = seen;
        this.#begun = true;
      },
      () => {},
    );
    await beginning;
    if (this.#finishing) return;
    const length = lengthOf(sequence);
    this.#host.onLength(length);
    const { seed, shuffle, shard } = options;
    const plan = planEpoch({ length, seed, epoch: this.epoch, shuffle, shard, start: this.#start });
    if (shard && plan.steps === 0 && this.#start === 0) {
      warnOnce(
        options,
        "EPOCHAL_EMPTY_SHARE",
        `Rank ${shard.rank} of ${shard.worldSize} has no share of the ${length} batches of ${nameOf(sequence)}, so its epochs end at once. Use fewer ranks, or make smaller batches.`,
      );
    }
    const pool = await this.#host.pool();
    if (this.#finishing) return;
    this.#host.update(pool);
    refreshCaches(sequence);
    pool.prepare(plan.steps);
    this.#plan = plan;
    this.#pool = pool;
    this.#window = new OrderedWindow({ end: plan.steps, capacity: this.#host.capacity() });
    this.#fill();
  }

  /** Submits what the window allows. */
  #fill(): void {
    const window = this.#window!;
    window.capacity = this.#host.capacity();
    for (let step = window.claim(); step !== undefined; step = window.claim()) this.#submit(step);
  }

  #submit(step: number): void {
    this.#pool!.submit({
      epoch: this.epoch,
      index: this.#plan!.index(step),
      settle: (outcome) => {
        const window = this.#window!;
        window.settle(step, outcome);
        if (!window.ready || this.#waitingSince === 0) return;
        // At once, so that an inline worker stops working ahead of the consumer that it has just served.
        this.#pool!.unref();
        this.#wake?.();
      },
    });
  }

  /** Waits until the head is ready or the run is over; how long it took, in milliseconds. */
  async #wait(window: OrderedWindow<Outcome>): Promise<number> {
    const since = performance.now();
    this.#waitingSince = since;
    // An inline worker does its work in here.
    this.#pool!.ref();
    if (!window.ready && !this.#finishing) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    this.#waitingSince = 0;
    const waited = performance.now() - since;
    this.#host.onWait(waited);
    return waited;
  }

  /** Says once for a batch that it is late, and what is being done about it. */
  checkStall(): void {
    const window = this.#window;
    if (this.#waitingSince === 0 || !window || this.#stalled === window.head) return;
    const waited = performance.now() - this.#waitingSince;
    if (waited < stallAfter) return;
    this.#stalled = window.head;
    const index = this.#plan!.index(window.head);
    warn(
      "EPOCHAL_STALL",
      `Waiting for ${seconds(waited)} for batch ${this.#plan!.place(window.head)} of epoch ${this.epoch} (getItem(${index}) of ${nameOf(this.#host.sequence)}): ${this.#pool!.describe(this.epoch, index)}.`,
    );
  }

  /** Finishes the run and throws `error`; an error of the hook on the way out is only mentioned. */
  async #fail(error: unknown): Promise<never> {
    await this.#finishQuietly("the epoch had failed");
    throw error;
  }

  /** Ends the run when its iterator was dropped: nobody is there to be told. */
  async abandon(): Promise<void> {
    await this.#finishQuietly("its loop had been abandoned");
  }

  async #finishQuietly(after: string): Promise<void> {
    try {
      await this.#finish();
    } catch (error) {
      warn("EPOCHAL_HOOK", `onEpochEnd(${this.epoch}) threw after ${after}: ${thrownSentence(error)}`);
    }
  }

  #finish(): Promise<void> {
    this.#finishing ??= this.#end();
    return this.#finishing;
  }

  async #end(): Promise<void> {
    this.#host.onAsk();
    this.#pool?.cancel();
    this.#pool?.unref();
    this.#wake?.();
    const { sequence } = this.#host;
    try {
      // A hook that has begun is heard out, unless it takes for ever.
      if (this.#beginning) await waitAtMost(this.#beginning, endPatience);
      // An inline worker may still be reading the very instance that the hook is about to change.
      if (sequence.hasHooks) await this.#pool?.idle();
      if (this.#seen) {
        noteSources(sequence);
        noteChanging(sequence, this.#seen.after, { inline: this.#inline });
      }
      if (this.#begun) await callHook(sequence, "end", { epoch: this.epoch, seed: this.#host.options.seed });
    } finally {
      this.#host.onFinish();
    }
  }
}
