/**
 * A sequence's own state in a checkpoint: what `getState()` says of each source that has it and hooks that may change it.
 *
 * It puts back what hooks cannot do again, such as an order drawn from `Math.random()`, into the public fields of the
 * user's own instance. Whether that is all there is to put back is the loader's to check (loader/resume.ts).
 */

import { isBetweenEpochs, marksIn } from "../../loader/marks.ts";
import type { LoaderState } from "../../loader/state.ts";
import { originsOf } from "../../sequence/combinator.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import { encodeJson } from "./json.ts";

/** A class that builds itself up again. */
interface Restorable {
  getState(): unknown;
  readonly constructor: { fromState(state: unknown): object };
}

/** Of a loader's state, what it says of the sequence. */
type SequencePart = Pick<LoaderState, "data">;

/** What a sequence tells of itself over a run, kept from before the hook at an epoch's end changes it. */
export class SequenceStates {
  readonly #sequence: Sequence<unknown>;
  /** What it told when it held what a loader's state said by these marks. */
  #kept: { readonly marks: string | undefined; readonly states: readonly unknown[] | undefined } | undefined;

  constructor(sequence: Sequence<unknown>) {
    this.#sequence = sequence;
  }

  /** Takes the sequence's states as of `now`, the loader's state, unless they are those already taken. */
  note(now: SequencePart): void {
    const marks = marksIn(now);
    if (!this.#kept || this.#kept.marks !== marks) this.#kept = { marks, states: statesOf(this.#sequence) };
  }

  /** The states at `state`, where the loader, which is at `now`, stood; undefined where there are none or they are gone. */
  at(state: SequencePart, now: SequencePart): readonly unknown[] | undefined {
    const marks = marksIn(state);
    if (isBetweenEpochs(now) && marksIn(now) === marks) this.note(now);
    return this.#kept?.marks === marks ? this.#kept?.states : undefined;
  }
}

/** The states of the sources of `sequence`, null for those without; undefined where none has one. */
export function statesOf(sequence: Sequence<unknown>): readonly unknown[] | undefined {
  if (!sequence.hasHooks) return undefined;
  const states = [...originsOf(sequence)].map((origin) => {
    const state = isRestorable(origin) ? origin.getState() : null;
    // A copy, as the next hook may change it in place.
    return canBeSaved(state) ? structuredClone(state) : null;
  });
  return states.every((state) => state === null) ? undefined : states;
}

/** Puts the states back, each into the source at its place. */
export function restoreSequence(sequence: Sequence<unknown>, states: readonly unknown[]): void {
  for (const [i, origin] of [...originsOf(sequence)].entries()) {
    const state = states[i] ?? null;
    if (state !== null && isRestorable(origin)) Object.assign(origin, origin.constructor.fromState(state));
  }
}

function isRestorable(origin: object): origin is Restorable {
  const { getState, constructor: type } = origin as Partial<Restorable>;
  return typeof getState === "function" && typeof type?.fromState === "function";
}

/** Whether a checkpoint gives it back as it was. */
function canBeSaved(state: unknown): boolean {
  try {
    encodeJson(state, () => "");
    return true;
  } catch {
    return false;
  }
}
