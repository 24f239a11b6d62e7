/** Calls the hooks of several callbacks, in order, each awaited. */
import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { nameOf } from "../sequence/sequence.ts";
import {
  type AnyCallback,
  type CallbackHooks,
  type CallbackParams,
  type HookName,
  hookNames,
  isCallback,
  type NativeCallback,
  type Training,
} from "./callback.ts";
import type { Trainable } from "./trainable.ts";

/** The older name of a hook, which plain objects and TensorFlow.js' callbacks use. */
const older: { readonly [N in HookName]?: HookName } = {
  onTrainBatchBegin: "onBatchBegin",
  onTrainBatchEnd: "onBatchEnd",
};

/** What a callback remembers, with the class that it belongs to; null where it remembers nothing. */
export type CallbackState = { readonly name: string; readonly state: unknown } | null;

/**
 * Callbacks as one. An error in a hook reaches the caller; the hooks after it are not called, unless it is the reason
 * of the run's aborted signal: a run that is aborted may be gone on with, so each callback has had the same events.
 */
export class CallbackList {
  readonly callbacks: readonly AnyCallback[];
  #signal: AbortSignal | undefined;

  /** @throws OptionError if one is no object with hooks. */
  constructor(callbacks: readonly AnyCallback[]) {
    for (const [i, callback] of callbacks.entries()) {
      if (mayHook(callback)) {
        checkHooks(`callbacks[${i}]`, callback as CallbackHooks);
        continue;
      }
      throw new OptionError(
        `\`callbacks[${i}]\` must be a Callback or an object with hooks such as onEpochEnd, got ${show(callback)}.`,
      );
    }
    this.callbacks = callbacks;
  }

  /** Tells each callback the model: ours the {@link Trainable}, others the framework's own. */
  setModel(model: Trainable): void {
    for (const callback of this.callbacks) {
      if (isCallback(callback)) callback.setModel(model);
      else (callback as NativeCallback).setModel?.(model.native as never);
    }
  }

  setParams(params: CallbackParams): void {
    for (const callback of this.callbacks) {
      if (isCallback(callback)) callback.setParams(params);
      else (callback as NativeCallback).setParams?.({ ...params } as never);
    }
  }

  setTraining(training: Training): void {
    this.#signal = training.signal;
    for (const callback of this.callbacks) if (isCallback(callback)) callback.setTraining(training);
  }

  /** Calls `hook` of each callback that has it. */
  async call<N extends HookName>(hook: N, ...args: Parameters<Required<CallbackHooks>[N]>): Promise<void> {
    let aborted = false;
    for (const callback of this.callbacks) {
      try {
        await invoke(callback, hook, args);
        // Our own base class calls the older hook itself.
        const also = older[hook];
        if (also !== undefined && !isCallback(callback)) await invoke(callback, also, args);
      } catch (error) {
        if (!this.#signal?.aborted || error !== this.#signal.reason) throw error;
        aborted = true;
      }
    }
    if (aborted) throw this.#signal!.reason;
  }

  /** What each callback remembers, as JSON; null for those that remember nothing. */
  getState(): readonly CallbackState[] {
    return this.callbacks.map((callback) => {
      const state = isCallback(callback) ? callback.getState() : undefined;
      return state === undefined ? null : { name: nameOf(callback), state };
    });
  }

  /**
   * Puts back what {@link getState} gave: the first state of a class to the first callback of that class, and so on, so
   * that other callbacks may come and go in between.
   */
  setState(states: readonly CallbackState[]): void {
    const left = [...states];
    for (const callback of this.callbacks) {
      if (!isCallback(callback)) continue;
      const index = left.findIndex((saved) => saved?.name === nameOf(callback));
      if (index < 0) continue;
      const [saved] = left.splice(index, 1);
      callback.setState(saved!.state);
    }
  }
}

/** Whether `callback` is an object with at least one hook, or with nothing in it at all. */
function mayHook(callback: unknown): boolean {
  if (typeof callback !== "object" || callback === null || Array.isArray(callback)) return false;
  return Object.keys(callback).length === 0 || hookNames.some((name) => name in callback);
}

function checkHooks(what: string, callback: CallbackHooks): void {
  const wrong = hookNames.find((name) => {
    const hook: unknown = callback[name];
    return hook !== undefined && hook !== null && typeof hook !== "function";
  });
  if (wrong === undefined) return;
  throw new OptionError(`\`${what}.${wrong}\` must be a function, got ${show(callback[wrong])}.`);
}

function invoke(callback: AnyCallback, hook: HookName, args: readonly unknown[]): unknown {
  const method = (callback as CallbackHooks)[hook] as ((...args: readonly unknown[]) => unknown) | undefined;
  return method?.apply(callback, [...args]);
}
