/**
 * A band matrix as the kernel reads it: fixed-point weights in pairs.
 *
 * Weights have 14 bits and each row of them sums to exactly 2^14, so that a flat image stays flat. They are rounded by
 * their running sum, so that the errors of neighbours cancel.
 */
import { type Axis, type AxisSampling, type Band, bandOf } from "../axis.ts";
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
   * Channels of whole pixels; or how the axes of a JPEG's plane are stored. The kernel takes a plane's weights in eights
   * and its columns in fours.
   */
  readonly samples: Channels | PlaneSampling;
}

/** How the axes of a JPEG's plane are stored. */
export interface PlaneSampling {
  readonly rows: AxisSampling;
  readonly columns: AxisSampling;
}

/** A JPEG's plane. */
export interface StoredPlane extends Stored {
  readonly samples: PlaneSampling;
}

/** The tables of rows and of columns: see {@link RowWeights} and {@link ColumnWeights}. */
export function axisTables(
  pipeline: Pipeline,
  { height, width, orientation, samples }: Stored,
): readonly [rows: WantedTable, columns: WantedTable] {
  const { rows, columns } = pipeline.axes(height, width);
  const flipRows = orientation > 1 && [3, 4, 7, 8].includes(orientation);
  const flipColumns = orientation > 1 && [2, 3, 6, 7].includes(orientation);
  const [channels, unit, ofRows, ofColumns] =
    typeof samples === "number" ? [samples, 1] : [1, 4, samples.rows, samples.columns];
  return [
    {
      key: `rows ${height} ${flipRows} ${named(ofRows)} ${rows.key}`,
      make: () =>
        makeTable(band(rows, height, flipRows, ofRows), RowWeights.weights, 1, (words, at, first, count) => {
          words[(at + RowWeights.first) >> 2] = first;
          words[(at + RowWeights.pairs) >> 2] = pairsOf(count);
        }),
    },
    {
      key: `columns ${channels} ${unit} ${width} ${flipColumns} ${named(ofColumns)} ${columns.key}`,
      make: () =>
        makeTable(
          band(columns, width, flipColumns, ofColumns),
          ColumnWeights.weights,
          unit,
          // The row between the passes holds two bytes for each number and starts at the first column that is needed.
          (words, at, first, _, from) => {
            words[(at + ColumnWeights.first) >> 2] = (first - from) * channels * 2;
          },
        ),
    },
  ];
}

function named(sampling: AxisSampling | undefined): string {
  return sampling === undefined ? "" : `${sampling.spacing} ${sampling.upsampling}`;
}

function band({ steps }: Axis, length: number, flip: boolean, sampling: AxisSampling | undefined): Band {
  return bandOf(flip ? [{ kind: "flip" }, ...steps] : steps, length, sampling);
}

type WriteHead = (words: Int32Array, at: number, first: number, count: number, from: number) => void;

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
  // Little-endian, as WebAssembly and all machines that run it.
  const buffer = new ArrayBuffer(step * Math.ceil(length / unit) * unit);
  const words = new Int32Array(buffer);
  const weights = new Int16Array(buffer);
  for (let i = 0; i < length; i++) {
    writeHead(words, i * step, count[i] === 0 ? from : first[i]!, count[i]!, from);
    writeWeights(weights, (i * step + head) >> 1, band, i);
  }
  return { bytes: new Uint8Array(buffer), length, pairs, step, from, to, inside };
}

function pairsOf(count: number): number {
  return (count + 1) >> 1;
}

function writeWeights(to: Int16Array, at: number, { weights, at: starts, count }: Band, i: number): void {
  const start = starts[i]!;
  const end = start + count[i]!;
  let sum = 0;
  let written = 0;
  for (let k = start; k < end; k++) {
    sum += weights[k]!;
    const next = Math.round(sum * one);
    to[at++] = next - written;
    written = next;
  }
}
