/**
 * A band matrix as the kernel reads it: fixed-point weights in pairs.
 *
 * Weights have 14 bits and each row of them sums to exactly 2^14, so that a flat image stays flat. They are rounded by
 * their running sum, so that the errors of neighbours cancel.
 */
import type { Band } from "../axis.ts";

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

/** The vertical table: for each row { i32 first row, i32 pairs, pairs of i16 weights }. */
export function rowTable(band: Band): Table {
  return makeTable(band, 8, (view, at, first, weights) => {
    view.setInt32(at, first, true);
    view.setInt32(at + 4, pairsOf(weights), true);
  });
}

/**
 * The horizontal table: for each column { i32 byte offset, pairs of i16 weights }. The offset counts in the kernel's
 * row between the passes: two bytes for each number, from column `from` on.
 */
export function columnTable(band: Band, channels: number): Table {
  return makeTable(band, 4, (view, at, first, _, from) => {
    view.setInt32(at, (first - from) * channels * 2, true);
  });
}

type WriteHead = (
  view: DataView,
  at: number,
  first: number,
  weights: readonly number[],
  from: number,
) => void;

function makeTable({ first, weights }: Band, head: number, writeHead: WriteHead): Table {
  const length = first.length;
  let pairs = 1;
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (let i = 0; i < length; i++) {
    pairs = Math.max(pairs, pairsOf(weights[i]!));
    from = Math.min(from, first[i]!);
    to = Math.max(to, first[i]! + weights[i]!.length);
  }
  const step = head + 4 * pairs;
  const view = new DataView(new ArrayBuffer(step * length));
  for (let i = 0; i < length; i++) {
    writeHead(view, i * step, first[i]!, weights[i]!, from);
    writeWeights(view, i * step + head, weights[i]!);
  }
  return { bytes: new Uint8Array(view.buffer), length, pairs, step, from, to };
}

function pairsOf(weights: readonly number[]): number {
  return (weights.length + 1) >> 1;
}

function writeWeights(view: DataView, at: number, weights: readonly number[]): void {
  let sum = 0;
  let written = 0;
  for (let k = 0; k < weights.length; k++) {
    sum += weights[k]!;
    const next = Math.round(sum * one);
    view.setInt16(at + 2 * k, next - written, true);
    written = next;
  }
}
