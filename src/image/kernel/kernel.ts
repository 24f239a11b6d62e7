/**
 * The kernel: our decoders and resampler in WebAssembly, with its memory and what is kept there.
 *
 * Memory, from the bottom: fixed places (assembly/layout.ts), resampling tables, then whatever one image needs.
 * Invariants: all of it belongs to one image at a time, and everything is synchronous; views are made after the memory
 * was grown, as growing detaches them.
 */
import { ImageError } from "../../core/errors.ts";
import type { WasmMemory } from "../../core/wasm.ts";
import { Place } from "./assembly/layout.ts";
import { functionsOver, newMemory, pageBytes } from "./code.ts";
import { pixelsDigits } from "./pixels.generated.ts";
import type { PlacedTable, WantedTable } from "./table.ts";

/** The functions that every image needs; what they read and write is described in assembly/. */
export interface PixelFunctions {
  weighAxis(spreads: number, last: number, rows: number, size: number, end: number): number;
  writeTable(table: number, rows: number, step: number, head: number, from: number, scale: number): void;
  renderPixels(): void;
  renderSampled(sampling: number): void;
  countBytes(pixels: number, count: number, channels: number, out: number): void;
  transpose(source: number, gap: number, width: number, height: number, channels: number, out: number): void;
}

/** Room for tables: several hundred axes of photograph size. */
const tableRoom = 4 << 20;

/** An instance of the kernel. It keeps tables from image to image, until their room is full; then all are dropped. */
export class Kernel {
  readonly functions: PixelFunctions;
  readonly #memory: WasmMemory = newMemory();
  readonly #kept = new Map<unknown, unknown>();
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);
  #floats = new Float32Array(0);
  #tables = new Map<string, PlacedTable>();
  #tablesNext: number = Place.tables;
  #tablesEnd: number = Place.tables + tableRoom;

  constructor() {
    this.functions = this.load(pixelsDigits);
    this.reserve(this.#tablesEnd);
  }

  /** The functions of another module of the code, over this memory. */
  load<F>(digits: string): F {
    return functionsOver<F>(digits, this.#memory);
  }

  /** What `make` makes for this kernel, once: what is kept from image to image, and goes with it. */
  keep<T>(make: (kernel: Kernel) => T): T {
    let made = this.#kept.get(make) as T | undefined;
    if (made === undefined) {
      made = make(this);
      this.#kept.set(make, made);
    }
    return made;
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
      this.#memory.grow(Math.ceil(missing / pageBytes));
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
