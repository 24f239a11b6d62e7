/**
 * Keras' own order of events and steps, oddities included, for `fit({ compat })`.
 *
 * Both lines call the sequence's hooks from `fit`, not from the loader, so here the loader gets a view of the sequence
 * without hooks; and both fetch a batch after its step has begun. Held against traces of Keras in
 * test/adapters/keras/event-order.test.ts. What is not followed: the extra fetches of their queues, and the batches that
 * Keras 3 loses with several workers.
 */
import { checkChoice, show } from "../../core/check.ts";
import { OptionError, StateError } from "../../core/errors.ts";
import { warn } from "../../core/warn.ts";
import { fieldsOf, noteChanging } from "../../loader/contents.ts";
import { type DataLoader, isDataLoader } from "../../loader/data-loader.ts";
import { leaveEpoch } from "../../loader/marks.ts";
import type { LoaderState } from "../../loader/state.ts";
import { loadedBy } from "../../sequence/batching/loaded.ts";
import { createContext } from "../../sequence/context.ts";
import { callHook, fetchBatch } from "../../sequence/fetching.ts";
import { isStream } from "../../sequence/generator.ts";
import { lengthOf } from "../../sequence/length.ts";
import { isSequence, nameOf, type Sequence } from "../../sequence/sequence.ts";
import type { HookName } from "../../train/callback.ts";
import type { TrainingState } from "../../train/checkpoint/training-state.ts";
import { type BeginStep, type Feed, type FeedState, type Fetched, isUsedUp } from "../../train/data/feed.ts";
import type { Pass, Passes } from "../../train/data/source.ts";
import { WithoutHooks } from "../../train/data/without-hooks.ts";
import {
  type EventOrder,
  openTraining,
  openValidation,
  openValidationStates,
  type RunStart,
} from "../../train/event-order.ts";
import { type HookCall, replay } from "./replay.ts";

/** Which Keras' order of events and steps to follow; ours if left out. */
export type Compat = "tf2.4" | "keras3";

/**
 * The order of events of `compat`.
 *
 * The order throws a StateError where a run is to be gone on from and its hooks do not make of the sequence again what
 * they had made.
 *
 * @throws OptionError if there is no such Keras.
 */
export function kerasOrder(compat: Compat): EventOrder {
  checkChoice("compat", compat, [undefined, "tf2.4", "keras3"]);
  return async (run) => {
    // Before the view hides what it is made of: `shuffle` of batches of samples means the samples.
    const { sequence, options: load } = loadedBy(sequenceOf(run.data), run.settings.load);
    const { saved } = run;
    if (saved) checkOrdered(saved.data as LoaderState);
    // TensorFlow 2.4 asks for the length once a run.
    const { stepsPerEpoch = Number.POSITIVE_INFINITY } = run.settings;
    const counted = compat === "tf2.4" ? stepsPerEpoch : undefined;
    const held =
      saved && (await replay(sequence, saved.data as LoaderState, pastHooks(compat, run), counted));
    const view = new WithoutHooks(sequence);
    const loader = openTraining(
      view,
      { ...run.settings, load },
      held === undefined ? saved : unmarked(saved!),
    );
    const feed = new (compat === "tf2.4" ? TF24Feed : Keras3Feed)(sequence, loader, run, held);
    const validation = openKerasValidation(compat, run, feed);
    const hooks = compat === "tf2.4" ? (["end"] as const) : (["end", "begin", "end"] as const);
    return {
      feed,
      validation,
      validationStates: openValidationStates(run, hooks),
      async around(hook, call) {
        await validation?.before(hook);
        await feed.before(hook);
        await call();
        await validation?.after(hook);
        await feed.after(hook);
      },
    };
  };
}

/**
 * The hooks that were called before the next step of `run`, and its epoch's end where only that is left; undefined where
 * its batches depend on when they were fetched, as Keras 3 with `stepsPerEpoch` calls hooks in the midst of a pass.
 */
function pastHooks(compat: Compat, run: RunStart): readonly HookCall[] | undefined {
  const { settings, saved, epoch, over } = run;
  const first = saved?.history.epoch[0] ?? epoch;
  const epochs = Array.from({ length: epoch - first }, (_, i) => first + i);
  if (compat === "tf2.4") return epochs.map((past) => ["end", past]);
  if (settings.stepsPerEpoch !== undefined) return undefined;
  const calls = epochs.flatMap((past): readonly HookCall[] => [
    ["begin", past],
    ["end", past],
  ]);
  return [["end", first], ...calls, ["begin", epoch], ...(over ? ([["end", epoch]] as const) : [])];
}

/** The checkpoint without what the sequence held, of which more hooks may be called before the loader's next pass. */
function unmarked(saved: TrainingState): TrainingState {
  const { data: _data, ...place } = saved.data as LoaderState;
  return { ...saved, data: place };
}

