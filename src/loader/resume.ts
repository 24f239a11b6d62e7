/**
 * The sequence's part of a state: what it held, and how a resumed epoch is brought to hold the same.
 *
 * A batch is a function of (seed, epoch, index) and of the sequence, which hooks and the program may change between
 * epochs. So a state says in 18 characters what the sequence held, and a resumed loader begins only once its own holds
 * that: because it was given so, or because its hooks did again what they had done in the epochs before (what they draw
 * from their `random` they draw again). Otherwise the state is refused: never does another stream go on in silence.
 */
import { StateError } from "../core/errors.ts";
import { callHook } from "../sequence/fetching.ts";
import { nameOf, type Sequence } from "../sequence/sequence.ts";
import {
  differingFields,
  type Field,
  fieldsOf,
  hidesFields,
  markOf,
  marksOf,
  slotsLeftOut,
} from "./contents.ts";
import type { LoaderState } from "./state.ts";

/**
 * At which moment it was seen: before an epoch's `onEpochBegin`, after it, or after an epoch's last batch but before its
 * `onEpochEnd`.
 */
export type Moment = "begin" | "within" | "end";

const letters: { readonly [M in Moment]: string } = { begin: "b", within: "w", end: "e" };

/** What a sequence held before and after an epoch's `onEpochBegin`. */
export interface Seen {
  /** Undefined where the epoch had begun before anybody looked. */
  readonly before: readonly Field[] | undefined;
  readonly after: readonly Field[];
}

/** Largest number of a first epoch that a state says, in two digits of base 36. */
const lastFirst = 36 ** 2 - 1;

/**
 * `data` of a state: the moment, which fields say nothing, what the sequence held before the epoch's first hook, and at
 * the moment, and the `first` epoch of the run, where its hooks have begun.
 */
export function dataOf({ before, after }: Seen, moment: Moment, first: number): string {
  const held = (moment === "begin" && before) || after;
  const left = slotsLeftOut(held);
  const mark = before ? markOf(before, left) : unseen;
  const since = first === 0 || first > lastFirst ? "" : first.toString(36);
  return `${letters[moment]}${left}${mark}${marksOf(held, left)}${since}`;
}

/** The state of a loader whose epoch is left for good: the next one begins once the hook at its end has run. */
export function leaveEpoch<
  S extends { readonly epoch: number; readonly position?: number; readonly data?: string | undefined },
>(state: S): S {
  const { epoch, position, data } = state;
  if (!position) return state;
  return {
    ...state,
    epoch: epoch + 1,
    position: 0,
    ...(data !== undefined && { data: letters.end + data.slice(1) }),
  };
}

/** The part of a state that says what the sequence held; undefined where it says nothing. */
export function marksIn({ data }: { readonly data?: string | undefined }): string | undefined {
  return data?.slice(5);
}

/** Whether a state was taken before an epoch's first hook. */
export function isBetweenEpochs({ data }: { readonly data?: string | undefined }): boolean {
  return data?.[0] === letters.begin;
}

/** Whether `data` may come from {@link dataOf}. */
export function isData(data: unknown): data is string {
  return typeof data === "string" && form.test(data);
}

/** Equals no mark. */
const unseen = "--";

const form = /^([bwe])([\w.]{4})([\w.]{2}|--)([\w.]{9})([\da-z]{0,2})$/;

/** First epoch of the run that a state comes from. */
export function firstEpochOf({ data }: LoaderState): number {
  const since = form.exec(data ?? "")?.[5];
  return since ? Number.parseInt(since, 36) : 0;
}

/** Names of the fields of `sequence` that hold something else than `data` of a state says; undefined where none does. */
export function differingFrom(data: string, sequence: Sequence<unknown>): string | undefined {
  const [, , left, , marks] = form.exec(data)!;
  return differingFields(fieldsOf(sequence), marks!, left!);
}

