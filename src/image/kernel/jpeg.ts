/**
 * Decodes a JPEG in the kernel and runs a pipeline over its planes.
 *
 * All that follows from a file's header (tables, places in memory) is prepared apart from what follows from its coded
 * data. Small images would otherwise cost more to prepare than to decode.
 *
 * A sequential scan is decoded straight to samples. The scans of a progressive file add to blocks of coefficients, which
 * are transformed to samples when all have come. What the result does not need is not made: blocks outside a crop, samples
 * where it is smaller (detail.ts), planes; scans that bring nothing else are passed over.
 */
import {
  isTruncated,
  type JpegHeader,
  type JpegScan,
  maxScans,
  nextScan,
  type QuantiserSpec,
} from "../header/jpeg.ts";
import type { Pipeline } from "../pipeline.ts";
import { Block, Place, Plane, Quantiser, Scan } from "./assembly/layout.ts";
import { blockSizeOf } from "./detail.ts";
import {
  type BlockSize,
  type Blocks,
  blocksOf,
  frameOf,
  type JpegFrame,
  noBlocks,
  scaledSampling,
  wholeBlock,
} from "./jpeg-frame.ts";
import { isSame, type JpegFunctions, JpegScans, jpegFunctions, type ScannedFrame } from "./jpeg-scan.ts";
import { align, type Kernel, type Room } from "./kernel.ts";
import { Rendered, resultOf, writePlane } from "./render.ts";
import { axisTables, type PlacedTable, type PlaneSampling, type StoredPlane } from "./table.ts";

/** What came of the coded data. A truncated file is damaged, too. */
export type ScanStatus = "whole" | "damaged";

/** Bytes that a unit of damaged data can be read past its scan's: 64 blocks of 256 bytes, and what assembly/scan.ts adds. */
const beyond = 16_384 + 256;

const endOfImage = Uint8Array.of(0xff, 0xd9, 0xff, 0xd9);

/** Of a component that is not needed: its coefficients are read over. */
const notNeeded: BlockSize = { rows: 0, columns: 0 };

/** Whether the last coefficients of a block in zigzag order are read over, as it is transformed to so few samples. */
function skipsIn({ rows, columns }: BlockSize): boolean {
  return Math.max(rows, columns) < wholeBlock.rows;
}

/** The header of a file that is decoded here. */
export type DecodableHeader = JpegHeader & { readonly scan: JpegScan };

/** The JPEG that `kernel` is made ready for. */
export function jpegPlanes(kernel: Kernel): JpegPlanes {
  return kernel.keep(newJpegPlanes);
}

function newJpegPlanes(kernel: Kernel): JpegPlanes {
  return new JpegPlanes(kernel);
}

/**
 * The JPEG that a kernel is made ready for. It is kept until another is prepared, or the tables that it needs are
 * dropped: files of a data set often begin alike, byte for byte.
 */
