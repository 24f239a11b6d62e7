/**
 * Decodes a sequential JPEG in the kernel and runs a pipeline over its planes.
 *
 * All that follows from a file's header (tables, places in memory) is prepared apart from what follows from its coded
 * data. Small images would otherwise cost more to prepare than to decode.
 */
import type { HuffmanSpec, JpegComponent, JpegHeader, JpegScan } from "../header/jpeg.ts";
import { isTruncated } from "../header/jpeg.ts";
import type { Pipeline } from "../pipeline.ts";
import { HuffmanTable, Place, Plane, Quantiser, Scan, SkipTable } from "./assembly/layout.ts";
import { blockSizeOf } from "./detail.ts";
import { align, type Kernel } from "./kernel.ts";
import { Rendered, resultOf, writePlane } from "./render.ts";
import { axisTables, type PlacedTable, type StoredPlane } from "./table.ts";

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
  /** Whether the table by which coefficients are skipped is there for each of the AC tables. */
  readonly #skips: boolean[] = [];
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
    const prepared = new PreparedJpeg(this.#kernel, pipeline, bytes, header, orientation);
    if (prepared.skips) this.#placeSkips(scan);
    this.#placeQuantisers(bytes, scan, prepared.sizes);
    this.#last = prepared;
    return prepared;
  }

  /** `sizes`: of what is made of a block of each component; coefficients that do not count for it are nowhere. */
  #placeQuantisers(bytes: Uint8Array, { quantisers }: JpegScan, sizes: readonly number[]): void {
    for (const [c, at] of quantisers.entries()) {
      const address = Place.quantisers + Quantiser.bytes * c;
      const table = new Uint32Array(this.#kernel.bytes.buffer, address, Quantiser.entries);
      table.fill(Place.nowhere << 16, 64);
      const side = 1 << sizes[c]!;
      for (let k = 0; k < 64; k++) {
        const place = zigzag[k]!;
        if (place >> 4 < side && (place & 15) >> 1 < side)
          table[k] = bytes[at + k]! | ((Place.block + place) << 16);
        else table[k] = Place.nowhere << 16;
      }
    }
  }

  #placeSkips({ ac }: JpegScan): void {
    for (const { slot } of ac) {
      if (this.#skips[slot]) continue;
      this.#kernel.functions.skipping(slot);
      this.#skips[slot] = true;
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
      if (first === 4) this.#skips[slot] = false;
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
  /** Of each component: a block becomes 2^size samples a side. */
  readonly sizes: readonly number[];
  /** Whether coefficients are read over. */
  readonly skips: boolean;
  /** Whether rows at the end of the image are not read at all. */
  readonly #endsEarly: boolean;
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
    this.sizes = frame.components.map((_, c) =>
      c < input ? blockSizeOf(pipeline, samplesOf(frame, c, orientation)) : 0,
    );
    const tables = placeTables(kernel, pipeline, frame, orientation, this.sizes.slice(0, input));
    this.tables = kernel.tables;

    const room = kernel.room();
    const blocks = frame.components.map((_, c) => (c < input ? blocksOf(tables[c]!, this.sizes[c]!) : none));
    for (const [c, { h, v }] of frame.components.entries()) {
      const at = Place.planes + Plane.bytes * c;
      const size = this.sizes[c]!;
      this.#placeComponent(at, c, frame.components[c]!, blocks[c]!);
      if (c >= input) continue;
      const [rows, columns] = tables[c]!;
      const stride = (frame.mcusX * h) << size;
      // A row and a vector past the plane are read, with weights of zero.
      const source = room.take((((frame.mcusY * v) << size) + 1) * stride + 64);
      const line = room.take(2 * stride + 4 * columns.pairs + 256);
      writePlane(kernel, at, { source, stride, channels: 1, line }, rows, columns);
    }
    const unitRows = Math.max(...blocks.map(({ bottom }, c) => Math.ceil(bottom / frame.components[c]!.v)));
    this.#endsEarly = unitRows < frame.mcusY;
    this.skips = blocks.some(({ left, right, top, bottom }, c) => {
      const { h, v } = frame.components[c]!;
      return this.sizes[c]! < 3 || right - left < frame.mcusX * h || bottom - top < frame.mcusY * v;
    });
    const [rows, columns] = tables[0]!;
    const pass = { pipeline, input, ...resultOf(rows, columns) } as const;
    this.#rendered = new Rendered(kernel, Place.planesOutput, room, pass, header.ycc);
    this.#data = room.end;
    kernel.set(Place.scan + Scan.data, this.#data);
    kernel.set(Place.scan + Scan.components, frame.components.length);
    kernel.set(Place.scan + Scan.mcusX, frame.mcusX);
    kernel.set(Place.scan + Scan.mcusY, frame.mcusY);
    kernel.set(Place.scan + Scan.restart, scan.restart);
    kernel.set(Place.scan + Scan.rows, unitRows);
  }

  /** Tells the kernel of component `c` how it is coded, and which of its blocks become samples. */
  #placeComponent(
    at: number,
    c: number,
    { h, v }: JpegComponent,
    { left, right, top, bottom }: Blocks,
  ): void {
    const kernel = this.#kernel;
    const { dc, ac } = this.header.scan;
    kernel.set(at + Plane.h, h);
    kernel.set(at + Plane.v, v);
    kernel.set(at + Plane.dc, Place.huffman + dc[c]!.slot * HuffmanTable.bytes);
    kernel.set(at + Plane.ac, Place.huffman + (4 + ac[c]!.slot) * HuffmanTable.bytes);
    kernel.set(at + Plane.skip, Place.skips + ac[c]!.slot * SkipTable.bytes);
    kernel.set(at + Plane.quantiser, Place.quantisers + Quantiser.bytes * c);
    kernel.set(at + Plane.size, this.sizes[c]!);
    kernel.set(at + Plane.left, left);
    kernel.set(at + Plane.top, top);
    kernel.set(at + Plane.across, right - left);
    kernel.set(at + Plane.down, bottom - top);
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
    // Of what was not read it is known at least that it is there.
    if (status === 0) return this.#endsEarly && isTruncated(bytes, start) ? "truncated" : "whole";
    return status === 1 ? "truncated" : "damaged";
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

/** The tables of the first components, whose blocks become samples of these sizes. */
function placeTables(
  kernel: Kernel,
  pipeline: Pipeline,
  frame: Frame,
  orientation: number,
  sizes: readonly number[],
): [rows: PlacedTable, columns: PlacedTable][] {
  const placed = kernel.place(
    sizes.flatMap((size, c) => axisTables(pipeline, samplesOf(frame, c, orientation, size))),
  );
  return sizes.map((_, c) => [placed[2 * c]!, placed[2 * c + 1]!]);
}

/** How the samples of component `c` are stored if its blocks become 2^size of them a side. */
function samplesOf(frame: Frame, c: number, orientation: number, size = 3): StoredPlane {
  const { height, width, components } = frame;
  const { h, v } = components[c]!;
  const sampling = (halved: boolean) => ({
    halved,
    spacing: size === 3 ? 1 : (halved ? 2 : 1) << (3 - size),
  });
  const samples = { rows: sampling(v < frame.v), columns: sampling(h < frame.h) };
  return { height, width, orientation, samples };
}

/** The blocks that hold the samples that are needed. */
function blocksOf([rows, columns]: readonly PlacedTable[], size: number): Blocks {
  return {
    left: columns!.from >> size,
    right: ((columns!.to - 1) >> size) + 1,
    top: rows!.from >> size,
    bottom: ((rows!.to - 1) >> size) + 1,
  };
}

interface Blocks {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const none: Blocks = { left: 0, right: 0, top: 0, bottom: 0 };

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
