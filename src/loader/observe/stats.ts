/**
 * Where the time of a loader goes.
 *
 * Always on: two clock readings and a few additions a batch. The time while an epoch runs is split into two: waiting
 * for a batch, and all else, which is the consumer's. Percentiles come from a histogram whose classes are a fifth apart.
 */
import { addCounters, type Counters, noCounters } from "../../core/counters.ts";
import type { InFlight } from "../../worker/pool/in-flight.ts";
import type { LimitName } from "./judge.ts";
import { type CoreShares, ProcessLoad } from "./process-load.ts";
import { type Recent, RecentBatches, type RecentStats, recentStats } from "./recent.ts";

/** What one worker did. Times in milliseconds. */
export interface WorkerStats {
  /** As messages name it: `thread 2`. `other workers` stands for those after the first 64. */
  readonly name: string;
  /** Batches of it that were delivered. */
  readonly batches: number;
  /** In `getItem`, until the batch was finished; contains `read` and `decode`. */
  readonly fetch: number;
  /** In reading images' files, and in downloading any; several at once are counted as the time in which any was. */
  readonly read: number;
  /** In decoding images and running their steps. */
  readonly decode: number;
  /** Of the fetches, at work. */
  readonly cpu: number;
  /** Of the fetches, waiting: for the network, a timer, a disk. */
  readonly waiting: number;
  /** In handing batches over. */
  readonly transfer: number;
  /** Encoded bytes read. */
  readonly bytesRead: number;
}

/** What a loader measured: since it was made, and of late. Times in milliseconds. */
export interface LoaderStats {
  /** Batches delivered. */
  readonly batches: number;
  /** Bytes of the batches delivered. */
  readonly bytes: number;
  /** Time in which epochs ran: waiting and consuming. A wait that is not over is in `waiting` alone. */
  readonly elapsed: number;
  /** How long the consumer waited for batches. */
  readonly wait: {
    readonly total: number;
    /** Part of `elapsed` that the consumer spent waiting, 0 to 1. */
    readonly share: number;
    /** Median wait for a batch. */
    readonly p50: number;
    /** Wait that one batch in a hundred exceeds. */
    readonly p99: number;
  };
  /** How far workers are ahead of the consumer. */
  readonly queue: {
    /** Batches that lay ready when the consumer came for one, on average. */
    readonly mean: number;
    /** Batches that may exist ahead of the consumer at present. */
    readonly capacity: number;
  };
  /** Bytes of batch memory newly allocated; what was recycled is not counted. */
  readonly bytesAllocated: number;
  /** Workers at present. */
  readonly workers: number;
  /** Each worker that a delivered batch came from, those that were replaced included. */
  readonly perWorker: readonly WorkerStats[];
  /** The last seconds. */
  readonly recent: RecentStats;
  /** The batch that the consumer waits for, and since when by `performance.now()`; undefined where it does not wait. */
  readonly waiting: { readonly epoch: number; readonly index: number; readonly since: number } | undefined;
  /** What each worker is at now. */
  readonly inFlight: readonly InFlight[];
  /** What limits the loader at present, in one word; `explain()` says it in a sentence. */
  readonly limit: LimitName;
}

/** What {@link StatsKeeper} does not know of a loader. */
export type ElsewhereStats = Pick<LoaderStats, "workers" | "waiting" | "inFlight" | "limit"> & {
  readonly capacity: number;
};

/** What is known of a batch when it is handed out. */
export interface BatchFacts {
  readonly worker: string;
  readonly epoch: number;
  readonly index: number;
  readonly counters: Counters;
  /** Milliseconds that the consumer waited for it, and before it for others that could not be had. */
  readonly waited: number;
  /** When its worker was ready, in milliseconds of `performance.now()`. */
  readonly readyAt: number;
  /** When a try to fetch it, or another one before it, failed last, likewise; 0 for never. */
  readonly failedAt: number;
  /** Whether it is its worker's first. */
  readonly first: boolean;
  /** Batches that lie ready behind it. */
  readonly queued: number;
  readonly bytes: number;
}

/** A worker's sum. */
interface Account {
  batches: number;
  readonly counters: Counters;
}

/** Accounts kept by name; workers that come and go after that share one. */
const mostAccounts = 64;

/** Collects what a loader measures. */
export class StatsKeeper {
  readonly #accounts = new Map<string, Account>();
  readonly #waits = new Durations();
  readonly #recent = new RecentBatches();
  readonly #load = new ProcessLoad();
  #batches = 0;
  #bytes = 0;
  #queued = 0;
  #waitTotal = 0;
  #consumed = 0;
  /** When a batch was handed out that the consumer still works on; 0 where it does not. */
  #handedOver = 0;
  /** What the consumer spent on the last batch. */
  #lastConsumed = 0;
  /** What hooks of the sequence took since the last batch. */
  #hooks = 0;
  #firstSkip: { readonly epoch: number; readonly message: string } | undefined;

