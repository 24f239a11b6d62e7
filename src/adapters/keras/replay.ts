/**
 * How a run in Keras' order of hooks is gone on from: all hooks of the run so far are called again, in that order.
 *
 * Keras saves before some hooks and after others, so a checkpoint does not tell which ones had been called; but what the
 * sequence held then it must hold at one moment of the replay, or its hooks cannot be repeated and the run is refused.
 */
import { StateError } from "../../core/errors.ts";
import { fieldsOf } from "../../loader/contents.ts";
import { hidesFields } from "../../loader/hidden.ts";
import { differingFrom } from "../../loader/marks.ts";
import type { LoaderState } from "../../loader/state.ts";
import { originsOf } from "../../sequence/combinator.ts";
import { callHook } from "../../sequence/fetching.ts";
import { nameOf, type Sequence } from "../../sequence/sequence.ts";

/** A hook, and the epoch that it is told. */
export type HookCall = readonly [hook: "begin" | "end", epoch: number];

/**
 * Calls the hooks `past` again, which were called before the checkpoint with the loader's state was saved. What the
 * sequence held then, in short; undefined where it has nothing that hooks could have changed, and so none was called.
 *
 * @param steps where the run counts the batches of its beginning in every epoch: up to how many
 * @throws StateError if nobody knows what they have made of the sequence, as `past` is undefined or fields are hidden, or
 *   they do not make it again, or they change how many batches of `steps` there are.
 */
export async function replay(
  sequence: Sequence<unknown>,
  { data: held, seed }: LoaderState,
  past: readonly HookCall[] | undefined,
  steps?: number,
): Promise<string | undefined> {
  const hides = hidesFields(sequence);
  if (!sequence.hasHooks || !(hides || fieldsOf(sequence).length > 0)) return undefined;
  if (hides) throw refusal(sequence, "may have changed its #private fields, which nobody outside can see");
  if (past === undefined || held === undefined)
    throw refusal(sequence, "may have changed its batches in the midst of a pass");
  let names = differingFrom(held, sequence);
  const counted = () => Math.min(steps ?? 0, sequence.length);
  const begun = counted();
  for (const [hook, epoch] of past) {
    await callHook(sequence, hook, { epoch, seed });
    if (counted() !== begun)
      throw refusal(sequence, "change its length, and the run counted on that of its beginning");
    names &&= differingFrom(held, sequence);
  }
  if (names === undefined) return held;
  throw refusal(sequence, `were called again, and ${names} never came to hold what it held`);
}

function refusal(sequence: Sequence<unknown>, what: string): StateError {
  return new StateError(
    `A run with \`compat\` cannot be gone on from this checkpoint: the hooks of ${[...originsOf(sequence)].map(nameOf).join(" and ")} ${what}. Resume with a newly built sequence, whose hooks draw from the \`random\` that they are given and change ordinary fields; or leave \`compat\` out, or start the run anew.`,
  );
}
