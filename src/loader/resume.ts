/**
 * Going on from a state: whether it is one and belongs to this loader, and how an epoch is brought to begin as it was.
 *
 * A batch is a function of (seed, epoch, index) and of the sequence, which hooks and the program may change between
 * epochs. So a state says in 18 characters what the sequence held, and a resumed loader begins only once its own holds
 * that: because it was given so, or because its hooks did again what they had done in the epochs before (what they draw
 * from their `random` they draw again). Otherwise the state is refused: never does another stream go on in silence.
 */
import { show } from "../core/check.ts";
import { StateError } from "../core/errors.ts";
import { callHook } from "../sequence/fetching.ts";
import { nameOf, type Sequence } from "../sequence/sequence.ts";
import { differingFields, type Field, fieldsOf, markOf } from "./contents.ts";
import { hidesFields } from "./hidden.ts";
import { type EpochStart, firstEpochOf, form, isData, letters, type Seen } from "./marks.ts";
import { fingerprint, type LoaderState, openLength, stateVersion } from "./state.ts";

/**
 * Checks everything of a state that does not depend on the sequence's length.
 *
 * @throws StateError saying what differs.
 */
export function checkState(state: LoaderState, seed: number): void {
  if (typeof state !== "object" || state === null) {
    throw new StateError(
      `A loader's state is what loader.state() returns, got ${show(state)}. Where it was saved as text, use JSON.parse.`,
    );
  }
  if (!Object.hasOwn(state, "version")) {
    throw new StateError("The state has no version; it was not written by loader.state().");
  }
  if (state.version !== stateVersion) {
    throw new StateError(
      `The state has version ${show(state.version)}, this epochal reads version ${stateVersion}: the order that a seed stands for has changed in between. Resume with the release that wrote it, or start a new run.`,
    );
  }
  for (const key of ["seed", "epoch", "position"] as const) {
    if (!Number.isSafeInteger(state[key]) || (key !== "seed" && state[key] < 0)) {
      throw new StateError(
        `The state's ${key} is ${show(state[key])}; it was not written by loader.state().`,
      );
    }
  }
  if (state.data !== undefined && !isData(state.data)) {
    throw new StateError(`The state's data is ${show(state.data)}; it was not written by loader.state().`);
  }
  if (state.seed !== seed) {
    throw new StateError(
      `The state belongs to seed ${state.seed}, the loader has seed ${seed}. Leave \`seed\` out to take the state's.`,
    );
  }
}

/**
 * Checks that a state belongs to `sequence` and stands at a batch that there is. `length` is undefined before the hooks of
 * its epoch have run, which may change it.
 *
 * @throws StateError saying what differs.
 */
export function checkBelongs(
  state: LoaderState,
  sequence: Sequence<unknown>,
  { length, shuffle }: { readonly length: number | undefined; readonly shuffle: boolean },
): void {
  const known = state.position === 0 && sequence.hasHooks ? undefined : length;
  checkFingerprint(state, fingerprint(sequence, known, shuffle));
  if (length !== undefined) checkPosition(state, length);
}

function checkFingerprint(state: LoaderState, expected: string): void {
  const parts = ["sequence", "length", "order"];
  const saved = String(state.fingerprint).split(":");
  const present = expected.split(":");
  const differences = parts
    .map((part, i) =>
      saved[i] === present[i] || (part === "length" && [saved[i], present[i]].includes(openLength))
        ? ""
        : `${part} ${saved[i]} in the state, ${present[i]} here`,
    )
    .filter(Boolean);
  if (differences.length === 0) return;
  throw new StateError(
    `The state does not belong to this loader: ${differences.join("; ")}. Build the loader as it was when the state was saved.`,
  );
}

function checkPosition({ position, epoch }: LoaderState, length: number): void {
  if (position < length || position === 0) return;
  throw new StateError(
    `The state stands at batch ${position} of epoch ${epoch}, but the epoch has ${length} batches, from 0 to ${length - 1}. It was not written by loader.state() of this sequence; the next epoch begins at { epoch: ${epoch + 1}, position: 0 }.`,
  );
}

/** What an epoch that is gone on with is begun by. */
export interface ResumedBy {
  readonly seed: number;
  readonly stopped: () => boolean;
  /** Calls its `onEpochBegin`; `before` is what the sequence holds before that. */
  readonly begin: (before: readonly Field[]) => Promise<Seen>;
}

/**
 * Calls `onEpochBegin`, by `begin`, and whatever must come before it to go on from the state of `start`. `stopped` says
 * whether the epoch has been given up meanwhile.
 *
 * @throws StateError if the sequence does not come to hold what the state says; what a hook throws.
 */
export async function resumeEpoch(
  sequence: Sequence<unknown>,
  { epoch, state, fields }: EpochStart & { readonly state: LoaderState },
  { seed, stopped, begin: beginEpoch }: ResumedBy,
): Promise<Seen> {
  const call = (hook: "begin" | "end", of: number) => callHook(sequence, hook, { epoch: of, seed });
  const read = (known: readonly Field[]) => fieldsOf(sequence, known);
  let before = fields;
  const begin = (): Promise<Seen> => beginEpoch(before);
  const { data, position } = state;
  const [, moment, left, mark, marks] = form.exec(data!) as unknown as readonly [
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
