/** Tells the kernel of a JPEG's scans: what they code, and by which tables. */

import { uint16 } from "../header/integers.ts";
import type { HuffmanSpec, JpegScan, QuantiserSpec } from "../header/jpeg.ts";
import {
  Block,
  HuffmanTable,
  Place,
  Plane,
  Quantiser,
  Scan,
  ScanPlaces,
  SkipTable,
} from "./assembly/layout.ts";
import { jpegDigits } from "./jpeg.generated.ts";
import type { BlockSize, Blocks, JpegFrame } from "./jpeg-frame.ts";
import type { Kernel } from "./kernel.ts";

/** The kernel's functions for JPEG. */
export interface JpegFunctions {
  huffman(slot: number, progressive: number): number;
  decodeScan(top: number): number;
  decodeProgressive(top: number): number;
  fillZigzags(): void;
  transformBlocks(plane: number): void;
  renderPlanes(): void;
  skipping(slot: number): void;
}

/** Those of `kernel`. */
export function jpegFunctions(kernel: Kernel): JpegFunctions {
  return kernel.keep(loadJpeg);
}

function loadJpeg(kernel: Kernel): JpegFunctions {
  const functions = kernel.load<JpegFunctions>(jpegDigits);
  functions.fillZigzags();
  return functions;
}

/** Where each coefficient in zigzag order (T.81 figure A.6) belongs in a block of i16 stored by columns, in bytes. */
const zigzag = zigzagOrder((row, column) => column * 16 + row * 2);

/** The same in a block that is stored by rows: of an image that is turned by a quarter. */
const turnedZigzag = zigzagOrder((row, column) => row * 16 + column * 2);

/** Where coefficients of a progressive scan go that it does not code, relative to the block. */
const nowhere = Block.bytes - 16;

/** Blocks of a unit where components are not interleaved. */
const single = { h: 1, v: 1 };

/** What an image asks of all its scans. */
export interface ScannedFrame {
  readonly frame: JpegFrame;
  readonly progressive: boolean;
  /** The blocks of each component that are needed. */
  readonly blocks: readonly Blocks[];
  /** Whether coefficients of a sequential scan are read over. */
  readonly skips: boolean;
}

/** A Huffman table in the kernel. */
interface KeptTable {
  /** Room for the longest, and how long it is. */
  readonly spec: Uint8Array;
  length: number;
  /** Whether its codes are those of a progressive scan. */
  progressive: boolean;
  /** Whether the table is there, too, by which coefficients are read over. */
  skips: boolean;
}

/** A quantiser in the kernel, and what its places are for. */
interface KeptQuantiser {
  readonly spec: Uint8Array;
  readonly size: BlockSize;
  readonly turned: boolean;
}

