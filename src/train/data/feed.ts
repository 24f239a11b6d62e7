/**
 * Which batches an epoch of `fit` gets from the passes of a loader, and when a pass begins and ends.
 *
 * An epoch (what is reported) and a pass (once through the sequence, what a loader calls its epoch) are two things.
 * Without `stepsPerEpoch` they are one. With it, an epoch takes its steps from the running pass and goes over into the
 * next one, or, as asked, begins a new pass each time. A pass ends, and its `onEpochEnd` is called, as soon as its last
 * batch was used.
 */
import { OptionError } from "../../core/errors.ts";
import { leaveEpoch } from "../../loader/marks.ts";
import type { EpochReport } from "../../loader/observe/report.ts";

/** A batch that was fetched. */
export interface Fetched {
  readonly batch: unknown;
}

/** Has a step begin: calls `onTrainBatchBegin`, or the same event of a test or a prediction. */
export type BeginStep = () => Promise<void>;

/** What a feed needs of a `DataLoader`, or of what stands in its place. */
export interface FeedLoader extends AsyncIterable<unknown> {
  /** Number of the pass that runs, or comes next. */
  readonly epoch: number;
  /** Batches that are left of the pass that comes next, or are those of the one that runs; Infinity where unknown. */
  readonly steps: number;
  /** Whether it can be gone on with between passes only. */
  readonly sequential?: boolean;
  /** Where it stands, as JSON. */
  state(): FeedState;
  /** The account of the present or last pass; left out where only its end tells that a pass has no more. */
  report?(): {
    readonly last: Pick<EpochReport, "epoch" | "expected" | "delivered" | "skipped"> | undefined;
  };
  close(): Promise<void>;
}

/** Where a loader stands. */
export interface FeedState {
  readonly epoch: number;
  /** Batches of the pass that are behind it; none of a stream. */
  readonly position?: number;
  /** What the sequence held, as a `DataLoader` says it. */
  readonly data?: string | undefined;
}

/** Where the steps of epochs get their batches. */
export interface Feed {
  readonly loader: FeedLoader;
  /**
   * Where a resumed run goes on: where the loader stands, or stood before a batch was fetched that no step has been
   * done with.
   */
  state(): FeedState;
  /** The batch of `step`, which has begun then, by `begin`; undefined where the epoch has no more. */
  next(step: number, begin: BeginStep): Promise<Fetched | undefined>;
  /** `step`, with the batch that was taken for it, is done. */
  done(step: number): void;
  /** After an epoch's last step, before validation; `stopped` where it was told to stop there. */
  endSteps(stopped: boolean): Promise<void>;
  /** Leaves the running pass. */
  leave(): Promise<void>;
}

/** The feed of this house: a batch is fetched before its step begins, so that every step that begins also ends. */
export class PassFeed implements Feed {
  readonly loader: FeedLoader;
  /** Steps of an epoch; undefined for a whole pass. */
  readonly #steps: number | undefined;
  readonly #restart: boolean;
  #pass: AsyncIterator<unknown> | undefined;
  /** Where the loader stood before the batch was fetched that is not trained with yet. */
  #before: FeedState | undefined;
  /** Whether the running pass was left for good, so that the next one begins at its first batch. */
  #left = false;
  /** Whether the first epoch was resumed after its last step, and so has no more. */
  #over: boolean;

  constructor(
    loader: FeedLoader,
    { stepsPerEpoch, restart }: { readonly stepsPerEpoch: number | undefined; readonly restart: boolean },
    over: boolean,
  ) {
    this.loader = loader;
    this.#steps = stepsPerEpoch;
    this.#restart = restart;
    this.#over = over && stepsPerEpoch === undefined;
  }

  state(): FeedState {
    if (this.#before) return this.#before;
    return this.#left ? nextPass(this.loader) : this.loader.state();
  }

  done(step: number): void {
    this.#before = undefined;
    this.#left = this.#restart && step + 1 === this.#steps;
  }

  async next(step: number, begin: BeginStep): Promise<Fetched | undefined> {
    const fetched = step === this.#steps || this.#over ? undefined : await this.#fetch();
    this.#over = false;
    if (fetched) await begin();
    return fetched;
  }

  async endSteps(stopped: boolean): Promise<void> {
    if (this.#pass === undefined) return;
    if (isUsedUp(this.loader)) {
      // One more `next()` ends the pass and has its hook called.
      await this.#pass.next();
      this.#pass = undefined;
    } else if (stopped || this.#restart) {
      this.#left ||= this.#restart || this.#steps === undefined;
      await this.leave();
    }
  }

  async leave(): Promise<void> {
    const pass = this.#pass;
    this.#pass = undefined;
    await pass?.return?.();
  }

  /** The next batch; over the end of a pass where epochs have a number of steps. */
  async #fetch(): Promise<Fetched | undefined> {
    for (let passes = 0; passes < 2; passes++) {
      this.#before = this.state();
      this.#left = false;
      this.#pass ??= this.loader[Symbol.asyncIterator]();
      const result = await this.#pass.next();
      if (!result.done) return { batch: result.value };
      this.#before = undefined;
      this.#pass = undefined;
      if (this.#steps === undefined) return undefined;
    }
    throw new OptionError("A whole pass over the sequence gave no batch, so there is nothing to train with.");
  }
}

/** Where a loader goes on whose pass is left for good: at the first batch of the next one. */
export function nextPass(loader: FeedLoader): FeedState {
  return leaveEpoch(loader.state());
}

/** Whether a pass of the loader runs that has given its last batch. */
export function isUsedUp(loader: FeedLoader): boolean {
  const pass = loader.report?.().last;
  if (pass === undefined || pass.epoch !== loader.epoch) return false;
  return pass.delivered + pass.skipped.length === pass.expected;
}
