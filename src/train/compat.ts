/**
 * Keras' own order of events and steps, oddities included, for `fit({ compat })`.
 *
 * Both lines call the sequence's hooks from `fit`, not from the loader, so here the loader gets a view of the sequence
 * without hooks. Held against traces of Keras in test/train/compat.test.ts. What is not followed: the extra fetches of
 * their queues, and the batches that Keras 3 loses with several workers.
 */
import { OptionError } from "../core/errors.ts";
import { warn } from "../core/warn.ts";
import type { DataLoader } from "../loader/data-loader.ts";
import { type Context, createContext } from "../sequence/context.ts";
import { callHook, fetchBatch, isSequence, lengthOf, nameOf, Sequence } from "../sequence/sequence.ts";
import { type Feed, type Fetched, type LoaderPlace, nextPass, usedUp } from "./data/feed.ts";
import { openPasses, type Passes, type PassesOptions } from "./data/source.ts";
import type { Compat } from "./options.ts";

/** A sequence without its hooks. Workers are brought up to date as if it had them. */
export class WithoutHooks extends Sequence<unknown> {
  static override readonly module: string = import.meta.url;
  readonly inner: Sequence<unknown>;

  constructor(inner: Sequence<unknown>) {
    super();
    this.inner = inner;
  }

  get length(): number {
    return this.inner.length;
  }

  override get hasHooks(): boolean {
    return this.inner.hasHooks;
  }

  getItem(index: number, context: Context): unknown {
    return this.inner.getItem(index, context);
  }
}

/** What a feed of either line is made of. */
interface CompatFeedOptions {
  readonly sequence: Sequence<unknown>;
  readonly loader: DataLoader<unknown>;
  /** The first epoch of this run. */
  readonly epoch: number;
  readonly stepsPerEpoch: number | undefined;
  /** Steps of the first epoch that were done before a resume. */
  readonly done: number;
  /** Whether these were all of its steps. */
  readonly over: boolean;
}

/** The feed of `compat` over `sequence`. */
export function createCompatFeed(compat: Compat, options: CompatFeedOptions): Feed {
  return compat === "tf2.4" ? new TF24Feed(options) : new Keras3Feed(options);
}

/** The sequence of `data`, of which the hooks are called here. */
export function sequenceOf(data: unknown): Sequence<unknown> {
  if (isSequence(data)) return data;
  throw new OptionError(
    "`compat` needs a Sequence, not a DataLoader, as it calls the sequence's hooks in Keras' order.",
  );
}

/** What both lines share: passes over a sequence whose hooks `fit` calls. */
abstract class CompatFeed implements Feed {
  readonly loader: DataLoader<unknown>;
  protected readonly sequence: Sequence<unknown>;
  protected readonly steps: number | undefined;
  protected epoch: number;
  protected pass: AsyncIterator<unknown> | undefined;
  /** Whether the first epoch was resumed after its last step, and so has no more. */
  protected over: boolean;
  #before: LoaderPlace | undefined;

  constructor({ sequence, loader, epoch, stepsPerEpoch, over }: CompatFeedOptions) {
    this.sequence = sequence;
    this.loader = loader;
    this.epoch = epoch;
    this.steps = stepsPerEpoch;
    this.over = over;
  }

  place(): LoaderPlace {
    return this.#before ?? this.loader.state();
  }

  done(_step: number): void {
    this.#before = undefined;
  }

  abstract begin(): Promise<void>;
  abstract beginEpoch(): Promise<void>;
  abstract more(step: number): Promise<boolean>;
  abstract endSteps(stopped: boolean): Promise<void>;
  abstract endEpoch(stopped: boolean): Promise<boolean>;

  async take(_step: number): Promise<Fetched | undefined> {
    this.#before = this.place();
    const result = await this.pass!.next();
    if (!result.done) return { batch: result.value };
    this.#before = undefined;
    return undefined;
  }

  /** Calls a hook of the sequence for the present epoch. */
  protected async callHook(hook: "begin" | "end"): Promise<void> {
    await callHook(this.sequence, hook, { epoch: this.epoch, seed: this.loader.seed });
  }

  async leave(): Promise<void> {
    const { pass } = this;
    this.pass = undefined;
    await pass?.return?.();
  }
}

