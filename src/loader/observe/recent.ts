/**
 * The last batches that were delivered, one by one: what a window of the last seconds is computed from.
 *
 * A ring of a fixed size, written without allocating; everything else is done when somebody asks.
 */
import type { Counters } from "../../core/counters.ts";
import type { SlowItem } from "./judge.ts";
import type { BatchFacts } from "./stats.ts";

/** Milliseconds that a window reaches back. */
const reach = 10_000;

/** Batches that it has at least, however slow they are. */
const least = 16;

/** Batches that are kept. */
const most = 1024;

/** Slow indices that are told. */
const slowestTold = 5;

/** One batch that was delivered. Times in milliseconds. */
export interface Recent {
  readonly epoch: number;
  readonly index: number;
  /** That the consumer waited for it. */
  readonly wait: number;
  /** Of it, while whoever fetched it was starting. */
  readonly start: number;
  /** Of it, for tries to fetch it that failed, and for batches before it that could not be had. */
  readonly failed: number;
  /** Whether it is the first that its worker has fetched. */
  readonly first: boolean;
  /** That the consumer spent on the batch before. */
  readonly consume: number;
  /** That hooks of the sequence took since the batch before. */
  readonly hooks: number;
  readonly counters: Times;
}

/** What a batch cost, as far as that is time. */
export type Times = Pick<Counters, "fetchMs" | "cpuMs" | "waitMs" | "readMs" | "decodeMs" | "sendMs">;

/** A median, and times that one batch in ten and one in a hundred exceed. In milliseconds. */
export interface Percentiles {
  /** The median. */
  readonly p50: number;
  /** What one in ten exceeds. */
  readonly p90: number;
  /** What one in a hundred exceeds. */
  readonly p99: number;
}

/** What a loader measured in the last ten seconds of loading, or over its last 16 batches where that is longer. */
export interface RecentStats {
  /** Batches delivered; at most 1,024 are looked at. */
  readonly batches: number;
  /** Milliseconds: waiting and consuming. */
  readonly elapsed: number;
  /** How long the consumer waited, and which part of `elapsed` that is. */
  readonly wait: { readonly total: number; readonly share: number };
  /** What one batch takes, stage by stage. */
  readonly stages: {
    /** In `getItem`; contains the four that follow. */
    readonly fetch: Percentiles;
    /** At work. */
    readonly cpu: Percentiles;
    /** Waiting: for the network, a timer, a disk. */
    readonly waiting: Percentiles;
    /** Reading images' files, and downloading any. */
    readonly read: Percentiles;
    /** Decoding images and running their steps. */
    readonly decode: Percentiles;
    /** Being handed over. */
    readonly transfer: Percentiles;
    /** Being waited for. */
    readonly wait: Percentiles;
    /** Being worked on by the consumer. */
    readonly consume: Percentiles;
  };
  /** The batches that took longest in `getItem`, five at most, the slowest first. */
  readonly slowest: readonly SlowItem[];
}

/** Numbers that are kept of a batch. */
const fields = 14;

/** Keeps the last batches. */
export class RecentBatches {
  /** Numbers of one batch after the other, and not objects: those would outlive many collections of garbage. */
  #ring: Float64Array | undefined;
  #count = 0;
  /** What was read last, while nothing has come since: who looks asks for more than one thing. */
  #window: readonly Recent[] | undefined;

