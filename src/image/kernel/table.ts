/**
 * A band matrix as the kernel reads it: fixed-point weights in pairs, which the kernel makes itself (assembly/weights.ts).
 */
import { type Axis, type AxisChain, type AxisSampling, type AxisSpread, chainOf } from "../axis.ts";
import type { Channels } from "../colour.ts";
import type { Pipeline } from "../pipeline.ts";
import { ColumnWeights, Place, RowWeights } from "./assembly/layout.ts";
import { PadEdge, Spread, SpreadKind, Weighed } from "./assembly/weights-layout.ts";
import type { Kernel } from "./kernel.ts";

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
  kernel: Kernel,
  pipeline: Pipeline,
  { height, width, orientation, samples }: Stored,
): readonly [rows: WantedTable, columns: WantedTable] {
  const { rows, columns } = pipeline.axes(height, width);
  // What is not kept has to differ from the image's other tables only.
  const named = (axis: Axis, sampling: AxisSampling | undefined) =>
    `${sampling?.spacing} ${sampling?.upsampling} ${pipeline.once ? "" : axis.key}`;
  const flipRows = orientation > 1 && [3, 4, 7, 8].includes(orientation);
  const flipColumns = orientation > 1 && [2, 3, 6, 7].includes(orientation);
  const [channels, unit, ofRows, ofColumns] =
    typeof samples === "number" ? [samples, 1] : [1, 4, samples.rows, samples.columns];
  return [
    {
      key: `rows ${height} ${flipRows} ${named(rows, ofRows)}`,
      make: () => makeTable(kernel, chain(rows, height, flipRows, ofRows), 1, undefined),
    },
    {
      key: `columns ${channels} ${unit} ${width} ${flipColumns} ${named(columns, ofColumns)}`,
      make: () => makeTable(kernel, chain(columns, width, flipColumns, ofColumns), unit, channels),
    },
  ];
}

function chain(
  { steps }: Axis,
  length: number,
  flip: boolean,
  sampling: AxisSampling | undefined,
): AxisChain {
  return chainOf(flip ? [{ kind: "flip" }, ...steps] : steps, length, sampling);
}

/**
 * Makes a table in the room of images, of which there is none yet.
 *
 * @param unit the kernel takes so many pairs, and so many positions, at a time
 * @param channels of columns, how many numbers a pixel has in the row between the passes; undefined for rows
 */
function makeTable(
  kernel: Kernel,
  { spreads, size, most }: AxisChain,
  unit: number,
  channels: number | undefined,
): ResamplingTable {
  const { functions } = kernel;
  const start = kernel.room().end;
  const list = spreads.map(valuesOf);
  const last = list.reduce((at, values) => at + Spread.values + 8 * values.length, start);
  // A position more than there are is reached at most.
  const row = 8 * (most + 1);
  let end = last + 3 * row;
  // How many weights there are is known when they are made.
  for (let room = 64 * size; ; room *= 2) {
    end = last + 3 * row + room;
    kernel.reserve(end);
    for (let i = 0, at = start; i < list.length; i++) {
      const values = list[i]!;
      const bytes = Spread.values + 8 * values.length;
      kernel.set(at + Spread.kind, SpreadKind[spreads[i]!.kind]);
      kernel.set(at + Spread.bytes, bytes);
      new Float64Array(kernel.bytes.buffer, at + Spread.values).set(values);
      at += bytes;
    }
    if (functions.weighAxis(start, last, size, row, end) !== 0) break;
  }
  const weighed = (field: Weighed) => kernel.get(Place.weighed + field);
  const [from, to] = [weighed(Weighed.from), weighed(Weighed.to)];
  const head = channels === undefined ? RowWeights.weights : ColumnWeights.weights;
  const pairs = Math.ceil(((weighed(Weighed.most) + 1) >> 1) / unit) * unit;
  const step = head + 4 * pairs;
  const bytes = new Uint8Array(step * Math.ceil(size / unit) * unit);
  kernel.reserve(end + step * size);
  // The row between the passes holds two bytes for each number and starts at the first column that is needed.
  if (channels === undefined) functions.writeTable(end, size, step, head, 0, 1);
  else functions.writeTable(end, size, step, head, from, channels * 2);
  bytes.set(kernel.bytes.subarray(end, end + step * size));
  const inside = [weighed(Weighed.inside), weighed(Weighed.outside)] as const;
  return { bytes, length: size, pairs, step, from, to, inside };
}

/** The values of a spread, in the order that {@link SpreadKind} says. */
function valuesOf(spread: AxisSpread): readonly number[] {
  switch (spread.kind) {
    case "shift":
      return [spread.by];
    case "flip":
      return [spread.size];
    case "triangle": {
      const { from, to, origin, direction, spacing, wide } = spread;
      return [from, to, origin, direction, spacing, wide ? 1 : 0];
    }
    case "repeat":
    case "interpolate":
      return [spread.stored, spread.spacing];
    case "blur":
      return [spread.length, (spread.shares.length - 1) / 2, ...spread.shares];
    case "pad":
      return [spread.length, spread.before, PadEdge[spread.mode]];
    default:
      return [spread.from, spread.to];
  }
}