/** The tables in a kernel, kept from image to image: most files share a handful (T.81 annex K.3). */
export class JpegScans {
  readonly #kernel: Kernel;
  readonly #functions: JpegFunctions;
  /** The table in each slot; of none it has no length. */
  readonly #huffman: readonly KeptTable[] = Array.from({ length: 8 }, () => ({
    spec: new Uint8Array(16 + 256),
    length: 0,
    progressive: false,
    skips: false,
  }));
  /** The quantiser of each component. */
  readonly #quantisers: KeptQuantiser[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#functions = jpegFunctions(kernel);
  }

  /** Makes the kernel ready for a scan of `bytes`, but for where its coded data are; false if a table is damaged. */
  place(bytes: Uint8Array, scan: JpegScan, { frame, progressive, blocks, skips }: ScannedFrame): boolean {
    const { parts, first, last, low } = scan;
    const kernel = this.#kernel;
    // A single component has no blocks but its own (T.81 A.2.2).
    const interleaved = parts.length > 1;
    let rows = 0;
    for (let i = 0; i < parts.length; i++) {
      const { component, dc, ac } = parts[i]!;
      if (!this.#placeHuffman(bytes, dc, 0, false) || !this.#placeHuffman(bytes, ac, 4, progressive))
        return false;
      if (skips && ac !== undefined) this.#placeSkips(ac.slot);
      const { h, v } = interleaved ? frame.planes[component]! : single;
      rows = Math.max(rows, Math.ceil(blocks[component]!.bottom / v));
      const at = Place.planes + Plane.bytes * component;
      kernel.set(Place.scan + Scan.planes + 4 * i, at);
      kernel.set(at + Plane.h, h);
      kernel.set(at + Plane.v, v);
      kernel.set(at + Plane.dc, Place.huffman + (dc?.slot ?? 0) * HuffmanTable.bytes);
      kernel.set(at + Plane.ac, Place.huffman + (4 + (ac?.slot ?? 0)) * HuffmanTable.bytes);
      kernel.set(at + Plane.skip, Place.skips + (ac?.slot ?? 0) * SkipTable.bytes);
    }
    const { blocksX } = frame.planes[parts[0]!.component]!;
    kernel.set(Place.scan + Scan.components, parts.length);
    kernel.set(Place.scan + Scan.mcusX, interleaved ? frame.mcusX : blocksX);
    kernel.set(Place.scan + Scan.rows, rows);
    kernel.set(Place.scan + Scan.restart, scan.restart);
    if (progressive) {
      kernel.set(Place.scan + Scan.first, first);
      kernel.set(Place.scan + Scan.last, last);
      kernel.set(Place.scan + Scan.low, low);
      kernel.set(Place.scan + Scan.refines, scan.refines ? 1 : 0);
      const selection = new Uint32Array(kernel.bytes.buffer, Place.selection, ScanPlaces.entries);
      selection.fill(nowhere << 16);
      for (let k = first; k <= last; k++) selection[k] = (1 << low) | (zigzag[k]! << 16);
    }
    return true;
  }

  /**
   * Puts the quantiser of a component in place, whose blocks are transformed to so many samples: coefficients of a
   * sequential scan that do not count for these go nowhere.
   */
  placeQuantiser(
    bytes: Uint8Array,
    component: number,
    { at, wide }: QuantiserSpec,
    size: BlockSize,
    turned: boolean,
  ): void {
    const length = wide ? 128 : 64;
    const kept = this.#quantisers[component];
    if (
      kept?.size.rows === size.rows &&
      kept.size.columns === size.columns &&
      kept.turned === turned &&
      kept.spec.length === length &&
      isSame(kept.spec, length, bytes, at)
    )
      return;
    this.#quantisers[component] = { spec: bytes.slice(at, at + length), size, turned };
    const address = Place.quantisers + Quantiser.bytes * component;
    const { buffer } = this.#kernel.bytes;
    const places = new Uint8Array(buffer, address + Quantiser.places, Quantiser.factors);
    const factors = new Uint16Array(buffer, address + Quantiser.factors, 64);
    places.fill(Place.nowhere - Place.block);
    const order = turned ? turnedZigzag : zigzag;
    const [height, width] = [1 << size.rows, 1 << size.columns];
    for (let k = 0; k < 64; k++) {
      const place = order[k]!;
      factors[place >> 1] = wide ? uint16(bytes, at + 2 * k) : bytes[at + k]!;
      if (place >> 4 < width && (place & 15) >> 1 < height) places[k + 1] = place;
    }
  }

  /** Puts a Huffman table in its slot from `first` on, where it often is already; false if it is none. */
  #placeHuffman(
    bytes: Uint8Array,
    wanted: HuffmanSpec | undefined,
    first: number,
    progressive: boolean,
  ): boolean {
    if (wanted === undefined) return true;
    const { slot, at, length } = wanted;
    const table = first + slot;
    const kept = this.#huffman[table]!;
    if (kept.length === length && kept.progressive === progressive && isSame(kept.spec, length, bytes, at))
      return true;
    const spec = bytes.subarray(at, at + length);
    kept.length = 0;
    this.#kernel.bytes.set(spec, Place.specification);
    if (this.#functions.huffman(table, progressive ? 1 : 0) === 0) return false;
    kept.spec.set(spec);
    kept.length = length;
    kept.progressive = progressive;
    kept.skips = false;
    return true;
  }

  #placeSkips(slot: number): void {
    const table = this.#huffman[4 + slot]!;
    if (!table.skips) this.#functions.skipping(slot);
    table.skips = true;
  }
}

/** Whether the first `length` of `kept` are what `bytes` have at `at`. */
export function isSame(kept: Uint8Array, length: number, bytes: Uint8Array, at: number): boolean {
  if (bytes.length < at + length) return false;
  for (let i = 0; i < length; i++) if (kept[i] !== bytes[at + i]) return false;
  return true;
}

function zigzagOrder(place: (row: number, column: number) => number): Uint8Array {
  const order = new Uint8Array(64);
  let k = 0;
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let i = Math.max(0, diagonal - 7); i <= Math.min(7, diagonal); i++)
      order[k++] = diagonal % 2 === 0 ? place(diagonal - i, i) : place(i, diagonal - i);
  }
  return order;
}