/** Refuses the checkpoint of a run in our own order, whose loader had no view of the sequence. */
function checkOrdered({ fingerprint }: LoaderState): void {
  // Of a stream, or of a file that says nothing, the loader has to say.
  if (typeof fingerprint !== "string" || fingerprint.startsWith(`${WithoutHooks.name}(`)) return;
  throw new StateError(
    "The checkpoint was saved by a run without `compat`, whose hooks came in another order. Leave `compat` out to go on from it, or start the run anew.",
  );
}

/** The sequence of `data`, of which the hooks are called here. */
function sequenceOf(data: unknown): Sequence<unknown> {
  if (isSequence(data)) return data;
  throw new OptionError(
    `\`compat\` needs a Sequence, as it calls the sequence's hooks in Keras' order, got ${isDataLoader(data) ? "a DataLoader" : isStream(data) ? "a stream, which has none" : show(data)}.`,
  );
}

/** What both lines share: passes over a sequence whose hooks are called here. */
abstract class KerasFeed implements Feed {
  readonly loader: DataLoader<unknown>;
  /** The epoch that runs, or comes next, also for validation. */
  epoch: number;
  protected readonly sequence: Sequence<unknown>;
  protected readonly steps: number | undefined;
  protected pass: AsyncIterator<unknown> | undefined;
  /** Whether the first epoch was resumed after its last step, and so has no more. */
  #over: boolean;
  #before: FeedState | undefined;
  /** Hooks that come next, and have been called already where the run was gone on from. */
  #called: number;
  /** What the sequence held at the checkpoint that is gone on from: it stands for the loader's place until its first pass. */
  readonly #held: string | undefined;

  constructor(
    sequence: Sequence<unknown>,
    loader: DataLoader<unknown>,
    { settings, epoch, over }: RunStart,
    held: string | undefined,
    called: number = 0,
  ) {
    this.#called = called;
    this.#held = held;
    this.sequence = sequence;
    this.loader = loader;
    this.epoch = epoch;
    this.steps = settings.stepsPerEpoch;
    this.#over = over;
  }

  /** What is done before an event's hooks. */
  abstract before(hook: HookName): Promise<void>;
  /** What is done after an event's hooks. */
  abstract after(hook: HookName): Promise<void>;
  abstract endSteps(stopped: boolean): Promise<void>;
  /** Whether the epoch goes on after `step` steps. */
  protected abstract more(step: number): boolean;

  state(): FeedState {
    return this.#before ?? this.stands();
  }

  /** Where the loader stands. */
  protected stands(): FeedState {
    return { data: this.#held, ...this.loader.state() };
  }

  done(_step: number): void {
    this.#before = undefined;
  }

  async next(step: number, begin: BeginStep): Promise<Fetched | undefined> {
    const over = this.#over;
    this.#over = false;
    if (over || !this.more(step)) return undefined;
    await begin();
    this.#before = this.state();
    const result = await this.pass!.next();
    if (!result.done) return { batch: result.value };
    this.#before = undefined;
    return undefined;
  }

  async leave(): Promise<void> {
    const { pass } = this;
    this.pass = undefined;
    await pass?.return?.();
  }

  /** Calls a hook of the sequence for the present epoch. */
  protected async callHook(hook: "begin" | "end"): Promise<void> {
    if (this.#called > 0) {
      this.#called--;
      return;
    }
    await callHook(this.sequence, hook, { epoch: this.epoch, seed: this.loader.seed });
  }
}

/** Where a run stands, and that it had ended there, as an epoch had run out of batches. */
interface TF24State extends FeedState {
  readonly ranOut?: true;
}

/**
 * TensorFlow 2.4: looks at batch 0 first; every epoch begins at batch 0, so that with fewer steps the tail is never
 * trained; too many steps end training; `stopTraining` skips the sequence's hook.
 */
class TF24Feed extends KerasFeed {
  readonly #run: RunStart;
  #length = 0;
  /** Steps of the epoch that runs. */
  #end = 0;
  #ranOut = false;
  #left = false;

  constructor(
    sequence: Sequence<unknown>,
    loader: DataLoader<unknown>,
    run: RunStart,
    held: string | undefined,
  ) {
    super(sequence, loader, run, held);
    this.#run = run;
  }

