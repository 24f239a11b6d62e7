/**
 * Where a loader stands: in the run through an epoch, or between two.
 *
 * What was consumed of an epoch the run itself knows. Kept here is where the next one begins, which is taken from each run
 * once it is over. A run that has not come to begin leaves the loader where it stood.
 */
import { resumeChunk } from "#loader/resume";
import { LoaderError } from "../core/errors.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { type Field, fieldsOf } from "./contents.ts";
import type { EpochRun } from "./epoch.ts";
import { dataOf, type EpochStart, firstEpochOf, type Moment, type Seen } from "./marks.ts";
import type { ResolvedOptions } from "./options.ts";
import { fingerprint, type LoaderState, stateVersion } from "./state.ts";

/** Where a state stands: an epoch, what of it is behind, and its length where that is known. */
interface Point {
  readonly epoch: number;
  readonly position: number;
  readonly length: number | undefined;
}

/** A loader's position over all its epochs, and the states that say it. */
export class Position {
  readonly #sequence: Sequence<unknown>;
  readonly #options: ResolvedOptions;
  #run: EpochRun | undefined;
  #hasRun = false;
  /** Number of the next epoch, and where it begins: at 0, but for the first one after a resume. */
  #epoch: number;
  #start: number;
  /** The first epoch of the run, and of those before it that it goes on from: where hooks have begun. */
  #first: number;
  /** The state that is gone on from, until its epoch has begun. */
  #resumed: LoaderState | undefined;
  /** What the sequence held when it was last looked at. */
  #fields: readonly Field[] = [];
  /** Where an epoch was left early, or did not come to begin. */
  #left: (() => LoaderState) | undefined;

  /** @throws StateError where a state to go on from does not belong to `sequence`. */
  constructor(sequence: Sequence<unknown>, options: ResolvedOptions) {
    const { state, seed, initialEpoch, shuffle } = options;
    const resume = state === undefined ? undefined : resumeChunk.module!;
    resume?.checkState(state!, seed);
    this.#sequence = sequence;
    this.#options = options;
    this.#epoch = initialEpoch;
    this.#first = state ? firstEpochOf(state) : initialEpoch;
    this.#start = state?.position ?? 0;
    this.#resumed = state;
    // What no hook can change is refused at once where it does not belong.
    const length = state && !sequence.hasHooks ? sequence.length : undefined;
    resume?.checkBelongs(state!, sequence, { length, shuffle });
  }

  /** The run through an epoch that is not over; where the last one has led is taken from it first. */
  get run(): EpochRun | undefined {
    if (this.#run?.over) this.#leave(this.#run);
    return this.#run;
  }

  /** Number of the epoch that runs, or else of the next one. */
  get epoch(): number {
    return this.run?.epoch ?? this.#epoch;
  }

  /** Global position that the next epoch begins at, or the present one began at. */
  get start(): number {
    return this.run?.start.position ?? this.#start;
  }

  /**
   * Has a run begin where the last one has led.
   *
   * @throws LoaderError if that is not over.
   */
  enter(open: (start: EpochStart) => EpochRun): EpochRun {
    this.#checkIdle();
    const fields = this.#readFields();
    this.#run = open({ epoch: this.#epoch, position: this.#start, state: this.#resumed, fields });
    this.#hasRun = true;
    return this.#run;
  }

  /**
   * Has the next epoch be `epoch`, from its first batch.
   *
   * @throws LoaderError if an epoch is running.
   */
  moveTo(epoch: number): void {
    this.#checkIdle();
    // Nothing has run yet, so this is where it begins.
    if (!this.#hasRun) this.#first = epoch;
    this.#epoch = epoch;
    this.#start = 0;
    this.#left = undefined;
    this.#resumed = undefined;
  }

  /** What was consumed, not what was fetched ahead; at an epoch's end the start of the next one. */
  state(): LoaderState {
    const { run } = this;
    // Nothing was consumed since: what it was made with holds, whatever a hook has done meanwhile.
    if (this.#resumed && !run?.seen) return { ...this.#resumed };
    if (run?.seen) return this.#within(run, run.seen)();
    if (this.#left) return this.#left();
    // While an epoch begins, what the sequence held before its hook.
    return this.#before(run ? run.start.fields : this.#readFields(), undefined)();
  }

  #checkIdle(): void {
    const { run } = this;
    if (!run) return;
    throw new LoaderError(
      `Epoch ${run.epoch} of this loader is still running. Finish or leave that loop first, or make a second DataLoader over the sequence.`,
    );
  }

  #leave(run: EpochRun): void {
    const { seen, length } = run;
    this.#run = undefined;
    if (!seen) {
      // The next loop tries the same epoch, whatever its hook has done by then.
      this.#left ??= this.#before(run.start.fields, length);
      return;
    }
    this.#resumed = undefined;
    this.#fields = seen.after;
    this.#left = run.progress.atEnd ? undefined : this.#within(run, seen);
    this.#epoch = run.epoch + 1;
    this.#start = 0;
  }

  #readFields(): readonly Field[] {
    this.#fields = fieldsOf(this.#sequence, this.#fields);
    return this.#fields;
  }

  /** The state before the next epoch, or one that has not come to begin. */
  #before(fields: readonly Field[], length: number | undefined): () => LoaderState {
    const point = { epoch: this.#epoch, position: this.#start, length };
    return this.#makeState(point, { before: fields, after: fields }, "begin");
  }

  #within({ epoch, length, progress }: EpochRun, seen: Seen): () => LoaderState {
    const { position, atEnd } = progress;
    if (atEnd) return this.#makeState({ epoch: epoch + 1, position: 0, length }, seen, "end");
    return this.#makeState({ epoch, position, length }, seen, position === 0 ? "begin" : "within");
  }

  /** A state, to be asked for: a short name for 100,000 paths takes 6 ms, which whoever leaves a loop need not wait. */
  #makeState({ epoch, position, length }: Point, seen: Seen, moment: Moment): () => LoaderState {
    const { seed, shuffle } = this.#options;
    const { hasHooks } = this.#sequence;
    // Without hooks it makes no difference where they have begun.
    const first = hasHooks ? this.#first : 0;
    // What an epoch's hooks will make of the length is not known before it has begun.
    const known = position === 0 && hasHooks ? undefined : (length ?? this.#sequence.length);
    const where = { version: stateVersion, seed, epoch, position };
    const is = fingerprint(this.#sequence, known, shuffle);
    return () => ({ ...where, fingerprint: is, data: dataOf(seen, moment, first) });
  }
}
