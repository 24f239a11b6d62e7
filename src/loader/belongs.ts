/** Whether a state is one, and belongs to the loader that is to go on from it. */
import { show } from "../core/check.ts";
import { StateError } from "../core/errors.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { isData } from "./resume.ts";
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
