/** How many batches a sequence has. */
import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { nameOf, type Sequence, whyEmpty } from "./sequence.ts";

/**
 * The number of batches of a sequence, checked.
 *
 * @throws OptionError if it is no whole number, or 0.
 */
export function lengthOf(sequence: Sequence<unknown>): number {
  const { length } = sequence;
  if (length === Number.POSITIVE_INFINITY || (Number.isSafeInteger(length) && length > 0)) return length;
  throw new OptionError(
    length === 0
      ? `${nameOf(sequence)} has length 0: there is nothing to load. ${whyEmpty(sequence) ?? "Check the files or samples it was given."}`
      : `${nameOf(sequence)}.length must be a whole number of batches or Infinity, got ${show(length)}.${Number.isFinite(length) && length > 0 ? " Round it: Math.ceil counts a smaller last batch, Math.floor does not." : whyNone(length)}`,
  );
}

/** What is likely to be meant by a length that is none. */
function whyNone(length: unknown): string {
  if (typeof length === "function" || length === undefined)
    return " Write it as a getter: get length() { … }.";
  return Number.isNaN(length)
    ? " Something that it is computed from, such as a dataset's own length, is no number."
    : "";
}
