/**
 * The two hooks of one epoch: called once each, and known while they run.
 *
 * Whatever is asked of a run while a hook runs may be asked by that hook, and be awaited there; Node tells which, a browser
 * does not. What would have to wait for the hook must know that it runs.
 */
import type { AsyncLocalStorage } from "node:async_hooks";
import { resumeChunk } from "#loader/resume";
import { builtin } from "../core/node.ts";
import { deferred, waitAtMost } from "../core/settle.ts";
import { warn } from "../core/warn.ts";
import { seconds } from "../core/watch.ts";
import { originsOf } from "../sequence/combinator.ts";
import { callHook } from "../sequence/fetching.ts";
import { nameOf, Sequence } from "../sequence/sequence.ts";
import { thrownSentence } from "../worker/wire/error-name.ts";
import { endPatience } from "../worker/worker.ts";
import { fieldsOf } from "./contents.ts";
import type { EpochStart, Seen } from "./marks.ts";
import type { StatsKeeper } from "./observe/stats.ts";

/** Milliseconds after which an `onEpochBegin` may wait for a batch of its own loop. */
const doubtAfter = 5000;

/** Which epoch hooks are called for, and who is told of the time that they take. */
interface HooksOf {
  readonly start: EpochStart;
  readonly seed: number;
  readonly stats: Pick<StatsKeeper, "onHook">;
}

/** Calls an epoch's `onEpochBegin` and `onEpochEnd`, and says which of them runs. */
export class EpochHooks {
  readonly #sequence: Sequence<unknown>;
  readonly #start: EpochStart;
  readonly #seed: number;
  readonly #stats: Pick<StatsKeeper, "onHook">;
  #running: "begin" | "end" | undefined;
  /** Known to what a hook calls, while it runs; undefined in browsers. */
  #inside: AsyncLocalStorage<true> | undefined;
  #seen: Seen | undefined;
  #begun: Promise<void> | undefined;
  #giveUp = (): void => {};
  #givenUp = false;

  constructor(sequence: Sequence<unknown>, { start, seed, stats }: HooksOf) {
    this.#sequence = sequence;
    this.#start = start;
    this.#seed = seed;
    this.#stats = stats;
  }

  /** The hook of the user's that runs. */
  get running(): "begin" | "end" | undefined {
    return this.#running;
  }

  /** Whether it is the hook that runs who asks now, also after an await in it; undefined where nobody can tell. */
  get asks(): boolean | undefined {
    if (this.#running === undefined) return false;
    return this.#inside && this.#inside.getStore() === true;
  }

  /** What the sequence held as the epoch began; once it is there, `onEpochEnd` is owed. */
  get seen(): Seen | undefined {
    return this.#seen;
  }

  /** Resolves when `onEpochBegin` has settled; undefined before it is called. */
  get begun(): Promise<void> | undefined {
    return this.#begun;
  }

  /**
   * Calls `onEpochBegin`, and in a resumed run whatever must come before it. Throws what it throws; resolves also where it
   * is given up.
   */
  begin(stopped: () => boolean): Promise<void> {
    const { promise: begun, resolve, reject } = deferred<void>();
    this.#giveUp = resolve;
    // There before the hook is called, which may end the run.
    this.#begun = begun.catch(() => {});
    this.#call("begin", () => this.#prepare(stopped)).then(
      (seen) => {
        this.#seen = seen;
        this.#giveUp();
      },
      (error) => {
        reject(error);
        if (this.#givenUp)
          warnOfHook(`onEpochBegin(${this.#start.epoch}) threw after its loop had ended`, error);
      },
    );
    return begun;
  }

  /** A batch is asked for. Nobody can tell here whether by the `onEpochBegin` that it waits for, which never ends then. */
  async doubt(): Promise<void> {
    await waitAtMost(this.#begun!, doubtAfter);
    if (this.#running !== "begin") return;
    warn(
      "EPOCHAL_STALL",
      `Waiting for ${seconds(doubtAfter)} for onEpochBegin(${this.#start.epoch}) of ${nameOf(this.#sequence)}, while which next() was called. If the hook waits for that batch, both wait for ever: leave batches to the loop.`,
    );
  }

  /** Hears out an `onEpochBegin` that runs; one that takes for ever is given up. */
  async hearOut(): Promise<void> {
    if (!this.#begun) return;
    await waitAtMost(this.#begun, endPatience);
    this.#givenUp = true;
    this.#giveUp();
  }

  /** Calls `onEpochEnd`; throws what it throws. */
  end(): Promise<void> {
    const { epoch } = this.#start;
    return this.#call("end", () => callHook(this.#sequence, "end", { epoch, seed: this.#seed }));
  }

  /** Calls `onEpochBegin`, and in a resumed run whatever must come before it. */
  #prepare(stopped: () => boolean): Promise<Seen> {
    const { state, fields } = this.#start;
    const begin = (before: Seen["after"]): Promise<Seen> => this.#beginFrom(before);
    if (state?.data === undefined) return begin(fields);
    const options = { seed: this.#seed, stopped, begin };
    return resumeChunk.module!.resumeEpoch(this.#sequence, { ...this.#start, state }, options);
  }

  async #beginFrom(before: Seen["after"]): Promise<Seen> {
    const sequence = this.#sequence;
    await callHook(sequence, "begin", { epoch: this.#start.epoch, seed: this.#seed });
    // Without hooks nothing has run since.
    return { before, after: sequence.hasHooks ? fieldsOf(sequence, before) : before };
  }

  async #call<T>(hook: "begin" | "end", call: () => Promise<T>): Promise<T> {
    if (!callsUser(this.#sequence)) return call();
    const hooks = builtin("async_hooks");
    const inside = hooks && new hooks.AsyncLocalStorage<true>();
    this.#inside = inside;
    this.#running = hook;
    const begin = performance.now();
    try {
      return await (inside ? inside.run(true, call) : call());
    } finally {
      this.#running = undefined;
      this.#stats.onHook(performance.now() - begin);
      // As long as one is in use, every promise of the program costs more.
      inside?.disable();
    }
  }
}

/** Whether a hook of the user's is called, also one of which `hasHooks` says that it does not count. */
function callsUser(sequence: Sequence<unknown>): boolean {
  if (sequence.hasHooks) return true;
  const { onEpochBegin, onEpochEnd } = Sequence.prototype;
  for (const origin of originsOf(sequence)) {
    if ((origin.onEpochBegin ?? onEpochBegin) !== onEpochBegin) return true;
    if ((origin.onEpochEnd ?? onEpochEnd) !== onEpochEnd) return true;
  }
  return false;
}

/** Warns of what a hook threw where nobody waits for it any more. */
export function warnOfHook(what: string, error: unknown): void {
  warn("EPOCHAL_HOOK", `${what}: ${thrownSentence(error)}`);
}
