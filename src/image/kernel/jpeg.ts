/**
 * Decodes a sequential JPEG in the kernel and runs a pipeline over its planes.
 *
 * All that follows from a file's header (tables, places in memory) is prepared apart from what follows from its coded
 * data. Small images would otherwise cost more to prepare than to decode.
 */
import type { HuffmanSpec, JpegComponent, JpegHeader, JpegScan } from "../header/jpeg.ts";
import type { Pipeline } from "../pipeline.ts";
import { HuffmanTable, Place, Plane, Quantiser, Scan } from "./assembly/layout.ts";
import { align, type Kernel } from "./kernel.ts";
import { Rendered, resultOf, writePlane } from "./render.ts";
import { axisTables, type PlacedTable } from "./table.ts";

/** What came of the coded data. */
export type ScanStatus = "whole" | "truncated" | "damaged";

const endOfImage = Uint8Array.of(0xff, 0xd9, 0xff, 0xd9);

/** Where each coefficient in zigzag order (T.81 figure A.6) belongs in a block of i16 stored by columns, in bytes. */
const zigzag = zigzagOrder();

/** The header of a file with one scan. */
export type SequentialHeader = JpegHeader & { readonly scan: JpegScan };

/** Whether the kernel decodes such a file: one scan, sampling factors of 1 and 2, not turned by a quarter. */
export function canDecode(header: JpegHeader, orientation: number): header is SequentialHeader {
  if (header.scan === undefined || orientation >= 5) return false;
  return header.components.every(({ h, v }) => h >= 1 && h <= 2 && v >= 1 && v <= 2);
}

/**
 * The JPEG that a kernel is made ready for. It is kept until another is prepared, or the tables that it needs are
 * dropped: files of a data set often begin alike, byte for byte.
 */
