/**
 * Decodes a sequential JPEG in the kernel and runs a plan over its planes.
 *
 * Memory of an image: coded data, the planes, one line of work space for each, one row of pixels, result.
 */
import type { HuffmanSpec, JpegHeader, JpegScan } from "../jpeg.ts";
import type { Plan } from "../plan.ts";
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
} from "./memory.ts";
import { copyResult, isFlipped } from "./pixels.ts";
import { axisTable } from "./table.ts";

/** What came of the coded data. */
export type ScanStatus = "whole" | "truncated" | "damaged";

/** An image whose planes are decoded; see {@link decodePlanes}. */
export interface DecodedPlanes {
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Writes the result into `out`. */
  run(out: Uint8Array | Float32Array): void;
}

// Fixed places; sizes and contents are described in assembly/jpeg.ts.
const blockAt = fixedAt;
const componentsAt = blockAt + 128;
const specAt = componentsAt + 192;
const quantisersAt = 2048;
const huffmanAt = 4096;
const huffmanSize = 5120;
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

/**
 * Decodes the planes of a JPEG that {@link canDecode}. Call `run` before the kernel is used for another image.
 *
 * @throws ImageError if a crop does not fit.
 */
export function decodePlanes(
  plan: Plan,
  bytes: Uint8Array,
  header: JpegHeader,
  orientation: number,
): DecodedPlanes | Exclude<ScanStatus, "whole"> {
  const { width, height } = header;
  const scan = header.scan!;
  const kernel = kernelForImage();
  // A single component is not interleaved, whatever its sampling factors say (T.81 A.2.2).
  const components =
    header.components.length === 1 ? [{ ...header.components[0]!, h: 1, v: 1 }] : header.components;
  // Grey of a colour JPEG is its luma plane.
  const used = plan.input === 1 && header.ycc ? 1 : components.length;
  const hMost = components.reduce((most, { h }) => Math.max(most, h), 1);
  const vMost = components.reduce((most, { v }) => Math.max(most, v), 1);
  const mcusX = Math.ceil(width / (8 * hMost));
  const mcusY = Math.ceil(height / (8 * vMost));
  const tables = place(
    components
      .slice(0, used)
      .flatMap(({ h, v }) => [
        axisTable(plan.rows, height, isFlipped("rows", orientation), { kind: "rows" }, v < vMost),
        axisTable(
          plan.columns,
          width,
          isFlipped("columns", orientation),
          { kind: "plane columns" },
          h < hMost,
        ),
      ]),
  );

  const coded = bytes.length - scan.data;
  const data = imageAt();
  // A marker, 4 kB that may be read over, and the coded data once more.
  const top = align(data + 2 * coded + 4096 + 64);
  let next = top;
  const allocate = (size: number) => {
    const at = next;
    next = align(next + size);
    return at;
  };
  // A row and a vector past the plane are read, with weights of zero.
  const planes = components.map(({ h, v }, c) => {
    const stride = mcusX * h * 8;
    return { stride, at: c < used ? allocate((mcusY * v * 8 + 1) * stride + 64) : 0 };
  });
  const outHeight = tables[0]!.table.length;
  const outWidth = tables[1]!.table.length;
  const size = outHeight * outWidth * plan.channels;
  const float = plan.dtype === "float32";
  const lines = planes
    .slice(0, used)
    .map(({ stride }, c) => allocate(2 * stride + 4 * tables[2 * c + 1]!.table.pairs + 256));
  const pixels = allocate(16 * outWidth + 128);
  const out = allocate(size * (float ? 4 : 1) + 128);
  reserve(next);

  const memory = kernelMemory();
  memory.set(bytes.subarray(scan.data), data);
  memory.set(endOfImage, data + coded);
  if (!placeTables(kernel, memory, bytes, scan)) return "damaged";
  const fields = new Int32Array(memory.buffer, componentsAt, 3 * component);
  for (const [c, { h, v }] of components.entries()) {
    const { stride, at } = planes[c]!;
    const dc = huffmanAt + scan.dc[c]!.slot * huffmanSize;
    const ac = huffmanAt + (4 + scan.ac[c]!.slot) * huffmanSize;
    fields.set([at, stride, h, v, dc, ac, quantisersAt + 256 * c, 0], component * c);
    if (c >= used) continue;
    const [rows, columns] = [tables[2 * c]!, tables[2 * c + 1]!];
    fields.set(
      [
        rows.at,
        rows.table.step,
        columns.at,
        columns.table.pairs / 4,
        columns.table.from,
        columns.table.to,
        lines[c]!,
      ],
      component * c + 8,
    );
  }
  memory.fill(0, blockAt, blockAt + 128);
  const status = kernel.decodeScan(
    data,
    top,
    componentsAt,
    components.length,
    mcusX,
    mcusY,
    scan.restart,
    blockAt,
  );
  if (status !== 0) return status === 1 ? "truncated" : "damaged";

  return {
    shape: [outHeight, outWidth, plan.channels],
    run(target) {
      const mixes = placeColour(plan, used === 1 ? 1 : 3);
      kernel.renderPlanes(
        componentsAt,
        used,
        header.ycc ? 1 : 0,
        outHeight,
        outWidth,
        pixels,
        colourAt,
        mixes ? 1 : 0,
        plan.channels,
        float ? 1 : 0,
        out,
      );
      copyResult(out, size, target);
    },
  };
}

/** Puts quantisers and Huffman tables in place; false if one of them is no table. */
function placeTables(kernel: Kernel, memory: Uint8Array, bytes: Uint8Array, scan: JpegScan): boolean {
  if (holder !== kernel) {
    holder = kernel;
    specs = [];
  }
  for (const [c, at] of scan.quantisers.entries()) {
    const table = new Uint32Array(memory.buffer, quantisersAt + 256 * c, 64);
    for (let k = 0; k < 64; k++) table[k] = bytes[at + k]! | zigzag[k]!;
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
  if (spec === undefined || spec.length !== length) return false;
  for (let i = 0; i < length; i++) if (spec[i] !== bytes[at + i]) return false;
  return true;
}

/** Where the k-th coefficient belongs in a block of i16 stored by columns, in the upper half of 32 bits. */
function zigzagOrder(): Uint32Array {
  const order = new Uint32Array(64);
  let k = 0;
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let i = Math.max(0, diagonal - 7); i <= Math.min(7, diagonal); i++) {
      const [row, column] = diagonal % 2 === 0 ? [diagonal - i, i] : [i, diagonal - i];
      order[k++] = (column * 16 + row * 2) << 16;
    }
  }
  return order;
}