  /**
   * Takes note of a batch that is handed out now, before which the consumer spent `consume` milliseconds on another one, and
   * hooks of the sequence took `hooks`.
   */
  add(facts: BatchFacts, consume: number, hooks: number, now: number): void {
    const { epoch, index, waited, readyAt, failedAt, first, counters } = facts;
    const since = now - waited;
    this.#window = undefined;
    this.#ring ??= new Float64Array(most * fields);
    const ring = this.#ring;
    let at = (this.#count++ % most) * fields;
    ring[at++] = epoch;
    ring[at++] = index;
    ring[at++] = waited;
    ring[at++] = within(waited, readyAt - since);
    ring[at++] = first ? 1 : 0;
    ring[at++] = consume;
    ring[at++] = counters.fetchMs;
    ring[at++] = counters.cpuMs;
    ring[at++] = counters.waitMs;
    ring[at++] = counters.readMs;
    ring[at++] = counters.decodeMs;
    ring[at++] = counters.sendMs;
    ring[at++] = within(waited, failedAt - since);
    ring[at] = hooks;
  }

  /** Those of the last seconds of loading, the newest last. */
  read(): readonly Recent[] {
    this.#window ??= this.#read();
    return this.#window;
  }

  #read(): readonly Recent[] {
    const window: Recent[] = [];
    let elapsed = 0;
    for (let back = 1; back <= Math.min(this.#count, most); back++) {
      const batch = this.#at(this.#count - back);
      elapsed += batch.wait + batch.consume;
      if (elapsed > reach && window.length >= least) break;
      window.push(batch);
    }
    return window.reverse();
  }

  /** The batch that was noted as the n-th. */
  #at(n: number): Recent {
    const ring = this.#ring!;
    let at = (n % most) * fields;
    return {
      epoch: ring[at++]!,
      index: ring[at++]!,
      wait: ring[at++]!,
      start: ring[at++]!,
      first: ring[at++] === 1,
      consume: ring[at++]!,
      counters: {
        fetchMs: ring[at++]!,
        cpuMs: ring[at++]!,
        waitMs: ring[at++]!,
        readMs: ring[at++]!,
        decodeMs: ring[at++]!,
        sendMs: ring[at++]!,
      },
      failed: ring[at++]!,
      hooks: ring[at]!,
    };
  }
}

/** What of `length` milliseconds had passed at a `time` since their begin. */
function within(length: number, time: number): number {
  return Math.max(0, Math.min(length, time));
}

/** What a window says; the consumer has worked on its last batch for `consuming` milliseconds. */
export function recentStats(batches: readonly Recent[], consuming: number): RecentStats {
  const total = batches.reduce((sum, { wait }) => sum + wait, 0);
  const elapsed = batches.reduce((sum, { consume }) => sum + consume, total + consuming);
  const of = (value: (batch: Recent) => number): Percentiles => percentiles(batches.map(value));
  return {
    batches: batches.length,
    elapsed,
    wait: { total, share: elapsed === 0 ? 0 : total / elapsed },
    stages: {
      fetch: of(({ counters }) => counters.fetchMs),
      cpu: of(({ counters }) => counters.cpuMs),
      waiting: of(({ counters }) => counters.waitMs),
      read: of(({ counters }) => counters.readMs),
      decode: of(({ counters }) => counters.decodeMs),
      transfer: of(({ counters }) => counters.sendMs),
      wait: of(({ wait }) => wait),
      consume: of(({ consume }) => consume),
    },
    slowest: fewSlowest(batches),
  };
}

/** Batches as indices that took so long, the slowest first. */
export function slowestOf(batches: readonly Recent[]): readonly SlowItem[] {
  return batches
    .map(({ epoch, index, counters }) => ({ epoch, index, fetch: counters.fetchMs }))
    .sort((a, b) => b.fetch - a.fetch);
}

/** The few slowest; numbers alone are put in order in a fraction of the time. */
function fewSlowest(batches: readonly Recent[]): readonly SlowItem[] {
  const least = sortedNumbers(batches.map(({ counters }) => counters.fetchMs)).at(-slowestTold) ?? 0;
  return slowestOf(batches.filter(({ counters }) => counters.fetchMs >= least)).slice(0, slowestTold);
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = sortedNumbers(values);
  return { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99) };
}

/** Numbers in ascending order, taken over without an iterator, which is many times as fast. */
export function sortedNumbers(values: readonly number[]): Float64Array {
  return new Float64Array(values).sort();
}

/** What a share of the values does not exceed: the nearest rank, https://en.wikipedia.org/wiki/Percentile */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return 0;
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
}