export class JpegPlanes {
  readonly #kernel: Kernel;
  readonly #scans: JpegScans;
  #last: PreparedJpeg | undefined;
  /** The file of that up to its coded data. */
  #head = new Uint8Array(0);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#scans = new JpegScans(kernel);
  }

  /** What {@link prepare} returned for the image before, if all it depends on is the same. */
  prepared(pipeline: Pipeline, bytes: Uint8Array, orient: boolean): PreparedJpeg | undefined {
    const last = this.#last;
    if (last?.tables !== this.#kernel.tables) this.#last = undefined;
    else if (last.pipeline === pipeline && last.orientation === (orient ? last.header.orientation : 1)) {
      if (isSame(this.#head, this.#head.length, bytes, 0)) return last;
    }
    return undefined;
  }

  /**
   * Makes the kernel ready for a JPEG. Call `decode` and `run` before the kernel is used for another image.
   *
   * @returns undefined if its tables are damaged.
   * @throws ImageError if a crop does not fit.
   */
  prepare(
    pipeline: Pipeline,
    bytes: Uint8Array,
    header: DecodableHeader,
    orientation: number,
  ): PreparedJpeg | undefined {
    this.#last = undefined;
    const prepared = new PreparedJpeg(this.#kernel, this.#scans, pipeline, header, orientation);
    if (!prepared.begin(bytes)) return undefined;
    if (!pipeline.once) {
      this.#last = prepared;
      this.#head = bytes.slice(0, header.scan.data);
    }
    return prepared;
  }
}

/** The kernel made ready for the files that begin with one header; see {@link JpegPlanes.prepare}. */
export class PreparedJpeg {
  readonly header: DecodableHeader;
  readonly pipeline: Pipeline;
  readonly orientation: number;
  /** The kernel's tables, as long as it is ready. */
  readonly tables: Kernel["tables"];
  readonly #kernel: Kernel;
  readonly #functions: JpegFunctions;
  readonly #scans: JpegScans;
  readonly #frame: JpegFrame;
  /** How many planes the result needs. */
  readonly #needed: number;
  /** To how many samples a block of each component is transformed, as it is stored. */
  readonly #sizes: readonly BlockSize[];
  readonly #scanned: ScannedFrame;
  /** Whether rows at the end of the image, or whole scans, are not read at all. */
  readonly #endsEarly: boolean;
  /** Where the blocks of planes are, of a progressive file, that must be clear before the first scan. */
  readonly #blocks: readonly { readonly at: number; readonly length: number }[];
  readonly #rendered: Rendered;
  /** Where the coded data go: behind the planes and their lines, the row of pixels, and the result. */
  readonly #data: number;

  constructor(
    kernel: Kernel,
    scans: JpegScans,
    pipeline: Pipeline,
    header: DecodableHeader,
    orientation: number,
  ) {
    this.#kernel = kernel;
    this.#functions = jpegFunctions(kernel);
    this.#scans = scans;
    this.pipeline = pipeline;
    this.header = header;
    this.orientation = orientation;
    const { components, progressive, scan, ycc } = header;
    const frame = frameOf(header);
    this.#frame = frame;
    const count = components.length;
    // Grey of a colour JPEG is its luma plane.
    const needed = pipeline.input === 1 && ycc && count === 3 ? 1 : (count as 1 | 3 | 4);
    this.#needed = needed;
    this.#sizes = frame.planes.map(({ samples }, c) =>
      c < needed ? blockSizeOf(pipeline, this.#stored(samples)) : notNeeded,
    );
    const tables = this.#placeTables();
    this.tables = kernel.tables;
    const blocks = frame.planes.map((_, c) => (c < needed ? this.#blocksOf(tables[c]!, c) : noBlocks));
    const unitRows = Math.max(...frame.planes.map(({ v }, c) => Math.ceil(blocks[c]!.bottom / v)));
    const skips = frame.planes.some(({ h, v }, c) => {
      const { left, right, top, bottom } = blocks[c]!;
      return skipsIn(this.#sizes[c]!) || right - left < frame.mcusX * h || bottom - top < frame.mcusY * v;
    });
    this.#scanned = { frame, progressive, blocks, skips: skips && !progressive };
    this.#endsEarly = unitRows < frame.mcusY || (needed < count && scan.parts.length < count);

    const room = kernel.room();
    this.#writePlanes(room, tables);
    const [rows, columns] = tables[0]!;
    const pass = { pipeline, input: needed, ...resultOf(rows, columns) };
    this.#rendered = new Rendered(kernel, Place.planesOutput, room, pass, ycc);
    this.#blocks = progressive ? this.#placeBlocks(room, unitRows) : [];
    this.#data = room.end;
    kernel.set(Place.scan + Scan.data, this.#data);
    kernel.set(Place.scan + Scan.turned, this.#turned ? 1 : 0);
  }

  /** The result's shape. */
  get shape(): readonly [height: number, width: number, channels: number] {
    return this.#rendered.shape;
  }

  /** Makes the kernel ready for the first scan; false if a table is damaged. */
  begin(bytes: Uint8Array): boolean {
    return this.#placeScan(bytes, this.header.scan);
  }

  /** Decodes a file's coded data. */
  decode(bytes: Uint8Array): ScanStatus {
    const start = this.header.scan.data;
    const coded = bytes.length - start;
    // A marker, what may be read over, and the coded data once more.
    const top = align(this.#data + 2 * coded + beyond);
    this.#kernel.reserve(top);
    const { bytes: memory } = this.#kernel;
    memory.set(bytes.subarray(start), this.#data);
    memory.set(endOfImage, this.#data + coded);
    const { scan, components, progressive } = this.header;
    const whole =
      progressive || scan.parts.length < components.length
        ? this.#decodeScans(bytes, top)
        : this.#functions.decodeScan(top) === 0;
    // Of what was not read it is known at least that it is there.
    return whole && !(this.#endsEarly && isTruncated(bytes, start)) ? "whole" : "damaged";
  }

  /** Runs the pipeline over what was decoded, and writes the result into `out`. */
  run(out: Uint8Array | Float32Array): void {
    this.#rendered.begin();
    this.#functions.renderPlanes();
    this.#rendered.copyTo(out);
  }

  /** Whether rows of what is stored are columns of the image. */
  get #turned(): boolean {
    return this.orientation >= 5;
  }

  /** Decodes scan after scan; false if they are damaged. */
  #decodeScans(bytes: Uint8Array, top: number): boolean {
    const kernel = this.#kernel;
    const { header } = this;
    const { progressive } = header;
    const { quantisers, huffman, restart } = header.tables;
    const tables = { quantisers: [...quantisers], huffman: [...huffman], restart };
    const received = new Received(header);
    for (const { at, length } of this.#blocks) kernel.bytes.fill(0, at, at + length);
    let scan: JpegScan | "end" | undefined = header.scan;
    for (let scans = 1; scan !== undefined && scan !== "end"; scans++) {
      if (scans > maxScans || !received.take(scan)) return false;
      let read = scan.data;
      if (this.#needs(scan)) {
        if (!this.#placeScan(bytes, scan)) return false;
        const from = this.#data - header.scan.data;
        kernel.set(Place.scan + Scan.data, from + scan.data);
        const { decodeProgressive, decodeScan } = this.#functions;
        if ((progressive ? decodeProgressive(top) : decodeScan(top)) !== 0) return false;
        read = kernel.get(Place.scan + Scan.marker) - from;
      }
      if (!progressive && received.isWhole) return true;
      scan = nextScan(bytes, read, header, tables);
    }
    if (scan === undefined || !received.isWhole) return false;
    for (let c = 0; c < this.#needed; c++) {
      this.#placeQuantiser(bytes, c, received.quantiserOf(c)!);
      this.#functions.transformBlocks(Place.planes + Plane.bytes * c);
    }
    return true;
  }

  /** Whether a scan brings anything that the result is made of: where a block becomes one sample, its mean alone. */
  #needs({ parts, first }: JpegScan): boolean {
    return parts.some(
      ({ component }) => component < this.#needed && (first === 0 || this.#sizes[component]!.rows > 0),
    );
  }

  #placeScan(bytes: Uint8Array, scan: JpegScan): boolean {
    if (!this.header.progressive) {
      for (const { component, quantiser } of scan.parts) this.#placeQuantiser(bytes, component, quantiser);
    }
    return this.#scans.place(bytes, scan, this.#scanned);
  }

  #placeQuantiser(bytes: Uint8Array, component: number, quantiser: QuantiserSpec): void {
    this.#scans.placeQuantiser(bytes, component, quantiser, this.#sizes[component]!, this.#turned);
  }

  /** How a plane is stored that has these samples, seen as the image is upright. */
  #stored({ rows, columns }: PlaneSampling): StoredPlane {
    const { orientation, header } = this;
    const { height, width } = header;
    return this.#turned
      ? { height: width, width: height, orientation, samples: { rows: columns, columns: rows } }
      : { height, width, orientation, samples: { rows, columns } };
  }

  /** The tables of the planes that are needed. */
  #placeTables(): [rows: PlacedTable, columns: PlacedTable][] {
    const planes = this.#frame.planes.slice(0, this.#needed);
    const wanted = planes.flatMap((plane, c) => {
      const stored = this.#stored(plane.samples);
      const samples = scaledSampling(stored.samples, this.#sizes[c]!);
      return axisTables(this.#kernel, this.pipeline, { ...stored, samples });
    });
    const placed = this.#kernel.place(wanted, this.pipeline.once);
    return Array.from({ length: this.#needed }, (_, c) => [placed[2 * c]!, placed[2 * c + 1]!]);
  }

  #blocksOf([rows, columns]: readonly [rows: PlacedTable, columns: PlacedTable], c: number): Blocks {
    const size = this.#sizes[c]!;
    return this.#turned
      ? blocksOf(columns, rows, { rows: size.columns, columns: size.rows })
      : blocksOf(rows, columns, size);
  }

  #writePlanes(room: Room, tables: readonly [rows: PlacedTable, columns: PlacedTable][]): void {
    const kernel = this.#kernel;
    const { planes, mcusX, mcusY } = this.#frame;
    for (const [c, { h, v }] of planes.entries()) {
      const at = Place.planes + Plane.bytes * c;
      const size = this.#sizes[c]!;
      const { left, right, top, bottom } = this.#scanned.blocks[c]!;
      kernel.set(at + Plane.quantiser, Place.quantisers + Quantiser.bytes * c);
      kernel.set(at + Plane.shape, (size.rows << 2) | size.columns);
      kernel.set(at + Plane.left, left);
      kernel.set(at + Plane.top, top);
      kernel.set(at + Plane.across, right - left);
      kernel.set(at + Plane.down, bottom - top);
      if (c >= this.#needed) continue;
      const [rows, columns] = tables[c]!;
      // Units of the frame are those of the file, sizes those of what is stored.
      const [across, down] = this.#turned ? [mcusY * v, mcusX * h] : [mcusX * h, mcusY * v];
      const [height, stride] = [down << size.rows, across << size.columns];
      // A row and a vector past the plane are read, with weights of zero.
      const source = room.take(height * stride + stride + 64);
      const line = room.take(2 * stride + 4 * columns.pairs + 256);
      writePlane(kernel, at, { source, stride, channels: 1, line }, rows, columns);
      const [next, below] = [1 << size.columns, stride << size.rows];
      kernel.set(at + Plane.blockStep, this.#turned ? below : next);
      kernel.set(at + Plane.blockRowStep, this.#turned ? next : below);
    }
  }

  /** Takes room for the coefficients of so many rows of units; returns those to which scans add. */
  #placeBlocks(room: Room, unitRows: number): { at: number; length: number }[] {
    const { planes, mcusX } = this.#frame;
    return planes.flatMap(({ h, v }, c) => {
      const plane = Place.planes + Plane.bytes * c;
      const step = this.#sizes[c]!.rows === 0 ? Block.first : Block.bytes;
      const rowStep = mcusX * h * step;
      const length = unitRows * v * rowStep;
      const at = room.take(length);
      this.#kernel.set(plane + Plane.coefficients, at);
      this.#kernel.set(plane + Plane.coefficientsStep, step);
      this.#kernel.set(plane + Plane.coefficientsRowStep, rowStep);
      return step === Block.bytes ? [{ at, length }] : [];
    });
  }
}

/** What the scans of a file have brought. */
class Received {
  readonly #progressive: boolean;
  /** For each component, how many bits of each coefficient are yet to come; -1: all of them. */
  readonly #low: readonly Int8Array[];
  /** The quantiser of each component: the one that was known when it came first, as libjpeg has it. */
  readonly #quantisers: (QuantiserSpec | undefined)[];

  constructor({ components, progressive }: JpegHeader) {
    this.#progressive = progressive;
    this.#low = components.map(() => new Int8Array(64).fill(-1));
    this.#quantisers = components.map(() => undefined);
  }

  /** Notes a scan; false if it makes no sense now. */
  take({ parts, first, last, low, refines }: JpegScan): boolean {
    for (const { component, quantiser } of parts) {
      const lows = this.#low[component]!;
      if (first > 0 && lows[0] === -1) return false;
      const before = refines ? low + 1 : -1;
      for (let k = first; k <= last; k++) {
        if (lows[k] !== before) return false;
        lows[k] = low;
      }
      this.#quantisers[component] ??= quantiser;
    }
    return true;
  }

  /** Whether all that is needed has come: of a progressive file the first coefficients, as it may lack others. */
  get isWhole(): boolean {
    return this.#low.every((lows) => (this.#progressive ? lows[0]! >= 0 : lows[0] === 0));
  }

  quantiserOf(component: number): QuantiserSpec | undefined {
    return this.#quantisers[component];
  }
}