  /** The consumer has come for a batch, or has left. */
  onAsk(): void {
    if (this.#handedOver === 0) return;
    this.#lastConsumed = performance.now() - this.#handedOver;
    this.#consumed += this.#lastConsumed;
    this.#handedOver = 0;
  }

  /** A wait of the consumer is over. */
  onWait(milliseconds: number): void {
    this.#waitTotal += milliseconds;
  }

  /** A hook of the sequence is over, for which there is neither a wait nor work of the consumer. */
  onHook(milliseconds: number): void {
    this.#hooks += milliseconds;
  }

  /** A batch could not be had, and is left out. */
  onSkip(epoch: number, { message }: Error): void {
    if (this.#firstSkip?.epoch !== epoch) this.#firstSkip = { epoch, message };
  }

  /** A batch was handed out; returns the milliseconds that the consumer spent on the one before and waiting. */
  onBatch(facts: BatchFacts): number {
    const { worker, counters, waited, queued, bytes } = facts;
    this.#batches++;
    this.#bytes += bytes;
    this.#queued += queued;
    this.#waits.add(waited);
    const account = this.#account(worker);
    account.batches++;
    addCounters(account.counters, counters);
    const consumed = this.#lastConsumed;
    const now = performance.now();
    this.#recent.add(facts, consumed, this.#hooks, now);
    this.#hooks = 0;
    this.#load.note(now);
    this.#handedOver = now;
    return waited + consumed;
  }

  /** The last batches. */
  get recent(): readonly Recent[] {
    return this.#recent.read();
  }

  /** Milliseconds that the consumer has worked on the batch that it has; 0 where it has none. */
  get consuming(): number {
    return this.#handedOver === 0 ? 0 : performance.now() - this.#handedOver;
  }

  /** What the first batch that was left out failed with, of the last epoch in which there was one. */
  get firstSkip(): string {
    return this.#firstSkip?.message ?? "";
  }

  /** Milliseconds that hooks of the sequence took since the last batch. */
  get hooks(): number {
    return this.#hooks;
  }

  /** What the program had of so many cores of late. */
  cores(cores: number): CoreShares {
    return this.#load.read(cores);
  }

  /** All of it, for people. */
  read({ workers, waiting, inFlight, limit, capacity }: ElsewhereStats): LoaderStats {
    const consuming = this.consuming;
    const elapsed = this.#waitTotal + this.#consumed + consuming;
    const accounts = [...this.#accounts];
    return {
      batches: this.#batches,
      bytes: this.#bytes,
      elapsed,
      wait: {
        total: this.#waitTotal,
        share: elapsed === 0 ? 0 : this.#waitTotal / elapsed,
        p50: this.#waits.quantile(0.5),
        p99: this.#waits.quantile(0.99),
      },
      queue: { mean: this.#batches === 0 ? 0 : this.#queued / this.#batches, capacity },
      bytesAllocated: accounts.reduce((sum, [, { counters }]) => sum + counters.allocated, 0),
      workers,
      perWorker: accounts.map(([name, { batches, counters }]) => ({
        name,
        batches,
        fetch: counters.fetchMs,
        read: counters.readMs,
        decode: counters.decodeMs,
        cpu: counters.cpuMs,
        waiting: counters.waitMs,
        transfer: counters.sendMs,
        bytesRead: counters.bytes,
      })),
      recent: recentStats(this.recent, consuming),
      waiting,
      inFlight,
      limit,
    };
  }

  #account(name: string): Account {
    const known = this.#accounts.get(name);
    if (known) return known;
    const key = this.#accounts.size < mostAccounts ? name : "other workers";
    const account = this.#accounts.get(key) ?? { batches: 0, counters: noCounters() };
    this.#accounts.set(key, account);
    return account;
  }
}

/** Counts of durations in classes that grow by a fifth, from a microsecond to hours. */
class Durations {
  readonly #counts = new Uint32Array(128);
  #total = 0;

  add(milliseconds: number): void {
    this.#counts[milliseconds <= 0.001 ? 0 : Math.min(127, Math.ceil(Math.log2(milliseconds * 1000) * 4))]!++;
    this.#total++;
  }

  /** The upper bound of the class in which the quantile lies, in milliseconds. */
  quantile(q: number): number {
    if (this.#total === 0) return 0;
    let left = q * this.#total;
    let i = 0;
    for (; i < 127; i++) {
      left -= this.#counts[i]!;
      if (left <= 0) break;
    }
    return i === 0 ? 0 : 2 ** (i / 4) / 1000;
  }
}
