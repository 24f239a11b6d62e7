/** How the components of a JPEG lie: in units that are interleaved, in blocks, in samples. ITU-T T.81 A.1 and A.2. */
import { type AxisSampling, everyPixel } from "../axis.ts";
import type { JpegHeader } from "../header/jpeg.ts";
import type { PlacedTable, PlaneSampling } from "./table.ts";

/** A JPEG's components in units of its interleaved scans. */
export interface JpegFrame {
  readonly planes: readonly FramePlane[];
  /** Units of a row, and of a column. */
  readonly mcusX: number;
  readonly mcusY: number;
}

/** A component: blocks of a unit, those of a row and a column that have samples, and how few samples it has. */
export interface FramePlane {
  readonly h: number;
  readonly v: number;
  readonly blocksX: number;
  readonly blocksY: number;
  readonly samples: PlaneSampling;
}

/** The frame of a JPEG as it is stored. */
export function frameOf({ height, width, components: all }: JpegHeader): JpegFrame {
  // A single component is not interleaved, whatever its sampling factors say (T.81 A.2.2).
  const components = all.length === 1 ? [{ ...all[0]!, h: 1, v: 1 }] : all;
  const hMost = components.reduce((most, { h }) => Math.max(most, h), 1);
  const vMost = components.reduce((most, { v }) => Math.max(most, v), 1);
  return {
    mcusX: Math.ceil(width / (8 * hMost)),
    mcusY: Math.ceil(height / (8 * vMost)),
    planes: components.map(({ h, v }) => {
      const columns = Math.ceil((width * h) / hMost);
      const rows = Math.ceil((height * v) / vMost);
      // libjpeg interpolates between two of the same axis, or four neighbours, unless there are too few.
      const smooth = hMost === h || (hMost === 2 * h && columns > 2 && (vMost === v || vMost === 2 * v));
      return {
        h,
        v,
        blocksX: Math.ceil(columns / 8),
        blocksY: Math.ceil(rows / 8),
        samples: { rows: samplingOf(v, vMost, smooth), columns: samplingOf(h, hMost, smooth) },
      };
    }),
  };
}

function samplingOf(kept: number, of: number, smooth: boolean): AxisSampling {
  if (kept === of) return everyPixel;
  // libjpeg does without such as 2 of 3; those are interpolated.
  const repeats = of % kept === 0 && !(smooth && of === 2 * kept);
  return { spacing: of / kept, upsampling: repeats ? "repeat" : "interpolate" };
}

/** A block is transformed to 2^rows rows and 2^columns columns of samples. */
export interface BlockSize {
  readonly rows: number;
  readonly columns: number;
}

/** All samples of a block. */
export const wholeBlock: BlockSize = { rows: 3, columns: 3 };

/** The same samples where a block is transformed to fewer. */
export function scaledSampling({ rows, columns }: PlaneSampling, size: BlockSize): PlaneSampling {
  return { rows: scaledAxis(rows, size.rows), columns: scaledAxis(columns, size.columns) };
}

function scaledAxis(axis: AxisSampling, size: number): AxisSampling {
  return size === 3 ? axis : { spacing: axis.spacing * 2 ** (3 - size), upsampling: "none" };
}

/** Blocks of a component: columns from `left` up to, not including, `right`, and such rows. */
export interface Blocks {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of a component that is not needed. */
export const noBlocks: Blocks = { left: 0, right: 0, top: 0, bottom: 0 };

/** The blocks of that size that hold what is needed along their rows and columns. */
export function blocksOf(rows: PlacedTable, columns: PlacedTable, size: BlockSize): Blocks {
  return {
    left: columns.from >> size.columns,
    right: ((columns.to - 1) >> size.columns) + 1,
    top: rows.from >> size.rows,
    bottom: ((rows.to - 1) >> size.rows) + 1,
  };
}
