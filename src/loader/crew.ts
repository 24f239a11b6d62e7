/**
 * Whoever fetches the batches of a loader: how many there are, of which kind, and what they are sent.
 *
 * It owns the kinds of workers, the pool, which is made when a first epoch begins, and the tuner, which says how many
 * workers to use under `"auto"`. Invariant: workers hold the sequence as it was when the epoch began, or when they came
 * into use within it. It is looked at only where some are in use: a look at 50 MB in memory takes as long as some thirty
 * batches of it. A crew knows neither its loader nor the order of batches.
 */
import { tunerChunk } from "#loader/observe/tuner";
import { availableCores } from "../core/cores.ts";
import { isEpochalError } from "../core/errors.ts";
import type { Sequence } from "../sequence/sequence.ts";
import type { Copies } from "../worker/copies.ts";
import { inlineWorkers } from "../worker/kinds/inline.ts";
import { type InFlight, progressOf } from "../worker/pool/in-flight.ts";
import type { Job, PoolEvent } from "../worker/pool/job.ts";
import { Pool } from "../worker/pool/pool.ts";
import type { StartWorker } from "../worker/worker.ts";
import type { Observers } from "./observe/events.ts";
import type { Faults } from "./observe/report.ts";
import { type Chooser, FixedSetting, isTuned, type Setting, settingOptions } from "./observe/setting.ts";
import type { BatchFacts } from "./observe/stats.ts";
import type { ResolvedOptions } from "./options.ts";

/** The workers of a loader, and the choice of how many. */
export class Crew {
  readonly #sequence: Sequence<unknown>;
  readonly #options: ResolvedOptions;
  readonly #observers: Observers;
  readonly #tuner: Chooser;
  readonly #faults: Faults = { retries: 0, workersLost: 0 };
  /** The worker that is this thread. */
  readonly #inline: StartWorker;
  /** Workers elsewhere; undefined where there may be none, and before the first epoch. */
  #copies: Copies | undefined;
  #pool: Pool | undefined;
  #onTick: (() => void) | undefined;
  readonly #isStarting = (): boolean => this.inFlight().some(({ doing }) => doing === "starting");

  constructor(sequence: Sequence<unknown>, options: ResolvedOptions, observers: Observers) {
    const Choice = isTuned(options) ? tunerChunk.module!.Tuner : FixedSetting;
    this.#sequence = sequence;
    this.#options = options;
    this.#observers = observers;
    this.#tuner = new Choice(settingOptions(options, availableCores()));
    this.#inline = inlineWorkers(sequence, options.seed);
  }

  /** How many workers are wanted at present, and how many batches may be out at once. */
  get setting(): Setting {
    return this.#tuner.setting;
  }

  /** What went wrong so far and was overcome. */
  get faults(): Readonly<Faults> {
    return this.#faults;
  }

  /**
   * Takes the sequence as it is now, for an epoch of `steps` batches, and starts workers for it. Until {@link cancel},
   * `onTick` is called from time to time while jobs are out.
   *
   * @throws PortableError if the sequence cannot be sent to the workers asked for, or this is a worker itself;
   * WorkerError if none can be started; OptionError if processes have no such limit.
   */
  prepare(steps: number, onTick: () => void): void {
    this.#pool ??= this.#makePool();
    const inUse = usesCopies(this.#tuner.setting);
    if (!inUse) this.#copies?.forget();
    this.#pool.reload(inUse && this.#update());
    this.#pool.prepare(steps);
    this.#onTick = onTick;
  }

  /** Has a job fetched; the crew must be prepared. */
  submit(job: Job): void {
    this.#pool!.submit(job);
  }

  /** Takes note of what a delivered batch cost, `interval` ms after the one before, and changes the crew accordingly. */
  noteBatch({ counters, waited, bytes }: BatchFacts, interval: number): void {
    const tuner = this.#tuner;
    const before = tuner.setting;
    const { fetchMs: fetch, waitMs: asleep, bytes: bytesRead } = counters;
    tuner.observe({ fetch, asleep, waited, interval, bytes, bytesRead, isStarting: this.#isStarting });
    const { workers, keep } = tuner.setting;
    if (workers === before.workers && keep === before.keep) return;
    if (!usesCopies(before) && usesCopies(tuner.setting)) this.#update();
    this.#resize();
  }

  /** Somebody waits for a batch: the workers keep the program alive, and this thread works. */
  ref(): void {
    this.#pool?.ref();
  }

  /** Nobody waits. */
  unref(): void {
    this.#pool?.unref();
  }

  /** What is being done for the job of `epoch` and `index`, in words. */
  describe(epoch: number, index: number): string {
    return progressOf(this.inFlight(), epoch, index);
  }

  /** What its workers are at. */
  inFlight(): readonly InFlight[] {
    return this.#pool?.inFlight() ?? [];
  }

  /** Forgets every job: none of them is settled after this. */
  cancel(): void {
    this.#onTick = undefined;
    this.#pool?.cancel();
  }

  /** Resolves when nobody works on the caller's own sequence any more, or after two seconds. */
  idle(): Promise<void> {
    return this.#pool?.idle() ?? Promise.resolve();
  }

  /** Ends all workers; resolves when they are gone. */
  async close(): Promise<void> {
    await this.#pool?.close();
  }

  #makePool(): Pool {
    const { workers, worker, seed, timeout, retries, retryErrors } = this.#options;
    if (workers === 0) this.#tuner.stayInline();
    else this.#copies = this.#orInline("WorkerError", () => worker(this.#sequence, seed));
    const { size, start } = this.#wanted();
    return new Pool({
      workers: size,
      start,
      timeout,
      retries,
      retryErrors,
      onEvent: (event) => this.#note(event),
      observed: () => this.#observers.present,
      onTick: () => this.#onTick?.(),
    });
  }

  #note(event: PoolEvent): void {
    if (event.type === "lost") this.#faults.workersLost++;
    else if (event.type === "retry") this.#faults.retries++;
    this.#observers.note(event);
  }

  /** Has workers that start, or are reloaded, take the sequence as it is now; whether it has changed. */
  #update(): boolean {
    const changed = this.#orInline("PortableError", () => this.#copies!.update());
    if (changed === undefined) this.#resize();
    return changed ?? false;
  }

  /**
   * What `make` gives. Under `workers: "auto"` an error of that name is no failure but leaves the work to this thread
   * from here on: a platform without such workers, a sequence that cannot be sent, as `getItem` has opened a file.
   */
  #orInline<T>(name: "WorkerError" | "PortableError", make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (this.#options.workers !== "auto" || !isEpochalError(error, name)) throw error;
      this.#tuner.stayInline();
      return undefined;
    }
  }

  #resize(): void {
    const { size, start, keep } = this.#wanted();
    this.#pool!.resize(size, start, keep);
  }

  /** What the tuner wants, in terms of a pool; no workers means that this thread does the work. */
  #wanted(): { readonly size: number; readonly start: StartWorker; readonly keep: boolean } {
    const { workers, keep } = this.#tuner.setting;
    return workers === 0
      ? { size: 1, start: this.#inline, keep }
      : { size: workers, start: this.#copies!.start, keep };
  }
}

function usesCopies({ workers, keep }: Setting): boolean {
  return workers > 0 || keep;
}
