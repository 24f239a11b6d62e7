/**
 * Where a loader stands, as JSON of at most 200 bytes.
 *
 * As order is arithmetic, this is all there is to save; restoring it costs nothing, wherever it stands. It says what was
 * consumed, not what was fetched ahead, and fits any worker count, worker kind, queue size and, taken at a moment when
 * all ranks stand at the same position, any world size.
 */
import { hashWords, hexOf } from "../core/hash.ts";
import { describeSequence } from "./describe.ts";

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

/** Stands in a fingerprint for a length that hooks may still change. */
export const openLength = "?";

/** What must be the same for a state to belong to a loader; `length` is undefined where hooks may still change it. */
export function fingerprint(sequence: object, length: number | undefined, shuffle: boolean): string {
  // ASCII only, so that characters are bytes.
  const plain = describeSequence(sequence).replace(/[^\w$#()=,.-]/g, "_");
  // What is cut off still counts.
  const short =
    plain.length <= longest
      ? plain
      : `${plain.slice(0, longest - 9)}#${hexOf(hashWords(Array.from(plain, (character) => character.charCodeAt(0))))}`;
  return `${short}:${length ?? openLength}:${shuffle ? "shuffled" : "in order"}`;
}

/** Whether a state is that of a loader which shuffles whole batches. */
export function isShuffled({ fingerprint }: LoaderState): boolean {
  return fingerprint.endsWith(":shuffled");
}

/** Whether a state that stands at an epoch's beginning is that of a sequence which hooks may change. */
export function hooksMayChange(state: LoaderState): boolean {
  return state.fingerprint.split(":")[1] === openLength;
}
