/**
 * The kernel's instance in this thread: its WebAssembly memory, and the resampling tables kept in it.
 *
 * Memory, from the bottom: small fixed places, tables (kept from image to image), then whatever one image needs.
 * Invariants: all of it belongs to one image at a time, and everything is synchronous; views are made after the memory
 * was grown, as growing detaches them. Limit: WebAssembly memory never shrinks, so after a very large image the
 * instance is thrown away.
 */
import { ImageError } from "../../core/errors.ts";
import { type Channels, channelMap, composed } from "../colour.ts";
import type { Pipeline } from "../pipeline.ts";
import { kernelBase64 } from "./kernel.generated.ts";
import type { Table } from "./table.ts";

/** The part of `WebAssembly` that is used; its types come with the DOM's, which Node code does without. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** The kernel's functions; their arguments are described in assembly/. */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  render(...args: number[]): void;
  transpose(source: number, width: number, height: number, channels: number, out: number): void;
  huffman(spec: number, table: number, ac: number): number;
  decodeScan(...args: number[]): number;
  renderPlanes(...args: number[]): void;
}

/** A table, and where in memory it lies. */
export interface Placed {
  readonly table: Table;
  at: number;
}

/** A table that an image needs: found by its key, or made. */
export interface Wanted {
  readonly key: string;
  readonly make: () => Table;
}

/** Where the colour matrix lies. */
export const colourAt: number = 1024;

/** Where a decoder may keep what it likes from image to image: up to the tables. */
export const fixedAt: number = 1152;

const tablesAt = 80 * 1024;
const page = 65536;

/** Room for tables: several hundred axes of photograph size. */
const tableRoom = 4 << 20;

/** An instance with more memory than this is not kept: 64 MB hold a photograph of 20 megapixels. */
const keepBytes = 64 << 20;

/** The kernel multiplies bytes by 2^21: 7 bits of fraction after the vertical pass, 14 more after the horizontal. */
const unit = 2 ** -21;

let module: object | undefined;
let kernel: Kernel | undefined;
let memory: Uint8Array = new Uint8Array(0);
let placed = new Map<string, Placed>();
let tablesNext = tablesAt;
let tablesEnd = tablesAt + tableRoom;
let version = 0;

/** The instance for the next image: the one of the last image, or a new one with nothing in its fixed places. */
export function kernelForImage(): Kernel {
  if (kernel === undefined || memory.length > keepBytes) {
    const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Wasm };
    module ??= new WebAssembly.Module(Uint8Array.from(atob(kernelBase64), (c) => c.charCodeAt(0)));
    kernel = new WebAssembly.Instance(module).exports as Kernel;
    memory = new Uint8Array(kernel.memory.buffer);
    tablesEnd = tablesAt + tableRoom;
    dropTables();
    reserve(tablesEnd);
  }
  return kernel;
}

/** The instance's memory, until the next call of `reserve` or `place`. */
export function kernelMemory(): Uint8Array {
  return memory;
}

/** Makes the memory at least `bytes` long. */
export function reserve(bytes: number): void {
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

/** The tables of an image, put into memory together; when it is full, all others are dropped. */
export function place(wanted: readonly Wanted[]): Placed[] {
  let all: Placed[] = wanted.map(({ key, make }) => placed.get(key) ?? { table: make(), at: 0 });
  const missing = () =>
    all.reduce((sum, { table, at }) => (at === 0 ? sum + align(table.bytes.length) : sum), 0);
  if (tablesNext + missing() > tablesEnd) {
    dropTables();
    all = all.map(({ table }) => ({ table, at: 0 }));
    tablesEnd = Math.max(tablesEnd, tablesAt + missing());
    reserve(tablesEnd);
  }
  for (const [i, one] of all.entries()) {
    if (one.at !== 0) continue;
    one.at = tablesNext;
    memory.set(one.table.bytes, tablesNext);
    tablesNext += align(one.table.bytes.length);
    placed.set(wanted[i]!.key, one);
  }
  return all;
}

/** Where an image's own memory begins; asked for after its tables were placed. */
export function imageAt(): number {
  return tablesEnd;
}

/** Changes when placed tables, or the instance they were in, are gone. */
export function tablesVersion(): number {
  return version;
}

function dropTables(): void {
  version++;
  placed = new Map();
  tablesNext = tablesAt;
}

/** A pipeline's colours as the kernel reads them. */
interface Colour {
  /** Offset of the 4 outputs, then for each of 4 inputs its share of them. */
  readonly values: Float32Array;
  /** Whether the matrix is more than a diagonal. */
  readonly mixes: boolean;
}

/** Colours of each pipeline, by the number of channels. */
const colours = new WeakMap<Pipeline, Colour[]>();

/** Puts the colours of `pipeline` for pixels of `channels` in place; returns whether it takes more than a diagonal. */
export function placeColour(pipeline: Pipeline, channels: Channels): boolean {
  const known = colours.get(pipeline) ?? [];
  const colour = known[channels] ?? colourOf(pipeline, channels);
  known[channels] = colour;
  colours.set(pipeline, known);
  new Float32Array(memory.buffer, colourAt, 20).set(colour.values);
  return colour.mixes;
}

function colourOf(pipeline: Pipeline, channels: Channels): Colour {
  const { matrix, offset } = composed(pipeline.colour, channelMap(channels, pipeline.input));
  const values = new Float32Array(20);
  values.set(offset);
  let mixes = false;
  for (const [o, row] of matrix.entries()) {
    for (const [k, weight] of row.entries()) {
      values[4 + 4 * k + o] = weight * unit;
      mixes ||= o !== k && weight !== 0;
    }
  }
  return { values, mixes };
}

/** The next address at which vectors are aligned. */
export function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}
