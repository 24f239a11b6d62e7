/**
 * Decodes a sequential JPEG in the kernel and runs a pipeline over its planes.
 *
 * All that follows from a file's header (tables, places in memory) is prepared apart from what follows from its coded
 * data. Small images would otherwise cost more to prepare than to decode.
 */
import type { HuffmanSpec, JpegHeader, JpegScan } from "../decode/jpeg-header.ts";
import type { Pipeline } from "../pipeline.ts";
import {
  align,
  colourAt,
  fixedAt,
  imageAt,
  type Kernel,
  kernelForImage,
  kernelMemory,
  place,
  placeColour,
  reserve,
  tablesVersion,
} from "./memory.ts";
import { copyResult, isFlipped } from "./pixels.ts";
import { axisTable } from "./table.ts";

/** What came of the coded data. */
export type ScanStatus = "whole" | "truncated" | "damaged";

/** The kernel made ready for the files that begin with one header; see {@link preparePlanes}. */
export interface PreparedPlanes {
  readonly header: JpegHeader;
  /** The result's shape. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Decodes a file's coded data. */
  decode(bytes: Uint8Array): ScanStatus;
  /** Runs the pipeline over what was decoded, and writes the result into `out`. */
  run(out: Uint8Array | Float32Array): void;
}

// Fixed places; sizes and contents are described in assembly/jpeg.ts.
const blockAt = fixedAt;
/** Where coefficients past the 64th go. */
const nowhereAt = blockAt + 128;
const componentsAt = blockAt + 192;
const specAt = componentsAt + 192;
const quantisersAt = 2048;
const quantiserSize = 768;
const huffmanAt = 6144;
const huffmanSize = 8704;
const component = 16;

const endOfImage = Uint8Array.of(0xff, 0xd9, 0xff, 0xd9);

/** Rows and columns of the k-th coefficient, T.81 figure A.6. */
const zigzag = zigzagOrder();

/** The specification of each table in memory, and the instance it is in. */
let specs: (Uint8Array | undefined)[] = [];
let holder: Kernel | undefined;

/** Whether the kernel decodes such a file: one scan, sampling factors of 1 and 2, not turned by a quarter. */
export function canDecode({ components, scan }: JpegHeader, orientation: number): boolean {
  if (scan === undefined || orientation >= 5) return false;
  return components.every(({ h, v }) => h >= 1 && h <= 2 && v >= 1 && v <= 2);
}

/** What was prepared last, and for what: files of a data set often begin alike, byte for byte. */
let last:
  | { head: Uint8Array; pipeline: Pipeline; orientation: number; tables: number; planes: PreparedPlanes }
  | undefined;

/** What {@link preparePlanes} returned for the image before, if all it depends on is the same. */
export function preparedPlanes(
  pipeline: Pipeline,
  bytes: Uint8Array,
  orient: boolean,
): PreparedPlanes | undefined {
  kernelForImage();
  // A kernel that was thrown away must not be held here.
  if (last?.tables !== tablesVersion()) last = undefined;
  if (last?.pipeline !== pipeline) return undefined;
  const { head, orientation, planes } = last;
  const wanted = orient ? planes.header.orientation : 1;
  return orientation === wanted && isSame(head, bytes, 0, head.length) ? planes : undefined;
}

/**
 * Makes the kernel ready for a JPEG that {@link canDecode}. Call `decode` and `run` before the kernel is used for
 * another image.
 *
 * Memory of an image: the planes, one line of work space for each, one row of pixels, result, coded data.
 *
 * @returns undefined if its tables are damaged.
 * @throws ImageError if a crop does not fit.
 */
