/**
 * What a loader says of itself before its first loop begins, where what a loop needs has not been loaded: in a page. In
 * Node a loader has a session from the start.
 */
import type { Sequence } from "../sequence/sequence.ts";
import type { Percentiles, RecentStats } from "./observe/recent.ts";
import type { LoaderReport } from "./observe/report.ts";
import { FixedSetting, settingOptions } from "./observe/setting.ts";
import type { LoaderStats } from "./observe/stats.ts";
import type { ResolvedOptions } from "./options.ts";
import { fingerprint, type LoaderState, stateVersion } from "./state.ts";

/** Where a loader stands, and what it says of that. */
export interface Standing {
  /** Number of the epoch that runs, or else of the next one. */
  readonly epoch: number;
  /** Global position that the next epoch begins at, or the present one began at. */
  readonly start: number;
  /**
   * Has the next epoch be `epoch`, from its first batch.
   *
   * @throws LoaderError if an epoch is running.
   */
  moveTo(epoch: number): void;
  /** What was consumed, not what was fetched ahead; at an epoch's end the start of the next one. */
  state(): LoaderState;
  /** What was delivered so far, and which faults were overcome. */
  report(): LoaderReport;
  /** Where the time goes. */
  stats(): LoaderStats;
  /** What limits the loader, in one sentence. */
  explain(): string;
}

/** All that can be said of what limits a loader which has delivered next to nothing. */
export const tooFew = "Too few batches were delivered to say anything; iterate first.";

const no: Percentiles = { p50: 0, p90: 0, p99: 0 };

const noStages: RecentStats["stages"] = {
  fetch: no,
  cpu: no,
  waiting: no,
  read: no,
  decode: no,
  transfer: no,
  wait: no,
  consume: no,
};

/** A loader over `sequence` that has not begun. */
export class Unbegun implements Standing {
  readonly #sequence: Sequence<unknown>;
  #options: ResolvedOptions;

  constructor(sequence: Sequence<unknown>, options: ResolvedOptions) {
    this.#sequence = sequence;
    this.#options = options;
  }

  /** What the loader begins with. */
  get options(): ResolvedOptions {
    return this.#options;
  }

  get epoch(): number {
    return this.#options.initialEpoch;
  }

  get start(): number {
    return this.#options.state?.position ?? 0;
  }

  moveTo(epoch: number): void {
    this.#options = { ...this.#options, initialEpoch: epoch, state: undefined };
  }

  /** Without a word of what the sequence holds, but for a state that is gone on from: nothing can look at that yet. */
  state(): LoaderState {
    const { state, seed, initialEpoch: epoch, shuffle } = this.#options;
    if (state) return { ...state };
    const { hasHooks, length } = this.#sequence;
    const is = fingerprint(this.#sequence, hasHooks ? undefined : length, shuffle);
    return { version: stateVersion, seed, epoch, position: 0, fingerprint: is };
  }

  report(): LoaderReport {
    return {
      epochs: 0,
      delivered: 0,
      skipped: 0,
      retries: 0,
      workersLost: 0,
      last: undefined,
      exactlyOnce: true,
      summary: "0 epochs, 0 batches: every batch index was delivered exactly once.",
    };
  }

  stats(): LoaderStats {
    const { workers, capacity } = new FixedSetting(settingOptions(this.#options, 1)).setting;
    return {
      batches: 0,
      bytes: 0,
      elapsed: 0,
      wait: { total: 0, share: 0, p50: 0, p99: 0 },
      queue: { mean: 0, capacity },
      bytesAllocated: 0,
      workers,
      perWorker: [],
      recent: { batches: 0, elapsed: 0, wait: { total: 0, share: 0 }, stages: noStages, slowest: [] },
      waiting: undefined,
      inFlight: [],
      limit: "unknown",
    };
  }

  explain(): string {
    return tooFew;
  }
}