/** Where an epoch begins. */
export interface EpochStart {
  readonly epoch: number;
  /** Batches of its global order that are behind it: 0, but for the first epoch after a resume. */
  readonly position: number;
  /** The state that is gone on from, for the first epoch of a resumed loader. */
  readonly state: LoaderState | undefined;
  /** What the sequence holds before it. */
  readonly fields: readonly Field[];
}

/**
 * Calls `onEpochBegin`, and whatever must come before it in a resumed run. `stopped` says whether the epoch has been given
 * up meanwhile.
 *
 * @throws StateError if the sequence does not come to hold what the state says; what a hook throws.
 */
export async function prepareEpoch(
  sequence: Sequence<unknown>,
  { epoch, state, fields }: EpochStart,
  { seed, stopped }: { readonly seed: number; readonly stopped: () => boolean },
): Promise<Seen> {
  const call = (hook: "begin" | "end", of: number) => callHook(sequence, hook, { epoch: of, seed });
  const read = (known: readonly Field[]) => fieldsOf(sequence, known);
  let before = fields;
  const begin = async (): Promise<Seen> => {
    await call("begin", epoch);
    // Without hooks nothing has run since.
    return { before, after: sequence.hasHooks ? read(before) : before };
  };
  if (state?.data === undefined) return begin();
  const { data, position } = state;
  const [, moment, left, mark, marks] = form.exec(data) as unknown as readonly [
    string,
    string,
    string,
    string,
    string,
  ];
  const differing = (fields: readonly Field[]) => differingFields(fields, marks, left);
  const first = firstEpochOf(state);
  // The state was taken in this epoch, or before the last one's `onEpochEnd`.
  const at = moment === letters.end ? epoch - 1 : epoch;
  if (sequence.hasHooks && (epoch > first || position > 0) && hidesFields(sequence))
    throw hiding(sequence, state);
  const isAsBefore = markOf(before, left) === mark;
  // Given as it was within the epoch: its `onEpochBegin` is behind it.
  let begun = moment !== letters.begin && !isAsBefore && differing(before) === undefined;
  if (!begun && !isAsBefore && sequence.hasHooks) {
    for (let past = first; past < at && !stopped(); past++) {
      await call("begin", past);
      await call("end", past);
    }
    before = read(before);
  }
  if (moment === letters.end) {
    if (!begun) await call("begin", at);
    check(sequence, differing(read(before)), state);
    await call("end", at);
    before = read(before);
    return begin();
  }
  if (moment === letters.begin) check(sequence, differing(before), state);
  begun ||= stopped();
  const seen = begun ? { before: undefined, after: before } : await begin();
  if (moment === letters.within && !stopped()) check(sequence, differing(seen.after), state);
  return seen;
}

function check(sequence: Sequence<unknown>, names: string | undefined, state: LoaderState): void {
  if (names === undefined) return;
  const what = sequence.hasHooks
    ? `also after its hooks were called again for the epochs before. Resume with a newly built sequence, as one that has run is past that batch. What a hook draws at random it must draw from the \`random\` that it is given, as in onEpochEnd(epoch, { random }), and not from Math.random(); or put the field back before resuming, from what was saved beside the state. A checkpoint of fit does that for a class with getState() and static fromState(state)`
    : "because it is other data, lies at another place, or was changed by the program meanwhile. Build the sequence as it was when the state was saved";
  throw new StateError(
    `The state does not belong to this loader: ${names} holds something else than at batch ${state.position} of epoch ${state.epoch}, ${what}. ${anyway}`,
  );
}

function hiding(sequence: Sequence<unknown>, { epoch }: LoaderState): StateError {
  return new StateError(
    `The state cannot be gone on from for certain: the hooks of ${nameOf(sequence)} may have changed its #private fields before epoch ${epoch}, and nobody outside can see those. Give the class getState() and static fromState(state), or keep what hooks change in ordinary fields. ${anyway}`,
  );
}

const anyway =
  "If it makes no difference to the batches, have getState() leave it out, or give a DataLoader the state without a word of it: { ...state, data: undefined }.";
