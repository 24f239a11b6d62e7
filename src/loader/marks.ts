/**
 * The sequence's part of a state: what it held, in 18 characters, and at which moment. What a loader does that goes on from
 * there is in resume.ts.
 */
import type { Sequence } from "../sequence/sequence.ts";
import { differingFields, type Field, fieldsOf, markOf, marksOf, slotsLeftOut } from "./contents.ts";
import type { LoaderState } from "./state.ts";

/**
 * At which moment it was seen: before an epoch's `onEpochBegin`, after it, or after an epoch's last batch but before its
 * `onEpochEnd`.
 */
export type Moment = "begin" | "within" | "end";

/** How a moment is written. */
export const letters: { readonly [M in Moment]: string } = { begin: "b", within: "w", end: "e" };

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

/** What {@link dataOf} gives. */
export const form: RegExp = /^([bwe])([\w.]{4})([\w.]{2}|--)([\w.]{9})([\da-z]{0,2})$/;

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
