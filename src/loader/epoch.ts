/**
 * One run through an epoch: hooks, plan, window, ledger and crew, put together.
 *
 * Invariants: `onEpochBegin` is awaited before the first fetch, `onEpochEnd` is called once after the last batch was
 * consumed or the epoch was left, whatever the reason; every way out goes through `#end`, which has the crew forget the
 * run's jobs. Batches leave in the order of the plan. A run calls nobody back: its loader reads what it has come to.
 */
import { resumeChunk } from "#loader/resume";
import { BatchError, LoaderError } from "../core/errors.ts";
import { yieldIfDue } from "../core/event-loop.ts";
import { deferred } from "../core/settle.ts";
import { warn, warnOnce } from "../core/warn.ts";
import { seconds } from "../core/watch.ts";
import { lengthOf } from "../sequence/length.ts";
import { nameOf, type Sequence } from "../sequence/sequence.ts";
import { bytesOf } from "../tensor/transfer.ts";
import type { Outcome } from "../worker/pool/job.ts";
import { batchError } from "./batch-error.ts";
import { noteSources, refreshCaches } from "./caches.ts";
import { ConsumerWait } from "./consumer-wait.ts";
import { noteChanging } from "./contents.ts";
import type { Crew } from "./crew.ts";
import { EpochHooks, warnOfHook } from "./hooks.ts";
import { lease } from "./lease.ts";
import { Ledger } from "./ledger.ts";
import type { EpochStart, Seen } from "./marks.ts";
import { type Arrival, EpochEvents } from "./observe/epoch-events.ts";
import type { Observers } from "./observe/events.ts";
import type { EpochReport } from "./observe/report.ts";
import type { LoaderStats, StatsKeeper } from "./observe/stats.ts";
import type { ResolvedOptions } from "./options.ts";
import { type Plan, planEpoch } from "./plan.ts";
import { OrderedWindow } from "./window.ts";

/** What a run is made of. */
export interface EpochParts {
  readonly sequence: Sequence<unknown>;
  readonly options: ResolvedOptions;
  readonly crew: Crew;
  readonly stats: StatsKeeper;
  readonly observers: Observers;
  readonly start: EpochStart;
}

/** What ends a run: its last batch was consumed, its loop was left or forgotten, a batch or a hook failed, the loader ends. */
type Cause =
  | { readonly type: "consumed" | "left" | "dropped" | "failed" }
  // Any value may be a reason.
  | { readonly type: "closed"; readonly reason: unknown };

/** Where nobody is there to be told what `onEpochEnd` throws, or has something else to be told, it is only mentioned. */
const mentionedAfter: { readonly [T in Cause["type"]]?: string } = {
  dropped: "its loop had been abandoned",
  failed: "the epoch had failed",
};

type Step = IteratorResult<unknown, undefined>;

/** One run through one epoch: gives its batches in order, and says how far it has come. */
export class EpochRun {
  /** Where it began. */
  readonly start: EpochStart;
  readonly #sequence: Sequence<unknown>;
  readonly #options: ResolvedOptions;
  readonly #crew: Crew;
  readonly #stats: StatsKeeper;
  readonly #events: EpochEvents;
  readonly #ledger: Ledger;
  readonly #hooks: EpochHooks;
  #length: number | undefined;
  #plan: Plan | undefined;
  #window: OrderedWindow<Outcome> | undefined;
  /** Why the run ends, the first cause; and settled once it is over. */
  #cause: Cause | undefined;
  #ending: Promise<void> | undefined;
  #over = false;
  /** Index that could not be fetched. */
  #failed: number | undefined;
  /** Whether a batch came from the caller's own sequence. */
  #inline = false;
  readonly #consumer = new ConsumerWait();
  /** Calls of `next()` that are not answered, and the last of them. */
  #pending = 0;
  #last: Promise<unknown> | undefined;

