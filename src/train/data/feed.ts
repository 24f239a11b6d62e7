/**
 * Which batches an epoch of `fit` gets from the passes of a loader, and when a pass begins and ends.
 *
 * An epoch (what is reported) and a pass (once through the sequence) are two things. Without `stepsPerEpoch` they are
 * one. With it, an epoch takes its steps from the running pass and goes over into the next one, or, as asked, begins
 * a new pass each time. A pass ends, and its `onEpochEnd` is called, as soon as its last batch was used.
 */
import { OptionError } from "../../core/errors.ts";
import { leaveEpoch } from "../../loader/resume.ts";

/** A batch that was fetched. */
export interface Fetched {
  readonly batch: unknown;
}

/** What a feed needs of a `DataLoader`, or of what stands in its place. */
export interface FeedLoader extends AsyncIterable<unknown> {
  /** Number of the pass that runs, or comes next. */
  readonly epoch: number;
  /** Batches that are left of the pass that comes next, or are those of the one that runs; Infinity where unknown. */
  readonly steps: number;
  /** Whether it can be gone on with between passes only. */
  readonly sequential?: boolean;
  /** Where it stands, as JSON; its epoch is past the present one once the pass has given its last batch. */
  state(): LoaderPlace;
  close(): Promise<void>;
}

/** Where a loader stands. */
export interface LoaderPlace {
  readonly epoch: number;
  /** Batches of the epoch that are behind it; none of a stream. */
  readonly position?: number;
  /** What the sequence held, as a `DataLoader` says it. */
  readonly data?: string | undefined;
}

/** Where epochs get their batches. Called in this order: `begin`, then for each epoch `beginEpoch`, steps, ends. */
export interface Feed {
  readonly loader: FeedLoader;
  /**
   * Where a resumed run goes on: where the loader stands, or stood before a batch was fetched that no step has been
   * done with.
   */
  place(): LoaderPlace;
  /** `step`, with the batch that was taken for it, is done. */
  done(step: number): void;
  /** Before `onTrainBegin`. */
  begin(): Promise<void>;
  /** After `onEpochBegin`. */
  beginEpoch(): Promise<void>;
  /** Whether the epoch goes on after `step` steps; before `onTrainBatchBegin`. */
  more(step: number): Promise<boolean>;
  /** The batch of `step`; undefined if there is none after all. After `onTrainBatchBegin`. */
  take(step: number): Promise<Fetched | undefined>;
  /** After an epoch's last step, before validation. */
  endSteps(stopped: boolean): Promise<void>;
  /** After `onEpochEnd`; false if no epoch shall follow. */
  endEpoch(stopped: boolean): Promise<boolean>;
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
  #fetched: Fetched | undefined;
  /** Where the loader stood before the batch was fetched that is not trained with yet. */
  #before: LoaderPlace | undefined;
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

  place(): LoaderPlace {
    if (this.#before) return this.#before;
    return this.#left ? nextPass(this.loader) : this.loader.state();
  }

  done(step: number): void {
    this.#before = undefined;
    this.#left = this.#restart && step + 1 === this.#steps;
  }

  async begin(): Promise<void> {}

  async beginEpoch(): Promise<void> {}

  async more(step: number): Promise<boolean> {
    this.#fetched = step === this.#steps || this.#over ? undefined : await this.#fetch();
    this.#over = false;
    return this.#fetched !== undefined;
  }

  async take(): Promise<Fetched | undefined> {
    const fetched = this.#fetched;
    this.#fetched = undefined;
    return fetched;
  }

  async endSteps(stopped: boolean): Promise<void> {
    if (this.#pass === undefined) return;
    if (usedUp(this.loader)) {
      // One more `next()` ends the pass and has its hook called.
      await this.#pass.next();
      this.#pass = undefined;
    } else if (stopped || this.#restart) {
      this.#left ||= this.#restart || this.#steps === undefined;
      await this.leave();
    }
  }

  async endEpoch(): Promise<boolean> {
    return true;
  }

  async leave(): Promise<void> {
    const pass = this.#pass;
    this.#pass = undefined;
    await pass?.return?.();
  }

  /** The next batch; over the end of a pass where epochs have a number of steps. */
  async #fetch(): Promise<Fetched | undefined> {
    for (let passes = 0; passes < 2; passes++) {
      this.#before = this.place();
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
export function nextPass(loader: FeedLoader): LoaderPlace {
  return leaveEpoch(loader.state());
}

/** Whether the running pass of a loader has given its last batch. */
export function usedUp(loader: FeedLoader): boolean {
  return loader.state().epoch > loader.epoch;
}