export function preparePlanes(
  pipeline: Pipeline,
  bytes: Uint8Array,
  header: JpegHeader,
  orientation: number,
): PreparedPlanes | undefined {
  last = undefined;
  const { width, height } = header;
  const scan = header.scan!;
  const kernel = kernelForImage();
  // A single component is not interleaved, whatever its sampling factors say (T.81 A.2.2).
  const components =
    header.components.length === 1 ? [{ ...header.components[0]!, h: 1, v: 1 }] : header.components;
  // Grey of a colour JPEG is its luma plane.
  const used = pipeline.input === 1 && header.ycc ? 1 : components.length;
  const hMost = components.reduce((most, { h }) => Math.max(most, h), 1);
  const vMost = components.reduce((most, { v }) => Math.max(most, v), 1);
  const mcusX = Math.ceil(width / (8 * hMost));
  const mcusY = Math.ceil(height / (8 * vMost));
  const tables = place(
    components
      .slice(0, used)
      .flatMap(({ h, v }) => [
        axisTable(pipeline.rows, height, isFlipped("rows", orientation), { kind: "rows" }, v < vMost),
        axisTable(
          pipeline.columns,
          width,
          isFlipped("columns", orientation),
          { kind: "plane columns" },
          h < hMost,
        ),
      ]),
  );

  let next = imageAt();
  const allocate = (size: number) => {
    const at = next;
    next = align(next + size);
    return at;
  };
  const outHeight = tables[0]!.table.length;
  const outWidth = tables[1]!.table.length;
  const size = outHeight * outWidth * pipeline.channels;
  const float = pipeline.dtype === "float32";
  const fields = new Int32Array(3 * component);
  for (const [c, { h, v }] of components.entries()) {
    const stride = mcusX * h * 8;
    const dc = huffmanAt + scan.dc[c]!.slot * huffmanSize;
    const ac = huffmanAt + (4 + scan.ac[c]!.slot) * huffmanSize;
    // A row and a vector past the plane are read, with weights of zero.
    const plane = c < used ? allocate((mcusY * v * 8 + 1) * stride + 64) : 0;
    fields.set([plane, stride, h, v, dc, ac, quantisersAt + quantiserSize * c, 0], component * c);
    if (c >= used) continue;
    const [rows, columns] = [tables[2 * c]!, tables[2 * c + 1]!];
    const { pairs, from, to } = columns.table;
    const line = allocate(2 * stride + 4 * pairs + 256);
    fields.set([rows.at, rows.table.step, columns.at, pairs / 4, from, to, line], component * c + 8);
  }
  const pixels = allocate(16 * outWidth + 128);
  const out = allocate(size * (float ? 4 : 1) + 128);
  const data = next;
  reserve(data);

  if (!placeTables(kernel, kernelMemory(), bytes, scan)) return undefined;
  new Int32Array(kernelMemory().buffer, componentsAt, fields.length).set(fields);
  const planes: PreparedPlanes = {
    header,
    shape: [outHeight, outWidth, pipeline.channels],
    decode(file) {
      const coded = file.length - scan.data;
      // A marker, 4 kB that may be read over, and the coded data once more.
      const top = align(data + 2 * coded + 4096 + 64);
      reserve(top);
      const memory = kernelMemory();
      memory.set(file.subarray(scan.data), data);
      memory.set(endOfImage, data + coded);
      const { length } = components;
      const { restart } = scan;
      const status = kernel.decodeScan(data, top, componentsAt, length, mcusX, mcusY, restart, blockAt);
      return status === 0 ? "whole" : status === 1 ? "truncated" : "damaged";
    },
    run(target) {
      const mixes = placeColour(pipeline, used === 1 ? 1 : 3);
      kernel.renderPlanes(
        componentsAt,
        used,
        header.ycc ? 1 : 0,
        outHeight,
        outWidth,
        pixels,
        colourAt,
        mixes ? 1 : 0,
        pipeline.channels,
        float ? 1 : 0,
        out,
      );
      copyResult(out, size, target);
    },
  };
  last = { head: bytes.slice(0, scan.data), pipeline, orientation, tables: tablesVersion(), planes };
  return planes;
}

/** Puts quantisers and Huffman tables in place; false if one of them is no table. */
function placeTables(kernel: Kernel, memory: Uint8Array, bytes: Uint8Array, scan: JpegScan): boolean {
  if (holder !== kernel) {
    holder = kernel;
    specs = [];
  }
  for (const [c, at] of scan.quantisers.entries()) {
    const table = new Uint32Array(memory.buffer, quantisersAt + quantiserSize * c, 192);
    table.fill(nowhereAt << 16, 64);
    for (let k = 0; k < 64; k++) table[k] = bytes[at + k]! | ((blockAt + zigzag[k]!) << 16);
  }
  return (
    scan.dc.every((spec) => placeHuffman(kernel, memory, bytes, spec, spec.slot)) &&
    scan.ac.every((spec) => placeHuffman(kernel, memory, bytes, spec, 4 + spec.slot))
  );
}

/** Most files share a handful of tables (T.81 annex K.3), so that a table often is in its place already. */
function placeHuffman(
  kernel: Kernel,
  memory: Uint8Array,
  bytes: Uint8Array,
  { at, length }: HuffmanSpec,
  slot: number,
): boolean {
  if (isSame(specs[slot], bytes, at, length)) return true;
  specs[slot] = undefined;
  memory.set(bytes.subarray(at, at + length), specAt);
  if (kernel.huffman(specAt, huffmanAt + slot * huffmanSize, slot < 4 ? 0 : 1) === 0) return false;
  specs[slot] = bytes.slice(at, at + length);
  return true;
}

function isSame(spec: Uint8Array | undefined, bytes: Uint8Array, at: number, length: number): boolean {
  if (spec === undefined || spec.length !== length || bytes.length < at + length) return false;
  for (let i = 0; i < length; i++) if (spec[i] !== bytes[at + i]) return false;
  return true;
}

/** Where the k-th coefficient belongs in a block of i16 stored by columns, in bytes. */
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
