/**
 * The resampling kernel of this thread: its WebAssembly memory, and the tables kept in it.
 *
 * Memory, from the bottom: colour matrix, tables (kept from image to image), decoded pixels, the same transposed
 * (only for some EXIF orientations), one row of work space, result. Invariants: all of it belongs to one image at a
 * time, and everything here is synchronous; views are made after the memory was grown, as growing detaches them.
 * Limit: WebAssembly memory never shrinks, so after a very large image the instance is thrown away.
 */
import { ImageError } from "../../core/errors.ts";
import { bandOf, type Step } from "../axis.ts";
import { type Affine, type Channels, channelMap, composed } from "../colour.ts";
import type { Plan } from "../plan.ts";
import { kernelBase64 } from "./kernel.generated.ts";
import { columnTable, rowTable, type Table } from "./table.ts";

/** A kernel made ready for one image; see {@link prepare}. */
export interface Prepared {
  /** The result's shape. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Where the decoded pixels go: rows without gaps. */
  readonly pixels: Uint8Array;
  /** Runs the plan over `pixels` and writes the result into `out`. */
  run(out: Uint8Array | Float32Array): void;
}

/** The part of `WebAssembly` that is used; its types come with the DOM's, which Node code does without. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  render(...args: number[]): void;
  transpose(source: number, width: number, height: number, channels: number, out: number): void;
}

/** A table, and where in memory it lies. */
interface Placed {
  readonly table: Table;
  at: number;
}

const colourAt = 1024;
const tablesAt = 2048;
const page = 65536;

/** Room for tables: more than a hundred axes of photograph size. */
const tableRoom = 1 << 20;

/** An instance with more memory than this is not kept: 64 MB hold a photograph of 20 megapixels. */
const keepBytes = 64 << 20;

/** The kernel multiplies bytes by 2^21: 7 bits of fraction after the vertical pass, 14 more after the horizontal. */
const unit = 2 ** -21;

let module: object | undefined;
let kernel: Exports | undefined;
let memory: Uint8Array = new Uint8Array(0);
let placed = new Map<string, Placed>();
let tablesNext = tablesAt;
let tablesEnd = tablesAt + tableRoom;

/**
 * Makes the kernel ready for pixels of `height` x `width` x `channels` as they were stored, which are upright under
 * the EXIF `orientation` (1 to 8). Fill `pixels`, then call `run`, before the next call of this function.
 *
 * @throws ImageError if a crop does not fit.
 */
export function prepare(
  plan: Plan,
  height: number,
  width: number,
  channels: Channels,
  orientation: number,
): Prepared {
  if (memory.length > keepBytes) kernel = undefined;
  const { render, transpose } = ready();
  const transposed = orientation >= 5;
  const [h, w] = transposed ? [width, height] : [height, width];
  const [rows, columns] = place(
    find(plan.rows, h, orientation === 3 || orientation === 4 || orientation >= 7, 0),
    find(plan.columns, w, [2, 3, 6, 7].includes(orientation), channels),
  );

  const outHeight = rows.table.length;
  const outWidth = columns.table.length;
  const stride = w * channels;
  const from = columns.table.from * channels;
  const to = columns.table.to * channels;
  const size = outHeight * outWidth * plan.channels;
  const float = plan.dtype === "float32";
  // The kernel reads, with weights of zero, up to one row and a vector past the pixels, and a few columns past a row.
  const source = tablesEnd;
  const upright = transposed ? align(source + h * stride) : source;
  const work = align(upright + (h + 1) * stride + 64);
  const out = align(work + 2 * (to - from) + 16 * outWidth + 32 * columns.table.pairs + 256);
  reserve(out + size * (float ? 4 : 1) + 64);
  const colour = kernelColour(composed(plan.colour, channelMap(channels, plan.input)));

  return {
    shape: [outHeight, outWidth, plan.channels],
    pixels: memory.subarray(source, source + h * stride),
    run(target) {
      new Float32Array(memory.buffer, colourAt, 20).set(colour.values);
      if (transposed) transpose(source, width, height, channels, upright);
      render(
        upright,
        stride,
        channels,
        rows.at,
        rows.table.step,
        outHeight,
        columns.at,
        columns.table.pairs,
        outWidth,
        from,
        to,
        work,
        colourAt,
        colour.diagonal ? 0 : 1,
        plan.channels,
        float ? 1 : 0,
        out,
      );
      target.set(float ? new Float32Array(memory.buffer, out, size) : memory.subarray(out, out + size));
    },
  };
}

/** The table of one axis, from memory or made anew; `channels` is 0 for the vertical one. */
function find(
  steps: readonly Step[],
  length: number,
  flip: boolean,
  channels: number,
): { readonly key: string; readonly make: () => Table } {
  return {
    key: `${channels} ${length} ${flip} ${keyOf(steps)}`,
    make() {
      const band = bandOf(flip ? [{ kind: "flip" }, ...steps] : steps, length);
      return channels === 0 ? rowTable(band) : columnTable(band, channels);
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

interface Wanted {
  readonly key: string;
  readonly make: () => Table;
}

/** Both tables of an image in memory; when it is full, all others are dropped. */
function place(a: Wanted, b: Wanted): [Placed, Placed] {
  let found: [Placed, Placed] = [lookUp(a), lookUp(b)];
  const missing = () => found.filter(({ at }) => at === 0);
  const room = (all: readonly Placed[]) => all.reduce((sum, { table }) => sum + align(table.bytes.length), 0);
  if (tablesNext + room(missing()) > tablesEnd) {
    dropTables();
    found = [
      { table: found[0].table, at: 0 },
      { table: found[1].table, at: 0 },
    ];
    tablesEnd = Math.max(tablesEnd, tablesAt + room(found));
  }
  if (memory.length < tablesEnd) reserve(tablesEnd);
  for (const one of missing()) {
    one.at = tablesNext;
    memory.set(one.table.bytes, tablesNext);
    tablesNext += align(one.table.bytes.length);
  }
  placed.set(a.key, found[0]);
  placed.set(b.key, found[1]);
  return found;
}

function lookUp({ key, make }: Wanted): Placed {
  return placed.get(key) ?? { table: make(), at: 0 };
}

function dropTables(): void {
  placed = new Map();
  tablesNext = tablesAt;
}

/** Offset and matrix as the kernel reads them: offset[4], then for each of 4 inputs its share of the 4 outputs. */
function kernelColour({ matrix, offset }: Affine): { values: Float32Array; diagonal: boolean } {
  const values = new Float32Array(20);
  values.set(offset);
  let diagonal = true;
  for (const [o, row] of matrix.entries()) {
    for (const [k, weight] of row.entries()) {
      values[4 + 4 * k + o] = weight * unit;
      diagonal &&= o === k || weight === 0;
    }
  }
  return { values, diagonal };
}

function ready(): Exports {
  if (kernel === undefined) {
    const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Wasm };
    module ??= new WebAssembly.Module(Uint8Array.from(atob(kernelBase64), (c) => c.charCodeAt(0)));
    kernel = new WebAssembly.Instance(module).exports as Exports;
    memory = new Uint8Array(kernel.memory.buffer);
    tablesEnd = tablesAt + tableRoom;
    dropTables();
  }
  return kernel;
}

function reserve(bytes: number): void {
  const missing = bytes - memory.length;
  if (missing <= 0) return;
  const { memory: grown } = kernel!;
  try {
    grown.grow(Math.ceil(missing / page));
  } catch (error) {
    throw new ImageError(`There is no memory for an image that needs ${bytes} bytes.`, { cause: error });
  }
  memory = new Uint8Array(grown.buffer);
}

function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}