  constructor({ sequence, options, crew, stats, observers, start }: EpochParts) {
    this.#sequence = sequence;
    this.#options = options;
    this.#crew = crew;
    this.#stats = stats;
    this.#events = new EpochEvents(observers, start.epoch);
    this.start = start;
    this.#ledger = new Ledger(start.epoch);
    this.#hooks = new EpochHooks(sequence, { start, seed: options.seed, stats });
  }

  /** Number of the epoch. */
  get epoch(): number {
    return this.start.epoch;
  }

  /** Whether it has ended and let go of everything: another run may begin. */
  get over(): boolean {
    return this.#over;
  }

  /** Global position reached by what was consumed, and whether that is the epoch's end. */
  get progress(): { readonly position: number; readonly atEnd: boolean } {
    if (!this.#plan || !this.#window) return { position: this.start.position, atEnd: false };
    return { position: this.#plan.reached(this.#window.head), atEnd: this.#window.done };
  }

  /** What the sequence held as the epoch began; undefined before it has a plan. */
  get seen(): Seen | undefined {
    return this.#plan && this.#hooks.seen;
  }

  /** Batches of the whole epoch; undefined before it is known, and a resumed state has been found to belong to it. */
  get length(): number | undefined {
    return this.#length;
  }

  /** Batches that the run delivers; undefined before it has a plan. */
  get steps(): number | undefined {
    return this.#plan?.steps;
  }

  /** What it has delivered, as proven by the ledger. */
  get report(): EpochReport {
    return {
      epoch: this.epoch,
      expected: this.#plan?.steps ?? 0,
      delivered: this.#ledger.delivered,
      skipped: this.#ledger.skipped,
      failed: this.#failed,
      complete: this.#cause?.type === "consumed",
    };
  }

  /** What the consumer waits for, and since when; undefined where it does not wait. */
  get waiting(): LoaderStats["waiting"] {
    const { since } = this.#consumer;
    if (since === 0) return undefined;
    return { epoch: this.epoch, index: this.#plan!.index(this.#window!.head), since };
  }

  /** Whether a hook of the sequence runs. */
  get inHook(): boolean {
    return this.#hooks.running !== undefined;
  }

  /** The next batch; calls may overlap, and are answered in their order. */
  next(): Promise<Step> {
    // There is nothing to come, and the hook that may be who asks would wait for its own end.
    if (this.#cause && this.inHook) return this.#nothing();
    // The step that goes on has called what asks: it would wait for itself.
    if (this.#hooks.asks || (this.#pending > 0 && !this.#last))
      return this.#refuse("was called by a hook or by getItem, which its loop waits for");
    const turn = (): Promise<Step> => this.#step();
    this.#pending++;
    const step = this.#last ? this.#last.then(turn, turn) : turn();
    this.#last = step;
    if (this.#hooks.asks === undefined && this.#pending === 2) void this.#hooks.doubt();
    return step;
  }

  /** Leaves the epoch early. Whoever waits for a batch is told that there is none. */
  return(): Promise<void> {
    return this.#endFor({ type: "left" });
  }

  /** Ends the run because the loader ends; whoever waits, or asks again, gets `reason`. */
  close(reason: unknown): Promise<void> {
    return this.#endFor({ type: "closed", reason });
  }

  /** Ends the run when its iterator was dropped. */
  abandon(): Promise<void> {
    return this.#end({ type: "dropped" });
  }

  async #step(): Promise<Step> {
    try {
      return await this.#take();
    } catch (error) {
      // What was thrown on the way out is thrown as it is; anything else ends the run first.
      if (!this.#cause) await this.#end({ type: "failed" });
      throw error;
    } finally {
      // The last batch is its consumer's: nothing of it is kept here.
      if (--this.#pending === 0) this.#last = undefined;
    }
  }

  async #take(): Promise<Step> {
    if (!this.#window && !this.#cause) await this.#begin();
    this.#stats.onAsk();
    const window = this.#window;
    // Batches that lie ready would be a chain of microtasks. For others a worker sees to that.
    const turn = window?.ready ? yieldIfDue() : undefined;
    if (turn) await turn;
    while (window && !this.#cause) {
      if (window.done) {
        this.#ledger.close(this.#plan!.steps);
        await this.#end({ type: "consumed" });
        break;
      }
      if (!window.ready) await this.#wait(window);
      if (this.#cause) break;
      const outcome = window.peek();
      if (outcome.ok) return { done: false, value: this.#deliver(outcome) };
      this.#skip(outcome);
    }
    await this.#ending;
    return this.#nothing();
  }

  /** What is told of a run that gives no more batches. */
  async #nothing(): Promise<Step> {
    if (this.#cause?.type === "closed") throw this.#cause.reason;
    return { done: true, value: undefined };
  }

  /** Ends the run, as who asked it for a batch would wait for ever. */
  #refuse(what: string): Promise<never> {
    const reason = new LoaderError(
      `next() ${what}: epoch ${this.epoch} of ${nameOf(this.#sequence)} is ended. Leave batches to the loop, or load them with a DataLoader of their own.`,
    );
    // What a hook throws then, the loop is told.
    this.#end({ type: "closed", reason }).catch(() => {});
    return Promise.reject(reason);
  }

  async #begin(): Promise<void> {
    const sequence = this.#sequence;
    const { seed, shuffle, shard } = this.#options;
    const { epoch, position, state } = this.start;
    await this.#hooks.begin(() => this.#cause !== undefined);
    if (this.#cause) return;
    const length = lengthOf(sequence);
    if (state) resumeChunk.module!.checkBelongs(state, sequence, { length, shuffle });
    this.#length = length;
    const plan = planEpoch({ length, seed, epoch, shuffle, shard, start: position });
    if (shard && plan.steps === 0 && position === 0)
      warnOnce(
        this.#options,
        "EPOCHAL_EMPTY_SHARE",
        `Rank ${shard.rank} of ${shard.worldSize} has no share of the ${length} batches of ${nameOf(sequence)}, so its epochs end at once. Use fewer ranks, or make smaller batches.`,
      );
    refreshCaches(sequence);
    this.#crew.prepare(plan.steps, () => this.#checkStall());
    this.#plan = plan;
    this.#window = new OrderedWindow({ end: plan.steps, capacity: 0 });
    this.#events.begun(plan.steps);
    this.#fill();
  }

  /** Submits what the window allows. */
  #fill(): void {
    const window = this.#window!;
    window.capacity = this.#crew.setting.capacity;
    for (let step = window.claim(); step !== undefined; step = window.claim()) this.#submit(step);
  }

  #submit(step: number): void {
    const index = this.#plan!.index(step);
    this.#crew.submit({
      epoch: this.epoch,
      index,
      settle: (outcome) => {
        const window = this.#window!;
        window.settle(step, outcome);
        if (outcome.ok) this.#events.arrived(outcome, index);
        if (!window.ready || this.#consumer.since === 0) return;
        // At once, so that an inline worker stops working ahead of the consumer that it has just served.
        this.#crew.unref();
        this.#consumer.wake();
      },
    });
  }

  /** Waits until the head is ready or the run is over. */
  async #wait(window: OrderedWindow<Outcome>): Promise<void> {
    this.#consumer.begin();
    // An inline worker does its work in here.
    this.#crew.ref();
    if (!window.ready && !this.#cause) await this.#consumer.woken();
    const span = this.#consumer.end();
    this.#stats.onWait(span.end - span.begin);
    // The head of a run that has ended is none. To say which it is costs a shuffle's draw.
    if (!this.#cause && this.#events.heard) this.#events.waited(this.#plan!.index(window.head), span);
  }

  /** Hands out the batch at the head, and has others fetched. */
  #deliver({ worker, batch, counters, readyAt, failedAt, first }: Arrival): unknown {
    const window = this.#window!;
    const index = this.#plan!.index(window.head);
    const position = this.#plan!.globalPosition(window.head);
    window.take();
    this.#fill();
    this.#ledger.deliver(index);
    this.#inline ||= worker.inline;
    lease(batch, worker);
    const facts = {
      worker: worker.name,
      epoch: this.epoch,
      index,
      counters,
      waited: this.#consumer.serve(),
      readyAt,
      failedAt: Math.max(failedAt, this.#consumer.gaveUpAt),
      first,
      queued: window.waiting,
      bytes: bytesOf(batch),
    };
    this.#crew.noteBatch(facts, this.#stats.onBatch(facts));
    this.#events.delivered(facts, position, batch);
    return batch;
  }

  /** Leaves out the batch at the head, which could not be had; throws where that is not what the user chose. */
  #skip(outcome: Extract<Outcome, { ok: false }>): void {
    const window = this.#window!;
    const index = this.#plan!.index(window.head);
    const position = this.#plan!.globalPosition(window.head);
    const error = batchError(outcome, { epoch: this.epoch, position, index, of: nameOf(this.#sequence) });
    if (this.#options.onError !== "skip" || !(error instanceof BatchError)) {
      // It stays the next one: whoever resumes begins with it.
      this.#failed = index;
      throw error;
    }
    window.take();
    this.#fill();
    this.#consumer.giveUp();
    this.#ledger.skip(index);
    this.#stats.onSkip(this.epoch, error);
    this.#events.skipped(index, error);
    warn("EPOCHAL_SKIPPED", `${error.message} The batch is left out, as onError is "skip".`);
  }

  /** Says once for a batch that it is late, and what is being done about it. */
  #checkStall(): void {
    const window = this.#window;
    const waited = window && this.#consumer.stalled(window.head);
    if (!window || waited === undefined) return;
    const index = this.#plan!.index(window.head);
    warn(
      "EPOCHAL_STALL",
      `Waiting for ${seconds(waited)} for batch ${this.#plan!.globalPosition(window.head)} of epoch ${this.epoch} (getItem(${index}) of ${nameOf(this.#sequence)}): ${this.#crew.describe(this.epoch, index)}.`,
    );
  }

  /** The way out. The first cause counts; what `onEpochEnd` throws then is thrown, or only mentioned. */
  #end(cause: Cause): Promise<void> {
    this.#cause ??= cause;
    if (!this.#ending) {
      // There before anything of the user's is called, which may end the run once more.
      const ending = deferred<void>();
      this.#ending = ending.promise;
      ending.resolve(this.#letGo(this.#cause));
    }
    return this.#ending;
  }

  /** {@link #end} for who may be a hook: it is not kept waiting for the hook that runs. What that throws, the loop is told. */
  #endFor(cause: Cause): Promise<void> {
    const ended = this.#end(cause);
    if (!this.inHook) return ended;
    ended.catch(() => {});
    return Promise.resolve();
  }

  async #letGo({ type }: Cause): Promise<void> {
    this.#stats.onAsk();
    this.#crew.cancel();
    this.#crew.unref();
    // The loader holds the run for what it tells; nobody takes these batches any more.
    this.#window?.clear();
    this.#consumer.wake();
    try {
      // Where there is nothing to hear out, onEpochEnd comes at once: the program may look.
      if (!this.#hooks.seen) await this.#hooks.hearOut();
      // An inline worker may still be reading the very instance that the hook is about to change.
      if (this.#sequence.hasHooks) await this.#crew.idle();
      const { seen } = this.#hooks;
      if (!seen) return;
      noteSources(this.#sequence);
      noteChanging(this.#sequence, seen.after, { inline: this.#inline });
      await this.#hooks.end();
    } catch (error) {
      const after = mentionedAfter[type];
      if (after === undefined) throw error;
      warnOfHook(`onEpochEnd(${this.epoch}) threw after ${after}`, error);
    } finally {
      this.#over = true;
      if (this.#plan) this.#events.ended(type === "consumed");
    }
  }
}
