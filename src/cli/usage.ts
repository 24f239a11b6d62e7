/** How a command ends, and what is said of arguments that cannot be done. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** What a program that calls a command line is told by its exit code. */
export const exitCodes = {
  /** It was done, and nothing was found. */
  sound: 0,
  /** It was done, and something was found. */
  found: 1,
  /** It could not be done: wrong usage, or a target that cannot be loaded. */
  usage: 2,
  /** It was ended by Ctrl-C. */
  interrupted: 130,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command line cannot be done as it was given. Its message says what to write; no stack is shown. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Looks whether a file that is asked for can be written, before anything is done for it.
 *
 * @throws UsageError where its folder is not there.
 */
export function checkOut(out: string | undefined): void {
  if (out === undefined || existsSync(dirname(resolve(out)))) return;
  throw new UsageError(`--out ${out} cannot be written: there is no folder ${dirname(out)}.`);
}

/** The name in `known` that `name` was most likely meant to be; undefined where none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = candidate.startsWith(name) && name.length > 1 ? 1 : editDistance(name, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `. Did you mean …?` where a name in `known` is near, else what there is. */
export function suggestion(name: string, known: readonly string[], there: string): string {
  const near = nearest(name, known);
  return near === undefined ? `${there}${known.join(", ")}.` : `Did you mean ${near}?`;
}

/** Letters to change, add, drop, or swap with the next, until one text is the other (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
