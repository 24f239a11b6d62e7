/**
 * A band matrix as the kernel reads it: fixed-point weights in pairs.
 *
 * Weights have 14 bits and each row of them sums to exactly 2^14, so that a flat image stays flat. They are rounded by
 * their running sum, so that the errors of neighbours cancel.
 */
import { type Band, bandOf, type Step } from "../axis.ts";
import type { Wanted } from "./memory.ts";

/** The kernel's weight of one: 14 bits, so that products with 16-bit numbers fit 32. */
const one = 1 << 14;

/** A table and what the kernel is told about it. */
export interface Table {
  readonly bytes: Uint8Array;
  /** Output places. */
  readonly length: number;
  /** Most pairs of weights of a place. */
  readonly pairs: number;
  /** Bytes of a place. */
  readonly step: number;
  /** Input places that are needed: from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
}

/** Which of the kernel's tables: see assembly/pixels.ts and assembly/planes.ts. */
export type TableKind =
  /** For each row { i32 first row, i32 pairs, pairs of i16 weights }. */
  | { readonly kind: "rows" }
  /** For each column { i32 byte offset in the row between the passes, pairs of i16 weights }. */
  | { readonly kind: "columns"; readonly channels: number }
  /** The same for one channel, weights in eights and columns in fours. */
  | { readonly kind: "plane columns" };

/**
 * The table of one axis: of `steps` over an input of `length`, flipped first if `flip`.
 *
 * @param subsampled whether the input is stored at half the length (a JPEG's chroma), to be interpolated as libjpeg
 *   does
 */
export function axisTable(
  steps: readonly Step[],
  length: number,
  flip: boolean,
  kind: TableKind,
  subsampled: boolean = false,
): Wanted {
  const channels = kind.kind === "columns" ? kind.channels : 1;
  return {
    key: `${kind.kind} ${channels} ${length} ${flip} ${subsampled} ${keyOf(steps)}`,
    make() {
      const band = bandOf(flip ? [{ kind: "flip" }, ...steps] : steps, length, subsampled);
      if (kind.kind === "rows") {
        return makeTable(band, 8, 1, (view, at, first, count) => {
          view.setInt32(at, first, true);
          view.setInt32(at + 4, pairsOf(count), true);
        });
      }
      // The row between the passes holds two bytes for each number and starts at the first column that is needed.
      return makeTable(band, 4, kind.kind === "columns" ? 1 : 4, (view, at, first, _, from) => {
        view.setInt32(at, (first - from) * channels * 2, true);
      });
    },
  };
}

const keys = new WeakMap<readonly Step[], string>();

function keyOf(steps: readonly Step[]): string {
  let key = keys.get(steps);
  if (key === undefined) {
    key = JSON.stringify(steps);
    keys.set(steps, key);
  }
  return key;
}

type WriteHead = (view: DataView, at: number, first: number, count: number, from: number) => void;

/** `unit`: the kernel takes so many pairs, and so many places, at a time. */
function makeTable(band: Band, head: number, unit: number, writeHead: WriteHead): Table {
  const { first, count } = band;
  const { length } = first;
  let most = 1;
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (let i = 0; i < length; i++) {
    most = Math.max(most, count[i]!);
    from = Math.min(from, first[i]!);
    to = Math.max(to, first[i]! + count[i]!);
  }
  const pairs = Math.ceil(pairsOf(most) / unit) * unit;
  const step = head + 4 * pairs;
  const view = new DataView(new ArrayBuffer(step * Math.ceil(length / unit) * unit));
  for (let i = 0; i < length; i++) {
    writeHead(view, i * step, first[i]!, count[i]!, from);
    writeWeights(view, i * step + head, band, i);
  }
  return { bytes: new Uint8Array(view.buffer), length, pairs, step, from, to };
}

function pairsOf(count: number): number {
  return (count + 1) >> 1;
}

function writeWeights(view: DataView, at: number, { weights, at: starts, count }: Band, i: number): void {
  let sum = 0;
  let written = 0;
  for (let k = 0; k < count[i]!; k++) {
    sum += weights[starts[i]! + k]!;
    const next = Math.round(sum * one);
    view.setInt16(at + 2 * k, next - written, true);
    written = next;
  }
}
