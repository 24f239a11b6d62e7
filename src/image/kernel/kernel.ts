/**
 * The kernel: our decoder and resampler in WebAssembly, with its memory and what is kept there.
 *
 * Memory, from the bottom: fixed places (assembly/layout.ts), resampling tables, then whatever one image needs.
 * Invariants: all of it belongs to one image at a time, and everything is synchronous; views are made after the memory
 * was grown, as growing detaches them.
 */
import { ImageError } from "../../core/errors.ts";
import { Place } from "./assembly/layout.ts";
import { kernelDigits } from "./kernel.generated.ts";
import type { PlacedTable, WantedTable } from "./table.ts";

/** The part of `WebAssembly` that is used; its types come with the DOM's, which Node code does without. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** The part of its `Memory` that is used. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The kernel's functions; what they read and write is described in assembly/. */
export interface KernelFunctions {
  huffman(slot: number, progressive: number): number;
  decodeScan(top: number): number;
  decodeProgressive(top: number): number;
  fillZigzags(): void;
  transformBlocks(plane: number): void;
  renderPlanes(): void;
  skipping(slot: number): void;
  weighAxis(spreads: number, last: number, rows: number, size: number, end: number): number;
  writeTable(table: number, rows: number, step: number, head: number, from: number, scale: number): void;
  renderPixels(): void;
  renderSampled(sampling: number): void;
  countBytes(pixels: number, count: number, channels: number, out: number): void;
  transpose(source: number, gap: number, width: number, height: number, channels: number, out: number): void;
  decodeVp8(
    work: number,
    data: number,
    end: number,
    above: number,
    macroblocks: number,
    y: number,
    u: number,
    v: number,
    columns: number,
    rows: number,
  ): number;
  decodeVp8l(
    data: number,
    dataEnd: number,
    near: number,
    at: number,
    end: number,
    width: number,
    height: number,
  ): number;
  spreadPixels(pixels: number, count: number, out: number, step: number): void;
  takeGreen(pixels: number, count: number, out: number): void;
  unfilterAlpha(alpha: number, width: number, height: number, filter: number): void;
  renderYuv(
    y: number,
    u: number,
    v: number,
    stride: number,
    strideUV: number,
    width: number,
    height: number,
    line: number,
    out: number,
    step: number,
    alpha: number,
    outStride: number,
  ): void;
  fillCrcTables(): void;
  crc32(crc: number, at: number, length: number): number;
  inflate(data: number, end: number, start: number, top: number): number;
  unfilter(rows: number, length: number, height: number, size: number, zero: number): number;
  expand(
    rows: number,
    length: number,
    width: number,
    height: number,
    out: number,
    step: number,
    stride: number,
  ): void;
}

const page = 65536;

/** Room for tables: several hundred axes of photograph size. */
const tableRoom = 4 << 20;

/** An instance of the kernel. It keeps tables from image to image, until their room is full; then all are dropped. */
export class Kernel {
  static #module: object | undefined;

  readonly functions: KernelFunctions;
  readonly #memory: WasmMemory;
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);
  #floats = new Float32Array(0);
  #tables = new Map<string, PlacedTable>();
  #tablesNext: number = Place.tables;
  #tablesEnd: number = Place.tables + tableRoom;

  constructor() {
    const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Wasm };
    Kernel.#module ??= new WebAssembly.Module(bytesOf(kernelDigits));
    const exports = new WebAssembly.Instance(Kernel.#module).exports as KernelFunctions & {
      readonly memory: WasmMemory;
    };
    this.functions = exports;
    this.#memory = exports.memory;
    this.reserve(this.#tablesEnd);
    exports.fillCrcTables();
    exports.fillZigzags();
  }

  /** The memory, until it grows. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The same as 32-bit floats. */
  get floats(): Float32Array {
    return this.#floats;
  }

  /** Writes a 32-bit integer. */
  set(address: number, value: number): void {
    this.#words[address >> 2] = value;
  }

  /** Reads a 32-bit integer. */
  get(address: number): number {
    return this.#words[address >> 2]!;
  }

  /** Makes the memory at least `bytes` long. It never shrinks. */
  reserve(bytes: number): void {
    const missing = bytes - this.#bytes.length;
    if (missing <= 0) return;
    try {
      this.#memory.grow(Math.ceil(missing / page));
    } catch (error) {
      throw new ImageError(`There is no memory for an image that needs ${bytes} bytes.`, { cause: error });
    }
    const { buffer } = this.#memory;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#floats = new Float32Array(buffer);
  }

  /**
   * The tables of an image, put into memory together. They stay as long as {@link tables} is the same or, where they are
   * wanted but `once`, until others are placed.
   */
  place(wanted: readonly WantedTable[], once: boolean = false): PlacedTable[] {
    if (once) {
      const { tables } = this;
      const next = this.#tablesNext;
      const placed = this.#make(wanted, false);
      if (tables === this.tables) this.#tablesNext = next;
      return placed;
    }
    const found = wanted.map(({ key }) => this.#tables.get(key));
    return found.every((table) => table !== undefined) ? found : this.#make(wanted, true);
  }

  /** What of it is missing is made; where there is no room for it, all that is not wanted goes. */
  #make(wanted: readonly WantedTable[], keep: boolean): PlacedTable[] {
    // One may be wanted twice, as by both planes of chroma.
    const byKey = new Map<string, PlacedTable>();
    for (const { key, make } of wanted)
      if (!byKey.has(key)) byKey.set(key, this.#tables.get(key) ?? { ...make(), at: 0 });
    const missing = () => {
      let size = 0;
      for (const { bytes, at } of byKey.values()) if (at === 0) size += align(bytes.length);
      return size;
    };
    if (this.#tablesNext + missing() > this.#tablesEnd) {
      this.#tables = new Map();
      this.#tablesNext = Place.tables;
      for (const table of byKey.values()) table.at = 0;
      const end = Math.max(this.#tablesEnd, Place.tables + missing());
      // First, as there may be no memory for them.
      this.reserve(end);
      this.#tablesEnd = end;
    }
    for (const [key, table] of byKey) {
      if (table.at !== 0) continue;
      table.at = this.#tablesNext;
      this.#bytes.set(table.bytes, table.at);
      this.#tablesNext += align(table.bytes.length);
      if (keep) this.#tables.set(key, table);
    }
    return wanted.map(({ key }) => byKey.get(key)!);
  }

  /** Another one when tables that were placed are gone. */
  get tables(): ReadonlyMap<string, PlacedTable> {
    return this.#tables;
  }

  /** Room for one image, behind its tables; {@link reserve} it up to its end. */
  room(): Room {
    return new Room(this.#tablesEnd);
  }
}

/** Addresses for what an image needs, one after the other, each fit for vectors. */
export class Room {
  #end: number;

  constructor(start: number) {
    this.#end = align(start);
  }

  /** The address of `size` bytes. */
  take(size: number): number {
    const at = this.#end;
    this.#end = align(at + size);
    return at;
  }

  /** One past the last that was taken. */
  get end(): number {
    return this.#end;
  }
}

/** The next address at which vectors are aligned. */
export function align(address: number): number {
  return Math.ceil(address / 64) * 64;
}

/** The bytes that hexadecimal digits are. */
function bytesOf(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const at = 2 * i;
    bytes[i] = (digitOf(digits.charCodeAt(at)) << 4) | digitOf(digits.charCodeAt(at + 1));
  }
  return bytes;
}

/** The value of a digit, 0 to 9 and a to f, by its code. */
function digitOf(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}