export class JpegPlanes {
  readonly #kernel: Kernel;
  /** The specification of the Huffman table in each slot of the kernel's. */
  readonly #huffman: (Uint8Array | undefined)[] = [];
  #last: PreparedJpeg | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** What {@link prepare} returned for the image before, if all it depends on is the same. */
  prepared(pipeline: Pipeline, bytes: Uint8Array, orient: boolean): PreparedJpeg | undefined {
    const last = this.#last;
    if (last?.tables !== this.#kernel.tables) this.#last = undefined;
    else if (last.pipeline === pipeline && last.orientation === (orient ? last.header.orientation : 1)) {
      if (isSame(last.head, bytes, 0, last.head.length)) return last;
    }
    return undefined;
  }

  /**
   * Makes the kernel ready for a JPEG that {@link canDecode}. Call `decode` and `run` before the kernel is used for
   * another image.
   *
   * @returns undefined if its tables are damaged.
   * @throws ImageError if a crop does not fit.
   */
  prepare(
    pipeline: Pipeline,
    bytes: Uint8Array,
    header: SequentialHeader,
    orientation: number,
  ): PreparedJpeg | undefined {
    this.#last = undefined;
    const { scan } = header;
    if (!this.#placeHuffman(bytes, scan.dc, 0) || !this.#placeHuffman(bytes, scan.ac, 4)) return undefined;
    this.#placeQuantisers(bytes, scan);
    this.#last = new PreparedJpeg(this.#kernel, pipeline, bytes, header, orientation);
    return this.#last;
  }

  #placeQuantisers(bytes: Uint8Array, { quantisers }: JpegScan): void {
    for (const [c, at] of quantisers.entries()) {
      const address = Place.quantisers + Quantiser.bytes * c;
      const table = new Uint32Array(this.#kernel.bytes.buffer, address, Quantiser.entries);
      table.fill(Place.nowhere << 16, 64);
      for (let k = 0; k < 64; k++) table[k] = bytes[at + k]! | ((Place.block + zigzag[k]!) << 16);
    }
  }

  /**
   * Puts Huffman tables in place from slot `first` on; false if one of them is none. Most files share a handful of
   * tables (T.81 annex K.3), so that a table often is in its place already.
   */
  #placeHuffman(bytes: Uint8Array, specs: readonly HuffmanSpec[], first: number): boolean {
    const { bytes: memory, functions } = this.#kernel;
    return specs.every(({ slot, at, length }) => {
      const table = first + slot;
      if (isSame(this.#huffman[table], bytes, at, length)) return true;
      this.#huffman[table] = undefined;
      memory.set(bytes.subarray(at, at + length), Place.specification);
      if (functions.huffman(table) === 0) return false;
      this.#huffman[table] = bytes.slice(at, at + length);
      return true;
    });
  }
}

/** The kernel made ready for the files that begin with one header; see {@link JpegPlanes.prepare}. */
export class PreparedJpeg {
  readonly header: SequentialHeader;
  readonly pipeline: Pipeline;
  readonly orientation: number;
  /** The file up to its coded data. */
  readonly head: Uint8Array;
  /** The kernel's tables, as long as it is ready. */
  readonly tables: Kernel["tables"];
  readonly #kernel: Kernel;
  readonly #rendered: Rendered;
  /** Where the coded data go: behind the planes and their lines, the row of pixels, and the result. */
  readonly #data: number;

  constructor(
    kernel: Kernel,
    pipeline: Pipeline,
    bytes: Uint8Array,
    header: SequentialHeader,
    orientation: number,
  ) {
    this.#kernel = kernel;
    this.pipeline = pipeline;
    this.header = header;
    this.orientation = orientation;
    const { scan } = header;
    this.head = bytes.slice(0, scan.data);
    const frame = frameOf(header);
    // Grey of a colour JPEG is its luma plane.
    const input = frame.components.length === 1 || (pipeline.input === 1 && header.ycc) ? 1 : 3;
    const tables = placeTables(kernel, pipeline, frame, orientation, input);
    this.tables = kernel.tables;

    const room = kernel.room();
    for (const [c, { h, v }] of frame.components.entries()) {
      const at = Place.planes + Plane.bytes * c;
      const stride = frame.mcusX * h * 8;
      kernel.set(at + Plane.source, 0);
      kernel.set(at + Plane.h, h);
      kernel.set(at + Plane.v, v);
      kernel.set(at + Plane.dc, Place.huffman + scan.dc[c]!.slot * HuffmanTable.bytes);
      kernel.set(at + Plane.ac, Place.huffman + (4 + scan.ac[c]!.slot) * HuffmanTable.bytes);
      kernel.set(at + Plane.quantiser, Place.quantisers + Quantiser.bytes * c);
      if (c >= input) continue;
      const [rows, columns] = tables[c]!;
      // A row and a vector past the plane are read, with weights of zero.
      const source = room.take((frame.mcusY * v * 8 + 1) * stride + 64);
      const line = room.take(2 * stride + 4 * columns.pairs + 256);
      writePlane(kernel, at, { source, stride, channels: 1, line }, rows, columns);
    }
    const [rows, columns] = tables[0]!;
    const pass = { pipeline, input, ...resultOf(rows, columns) } as const;
    this.#rendered = new Rendered(kernel, Place.planesOutput, room, pass, header.ycc);
    this.#data = room.end;
    kernel.set(Place.scan + Scan.data, this.#data);
    kernel.set(Place.scan + Scan.components, frame.components.length);
    kernel.set(Place.scan + Scan.mcusX, frame.mcusX);
    kernel.set(Place.scan + Scan.mcusY, frame.mcusY);
    kernel.set(Place.scan + Scan.restart, scan.restart);
  }

  /** The result's shape. */
  get shape(): readonly [height: number, width: number, channels: number] {
    return this.#rendered.shape;
  }

  /** Decodes a file's coded data. */
  decode(bytes: Uint8Array): ScanStatus {
    const start = this.head.length;
    const coded = bytes.length - start;
    // A marker, 4 kB that may be read over, and the coded data once more.
    const top = align(this.#data + 2 * coded + 4096 + 64);
    this.#kernel.reserve(top);
    const { bytes: memory, functions } = this.#kernel;
    memory.set(bytes.subarray(start), this.#data);
    memory.set(endOfImage, this.#data + coded);
    const status = functions.decodeScan(top);
    return status === 0 ? "whole" : status === 1 ? "truncated" : "damaged";
  }

  /** Runs the pipeline over what was decoded, and writes the result into `out`. */
  run(out: Uint8Array | Float32Array): void {
    this.#rendered.begin();
    this.#kernel.functions.renderPlanes();
    this.#rendered.copyTo(out);
  }
}

/** How the components of a JPEG are interleaved. */
interface Frame {
  readonly height: number;
  readonly width: number;
  readonly components: readonly JpegComponent[];
  /** Most blocks of a component in a unit. */
  readonly h: number;
  readonly v: number;
  /** Units of a row, and of a column. */
  readonly mcusX: number;
  readonly mcusY: number;
}

function frameOf({ height, width, components: all }: JpegHeader): Frame {
  // A single component is not interleaved, whatever its sampling factors say (T.81 A.2.2).
  const components = all.length === 1 ? [{ ...all[0]!, h: 1, v: 1 }] : all;
  const h = components.reduce((most, component) => Math.max(most, component.h), 1);
  const v = components.reduce((most, component) => Math.max(most, component.v), 1);
  return {
    height,
    width,
    components,
    h,
    v,
    mcusX: Math.ceil(width / (8 * h)),
    mcusY: Math.ceil(height / (8 * v)),
  };
}

/** The tables of the first `count` components. */
function placeTables(
  kernel: Kernel,
  pipeline: Pipeline,
  { height, width, components, h: hMost, v: vMost }: Frame,
  orientation: number,
  count: number,
): [rows: PlacedTable, columns: PlacedTable][] {
  const placed = kernel.place(
    components.slice(0, count).flatMap(({ h, v }) => {
      const samples = { halfRows: v < vMost, halfColumns: h < hMost };
      return axisTables(pipeline, { height, width, orientation, samples });
    }),
  );
  return Array.from({ length: count }, (_, c) => [placed[2 * c]!, placed[2 * c + 1]!]);
}

function isSame(kept: Uint8Array | undefined, bytes: Uint8Array, at: number, length: number): boolean {
  if (kept === undefined || kept.length !== length || bytes.length < at + length) return false;
  for (let i = 0; i < length; i++) if (kept[i] !== bytes[at + i]) return false;
  return true;
}

function zigzagOrder(): Uint8Array {
  const order = new Uint8Array(64);
  let k = 0;
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let i = Math.max(0, diagonal - 7); i <= Math.min(7, diagonal); i++) {
      const [row, column] = diagonal % 2 === 0 ? [diagonal - i, i] : [i, diagonal - i];
      order[k++] = column * 16 + row * 2;
    }
  }
  return order;
}
