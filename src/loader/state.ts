/**
 * Where a loader stands, as JSON of at most 200 bytes.
 *
 * As order is arithmetic, this is all there is to save; restoring it costs nothing, wherever it stands. It says what was
 * consumed, not what was fetched ahead, and fits any worker count, worker kind, queue size and, taken at a moment when
 * all ranks stand at the same position, any world size.
 */
import { show } from "../core/check.ts";
import { StateError } from "../core/errors.ts";
import { hashWords, hexOf } from "../core/hash.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { describeSequence } from "./describe.ts";
import { isData } from "./resume.ts";

/** Version of the format and of the order that a seed stands for. */
export const stateVersion = 1;

/** Where a loader stands: `position` batches of the epoch's global order are behind it. */
export interface LoaderState {
  /** Version of this format and of the order that a seed stands for; a loader reads its own only. */
  readonly version: number;
  /** What the order is drawn from. */
  readonly seed: number;
  /** Number of the epoch that runs or comes next, from 0. */
  readonly epoch: number;
  /** Batches of that epoch that are behind it, of all ranks; 0 at its beginning. */
  readonly position: number;
  /** What the state belongs to, readable: class, length, order. */
  readonly fingerprint: string;
  /** What the sequence held, in short. Left out, the state is taken without a look at that. */
  readonly data?: string | undefined;
}

/** Longest description of a sequence in a fingerprint; keeps the whole state under 200 bytes. */
const longest = 38;

/** Stands for a length that hooks may still change. */
const open = "?";

/** What must be the same for a state to belong to a loader; `length` is undefined where hooks may still change it. */
export function fingerprint(sequence: object, length: number | undefined, shuffle: boolean): string {
  // ASCII only, so that characters are bytes.
  const plain = describeSequence(sequence).replace(/[^\w$#()=,.-]/g, "_");
  // What is cut off still counts.
  const short =
    plain.length <= longest
      ? plain
      : `${plain.slice(0, longest - 9)}#${hexOf(hashWords(Array.from(plain, (character) => character.charCodeAt(0))))}`;
  return `${short}:${length ?? open}:${shuffle ? "shuffled" : "in order"}`;
}

/** Whether a state is that of a loader which shuffles whole batches. */
export function isShuffled({ fingerprint }: LoaderState): boolean {
  return fingerprint.endsWith(":shuffled");
}

/** Whether a state that stands at an epoch's beginning is that of a sequence which hooks may change. */
export function hooksMayChange(state: LoaderState): boolean {
  return state.fingerprint.split(":")[1] === open;
}

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
      saved[i] === present[i] || (part === "length" && [saved[i], present[i]].includes(open))
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
