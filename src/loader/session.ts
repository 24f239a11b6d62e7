/**
 * What a loader is once its first loop begins: who fetches (crew.ts), where it stands (position.ts), and what came of its
 * runs through epochs (epoch.ts), of which there is one at a time.
 */
import { availableCores } from "../core/cores.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { holderOf } from "../worker/pool/in-flight.ts";
import { Crew } from "./crew.ts";
import { EpochRun } from "./epoch.ts";
import type { Observers } from "./observe/events.ts";
import { explain } from "./observe/explain.ts";
import { type Evidence, judge, type LostEpoch } from "./observe/judge.ts";
import { addTo, type LoaderReport, noEpochs, type PastEpochs, report } from "./observe/report.ts";
import { scatteredRows } from "./observe/scattered.ts";
import { type LoaderStats, StatsKeeper } from "./observe/stats.ts";
import type { ResolvedOptions } from "./options.ts";
import { Position } from "./position.ts";
import type { LoaderState } from "./state.ts";
import type { Standing } from "./unbegun.ts";

/** The runs of a loader, one after the other, over one crew. */
export class Session implements Standing {
  readonly crew: Crew;
  readonly #sequence: Sequence<unknown>;
  readonly #options: ResolvedOptions;
  readonly #observers: Observers;
  readonly #position: Position;
  readonly #stats = new StatsKeeper();
  /** The present or last run, and the sums of those before it. */
  #run: EpochRun | undefined;
  #past: PastEpochs = noEpochs;

  /** @throws StateError where the state to go on from is none, or does not belong to `sequence`. */
  constructor(sequence: Sequence<unknown>, options: ResolvedOptions, observers: Observers) {
    this.#sequence = sequence;
    this.#options = options;
    this.#observers = observers;
    this.#position = new Position(sequence, options);
    this.crew = new Crew(sequence, options, observers);
  }

  get epoch(): number {
    return this.#position.epoch;
  }

  get start(): number {
    return this.#position.start;
  }

  /** Batches that the run delivers which is not over; undefined where there is none, or it has no plan yet. */
  get steps(): number | undefined {
    return this.#position.run?.steps;
  }

  /** Whether a hook of the sequence runs. */
  get inHook(): boolean {
    return this.#position.run?.inHook ?? false;
  }

  /**
   * Begins a run where the last one has led.
   *
   * @throws LoaderError if that is not over.
   */
  open(): EpochRun {
    const parts = {
      sequence: this.#sequence,
      options: this.#options,
      crew: this.crew,
      stats: this.#stats,
      observers: this.#observers,
    };
    const run = this.#position.enter((start) => new EpochRun({ ...parts, start }));
    if (this.#run) this.#past = addTo(this.#past, this.#run.report);
    this.#run = run;
    return run;
  }

  moveTo(epoch: number): void {
    this.#position.moveTo(epoch);
  }

  state(): LoaderState {
    return this.#position.state();
  }

  report(): LoaderReport {
    return report(this.#run?.report, this.#past, this.crew.faults);
  }

  stats(): LoaderStats {
    const { workers, capacity } = this.crew.setting;
    const waiting = this.#run?.waiting;
    const inFlight = this.crew.inFlight();
    const limit = judge(this.#evidence()).name;
    return this.#stats.read({ workers, capacity, waiting, inFlight, limit });
  }

  explain(): string {
    const { workers, maxQueueSize, timeout, memory } = this.#options;
    const evidence = this.#evidence();
    const queue = maxQueueSize === "auto" ? this.crew.setting.capacity - evidence.workers : maxQueueSize;
    return explain(judge(evidence), evidence, {
      auto: workers === "auto",
      maxQueueSize: queue,
      timeout,
      memory,
    });
  }

  #evidence(): Evidence {
    const { workers, capacity } = this.crew.setting;
    const { maxQueueSize } = this.#options;
    const cores = availableCores();
    const waiting = this.#run?.waiting;
    return {
      batches: this.#stats.recent,
      workers,
      cores,
      lacksMemory: maxQueueSize !== "auto" && capacity < maxQueueSize + workers,
      consuming: this.#stats.consuming,
      waiting: waiting ? performance.now() - waiting.since : 0,
      holder: waiting && holderOf(this.crew.inFlight(), waiting.epoch, waiting.index),
      ...this.#stats.cores(cores),
      scattered: scatteredRows(this.#sequence),
      hooks: this.#stats.hooks,
      lost: this.#lost(),
    };
  }

  /** What became of the last epoch, where all that came of it was left out. */
  #lost(): LostEpoch | undefined {
    const { delivered = 0, skipped = [], complete = false } = this.#run?.report ?? {};
    if (delivered > 0 || skipped.length === 0) return undefined;
    return { count: skipped.length, ended: complete, message: this.#stats.firstSkip };
  }

  /** Ends the run, whose loop gets `reason`, and all workers. */
  async end(reason: unknown): Promise<void> {
    try {
      await this.#position.run?.close(reason);
    } finally {
      await this.crew.close();
    }
  }
}
