/**
 * A band matrix as the kernel reads it: fixed-point weights in pairs.
 *
 * Weights have 14 bits and each row of them sums to exactly 2^14, so that a flat image stays flat. They are rounded by
 * their running sum, so that the errors of neighbours cancel.
 */
import { type Axis, type Band, bandOf } from "../axis.ts";
import type { Channels } from "../colour.ts";
import type { Pipeline } from "../pipeline.ts";
import { ColumnWeights, RowWeights } from "./assembly/layout.ts";

/** The kernel's weight of one: 14 bits, so that products with 16-bit numbers fit 32. */
const one = 1 << 14;

/** A table and what the kernel is told about it. */
export interface ResamplingTable {
  readonly bytes: Uint8Array;
  /** Output positions. */
  readonly length: number;
  /** Most pairs of weights of a position. */
  readonly pairs: number;
  /** Bytes of a position. */
  readonly step: number;
  /** Input positions that are needed: from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  /** Output positions that have an input: from the first up to, not including, the second. The others are outside. */
  readonly inside: readonly [from: number, to: number];
}

/** A table in the kernel's memory. */
export interface PlacedTable extends ResamplingTable {
  at: number;
}

/** A table that an image needs: found by its key, or made. */
export interface WantedTable {
  readonly key: string;
  readonly make: () => ResamplingTable;
}

/** How samples are stored that are to be resampled. */
export interface Stored {
  /** Of the whole image, upright but for flips. */
  readonly height: number;
  readonly width: number;
  /** The EXIF orientation: what it flips is flipped first. */
  readonly orientation: number;
  /**
   * Channels of whole pixels; or which axes of a JPEG's plane are stored at half the length, to be interpolated as
   * libjpeg does. The kernel takes a plane's weights in eights and its columns in fours.
   */
  readonly samples: Channels | { readonly halfRows: boolean; readonly halfColumns: boolean };
}

/** The tables of rows and of columns: see {@link RowWeights} and {@link ColumnWeights}. */
export function axisTables(
  pipeline: Pipeline,
  { height, width, orientation, samples }: Stored,
): readonly [rows: WantedTable, columns: WantedTable] {
  const { rows, columns } = pipeline.axes(height, width);
  const flipRows = orientation > 1 && [3, 4, 7, 8].includes(orientation);
  const flipColumns = orientation > 1 && [2, 3, 6, 7].includes(orientation);
  const [channels, unit, halfRows, halfColumns] =
    typeof samples === "number" ? [samples, 1, false, false] : [1, 4, samples.halfRows, samples.halfColumns];
  return [
    {
      key: `rows ${height} ${flipRows} ${halfRows} ${rows.key}`,
      make: () =>
        makeTable(band(rows, height, flipRows, halfRows), RowWeights.weights, 1, (view, at, first, count) => {
          view.setInt32(at + RowWeights.first, first, true);
          view.setInt32(at + RowWeights.pairs, pairsOf(count), true);
        }),
    },
    {
      key: `columns ${channels} ${unit} ${width} ${flipColumns} ${halfColumns} ${columns.key}`,
      make: () =>
        makeTable(
          band(columns, width, flipColumns, halfColumns),
          ColumnWeights.weights,
          unit,
          // The row between the passes holds two bytes for each number and starts at the first column that is needed.
          (view, at, first, _, from) => {
            view.setInt32(at + ColumnWeights.first, (first - from) * channels * 2, true);
          },
        ),
    },
  ];
}

function band({ steps }: Axis, length: number, flip: boolean, subsampled: boolean): Band {
  return bandOf(flip ? [{ kind: "flip" }, ...steps] : steps, length, subsampled);
}

type WriteHead = (view: DataView, at: number, first: number, count: number, from: number) => void;

/** `unit`: the kernel takes so many pairs, and so many positions, at a time. */
function makeTable(band: Band, head: number, unit: number, writeHead: WriteHead): ResamplingTable {
  const { first, count } = band;
  const { length } = first;
  let most = 1;
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  const inside: [number, number] = [length, 0];
  for (let i = 0; i < length; i++) {
    if (count[i] === 0) continue;
    inside[0] = Math.min(inside[0], i);
    inside[1] = i + 1;
    most = Math.max(most, count[i]!);
    from = Math.min(from, first[i]!);
    to = Math.max(to, first[i]! + count[i]!);
  }
  // All of it may lie outside.
  if (inside[1] === 0) [from, to] = [0, 1];
  const pairs = Math.ceil(pairsOf(most) / unit) * unit;
  const step = head + 4 * pairs;
  const view = new DataView(new ArrayBuffer(step * Math.ceil(length / unit) * unit));
  for (let i = 0; i < length; i++) {
    writeHead(view, i * step, count[i] === 0 ? from : first[i]!, count[i]!, from);
    writeWeights(view, i * step + head, band, i);
  }
  return { bytes: new Uint8Array(view.buffer), length, pairs, step, from, to, inside };
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