/**
 * TensorFlow 2.4: looks at batch 0 first; every epoch begins at batch 0, so that with fewer steps the tail is never
 * trained; too many steps end training; `stopTraining` skips the sequence's hook.
 */
class TF24Feed extends CompatFeed {
  readonly #done: number;
  #length = 0;
  /** Steps of the epoch that runs. */
  #end = 0;
  #ranOut = false;
  #left = false;

  constructor(options: CompatFeedOptions) {
    super(options);
    this.#done = options.done;
  }

  async begin(): Promise<void> {
    lengthOf(this.sequence); // which says what is wrong with it
    this.#length = this.loader.length;
    this.#end = this.#done + (this.over ? 0 : this.loader.steps);
    await peek(this.sequence);
  }

  /** An epoch that was left has no more to give: the next one begins at batch 0. */
  override place(): LoaderPlace {
    return this.#left ? nextPass(this.loader) : super.place();
  }

  override done(step: number): void {
    super.done(step);
    this.#left = step + 1 === this.steps;
  }

  async beginEpoch(): Promise<void> {
    this.pass = this.loader[Symbol.asyncIterator]();
  }

  async more(step: number): Promise<boolean> {
    const more = step < (this.steps ?? this.#end);
    // Where it had steps left after its last batch, it was running out of batches.
    if (this.over) this.#ranOut = more;
    const over = this.over;
    this.over = false;
    return more && !over;
  }

  override async take(step: number): Promise<Fetched | undefined> {
    const fetched = await super.take(step);
    this.#ranOut = fetched === undefined;
    return fetched;
  }

  async endSteps(): Promise<void> {
    this.#left = true;
    await this.leave();
  }

  async endEpoch(stopped: boolean): Promise<boolean> {
    if (!stopped) await this.callHook("end");
    this.epoch++;
    this.#end = this.#length;
    if (this.#ranOut) {
      warn(
        "EPOCHAL_RAN_OUT",
        `${nameOf(this.sequence)} has fewer batches than stepsPerEpoch; as in TensorFlow 2.4, training ends here.`,
      );
    }
    return !this.#ranOut;
  }
}

/**
 * Keras 3: calls the sequence's `onEpochEnd` once before anything else; epochs of `stepsPerEpoch` go on in the running
 * pass, and one that finds its end is short; a stop in the middle of an epoch skips the sequence's hook.
 */
class Keras3Feed extends CompatFeed {
  async begin(): Promise<void> {
    await this.callHook("end");
  }

  async beginEpoch(): Promise<void> {
    await this.callHook("begin");
  }

  async more(step: number): Promise<boolean> {
    if (this.over) {
      this.over = false;
      return false;
    }
    this.pass ??= this.loader[Symbol.asyncIterator]();
    return step !== this.steps && !usedUp(this.loader);
  }

  async endSteps(stopped: boolean): Promise<void> {
    if (usedUp(this.loader)) {
      await this.pass?.next();
      this.pass = undefined;
    }
    if (!stopped) await this.callHook("end");
    this.epoch++;
  }

  async endEpoch(): Promise<boolean> {
    return true;
  }
}

/** Validation data with the hooks in the order of `compat`; data without hooks as ever. */
export function openCompatPasses(
  compat: Compat,
  what: string,
  source: unknown,
  options: PassesOptions,
): Passes {
  if (!isSequence(source)) return openPasses(what, source, options);
  const passes = openPasses(what, new WithoutHooks(source), options);
  const { seed = 0 } = options;
  let looked = false;
  return {
    ...passes,
    fetchesFirst: false,
    async before(epoch) {
      if (compat === "keras3") await callHook(source, "end", { epoch, seed });
      else if (!looked) await peek(source);
      looked = true;
    },
    async begin(epoch) {
      if (compat === "keras3") await callHook(source, "begin", { epoch, seed });
    },
    async end(epoch) {
      await callHook(source, "end", { epoch, seed });
    },
  };
}

/** TensorFlow 2.4 fetches the first batch to learn its dtypes, and throws it away. */
async function peek(sequence: Sequence<unknown>): Promise<void> {
  await fetchBatch(sequence, createContext({ epoch: 0, index: 0, seed: 0 }));
}