  async before(hook: HookName): Promise<void> {
    if (hook !== "onTrainBegin") return;
    lengthOf(this.sequence); // which says what is wrong with it
    this.#length = this.loader.length;
    this.#end = this.#run.step + (this.#run.over ? 0 : this.loader.steps);
    if (this.#hadRunOut()) this.#endTraining();
    await peek(this.sequence);
  }

  async after(hook: HookName): Promise<void> {
    if (hook === "onEpochBegin") this.pass = this.loader[Symbol.asyncIterator]();
    if (hook !== "onEpochEnd") return;
    if (!this.#run.model.stopTraining) await this.callHook("end");
    this.epoch++;
    this.#end = this.#length;
    if (this.#ranOut) this.#endTraining();
  }

  /** Whether the run had ended that this one goes on from, as the epoch before had run out of batches. */
  #hadRunOut(): boolean {
    const { saved, step } = this.#run;
    const { ranOut } = (saved?.data ?? {}) as TF24State;
    return ranOut === true && step === 0 && this.steps !== undefined && this.steps > this.#length;
  }

  #endTraining(): void {
    this.#run.model.stopTraining = true;
    warn(
      "EPOCHAL_RAN_OUT",
      `${nameOf(this.sequence)} has fewer batches than stepsPerEpoch; as in TensorFlow 2.4, training ends here.`,
    );
  }

  /** An epoch that was left has no more to give: the next one begins at batch 0. */
  override state(): TF24State {
    const state = this.#left ? leaveEpoch(this.stands()) : super.state();
    return this.#ranOut ? { ...state, ranOut: true } : state;
  }

  override done(step: number): void {
    super.done(step);
    this.#left = step + 1 === this.steps;
  }

  override async next(step: number, begin: BeginStep): Promise<Fetched | undefined> {
    const fetched = await super.next(step, begin);
    // It had steps left after its last batch.
    if (fetched === undefined && step < this.#steps) this.#ranOut = true;
    return fetched;
  }

  async endSteps(): Promise<void> {
    this.#left = true;
    await this.leave();
  }

  protected more(step: number): boolean {
    return step < this.#steps;
  }

  get #steps(): number {
    return this.steps ?? this.#end;
  }
}

/**
 * Keras 3: calls the sequence's `onEpochEnd` once before anything else; epochs of `stepsPerEpoch` go on in the running
 * pass, and one that finds its end is short; a stop in the middle of an epoch skips the sequence's hook.
 */
class Keras3Feed extends KerasFeed {
  constructor(
    sequence: Sequence<unknown>,
    loader: DataLoader<unknown>,
    run: RunStart,
    held: string | undefined,
  ) {
    // The one before anything else, that of the epoch's begin, and that of its end where only that is left.
    super(sequence, loader, run, held, held === undefined ? 0 : run.over ? 3 : 2);
  }

  async before(hook: HookName): Promise<void> {
    if (hook === "onTrainBegin") await this.callHook("end");
  }

  async after(hook: HookName): Promise<void> {
    if (hook === "onEpochBegin") await this.callHook("begin");
    if (hook === "onEpochEnd") this.epoch++;
  }

  async endSteps(stopped: boolean): Promise<void> {
    if (isUsedUp(this.loader)) {
      await this.pass?.next();
      this.pass = undefined;
    }
    if (!stopped) await this.callHook("end");
  }

  protected more(step: number): boolean {
    this.pass ??= this.loader[Symbol.asyncIterator]();
    return step !== this.steps && !isUsedUp(this.loader);
  }
}

/** Validation data, with what is done around the events of a test. */
interface KerasValidation extends Passes {
  before(hook: HookName): Promise<void>;
  after(hook: HookName): Promise<void>;
}

/** Validation data with the hooks in the order of `compat`; data without hooks as ever. */
function openKerasValidation(
  compat: Compat,
  { settings }: RunStart,
  feed: KerasFeed,
): KerasValidation | undefined {
  const { validationData: data, validationSteps, validationLoad } = settings;
  const sequence = isSequence(data) ? data : undefined;
  const passes = openValidation(sequence ? new WithoutHooks(sequence) : data, settings);
  if (passes === undefined) return undefined;
  const { seed = 0 } = validationLoad;
  const call = async (hook: "begin" | "end") => {
    if (sequence) await callHook(sequence, hook, { epoch: feed.epoch, seed });
  };
  let looked = false;
  let last: number | undefined;
  return {
    ...passes,
    open: (epoch) => (sequence ? beginsFirst(passes.open(epoch), last) : passes.open(epoch)),
    async before(hook) {
      if (hook === "onTestEnd") await call("end");
      if (hook !== "onTestBegin") return;
      last = validationSteps ?? passes.steps();
      if (compat === "keras3") await call("end");
      else if (sequence && !looked) await peek(sequence);
      looked = true;
    },
    async after(hook) {
      if (hook === "onTestBegin" && compat === "keras3") await call("begin");
    },
  };
}

/** The pass with each batch fetched after its step has begun, which is known to be one of `steps`. */
function beginsFirst(pass: Pass, steps: number | undefined): Pass {
  let step = 0;
  return {
    ...pass,
    async next(begin) {
      if (step++ === steps) return undefined;
      await begin();
      return pass.next(async () => {});
    },
  };
}

/** TensorFlow 2.4 fetches the first batch to learn its dtypes, and throws it away. What that fills is a cache, as ever. */
async function peek(sequence: Sequence<unknown>): Promise<void> {
  const fields = fieldsOf(sequence);
  await fetchBatch(sequence, createContext({ epoch: 0, index: 0, seed: 0 }));
  noteChanging(sequence, fields, { inline: true });
}
