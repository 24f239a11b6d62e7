/**
 * What a JPEG file says about itself before its pixels: size, components, tables, orientation.
 *
 * Source: ITU-T T.81 annex B, CIPA DC-008 (Exif). Invariant: for a header that is accepted here, libjpeg reads the
 * same size; a native decoder that computes sizes in 32 bits is therefore never shown a hostile one. Anything unusual
 * (garbage between segments, 12 bits, lossless, arithmetic coding, CMYK) is not accepted: the general decoder takes
 * such files.
 */

import { orientationIn } from "./exif.ts";
import { uint16, uint32 } from "./integers.ts";

/** A JPEG's header. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** Grey has one, colour three. */
  readonly components: readonly JpegComponent[];
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
  /** Whether three components are luma and chroma, not RGB. */
  readonly ycc: boolean;
  /** What is needed to decode the one scan of a sequential file; undefined where there are more, or other, scans. */
  readonly scan: JpegScan | undefined;
}

/** A component: its sampling factors, and the tables it uses. */
export interface JpegComponent {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly quantiser: number;
}

/** The scan of a sequential JPEG. All numbers are offsets in the file, but for those said to be others. */
export interface JpegScan {
  /** First byte of coded data. */
  readonly data: number;
  /** Units between restart markers; 0 for none. */
  readonly restart: number;
  /** For each component, 64 bytes in zigzag order. */
  readonly quantisers: readonly number[];
  /** For each component, the number (0 to 3) and the specification (16 counts, then symbols) of its DC table. */
  readonly dc: readonly HuffmanSpec[];
  /** The same of its AC table. */
  readonly ac: readonly HuffmanSpec[];
}

/** Where a Huffman table is specified. */
export interface HuffmanSpec {
  /** Number of the table: 0 to 3. */
  readonly slot: number;
  readonly at: number;
  /** Bytes of the specification. */
  readonly length: number;
}

/** libjpeg-turbo's own limit against files that make a decoder run for hours (`TJFLAG_LIMITSCANS`). */
const maxScans = 500;

/** Whether `bytes` begin as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * The header of a JPEG of the usual kind; undefined for anything else.
 *
 * One long function, as it is one pass over the segments: each adds to what the last one, the scan, is read by.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (!isJpeg(bytes)) return undefined;
  let frame: Pick<JpegHeader, "width" | "height" | "components"> | undefined;
  let progressive = false;
  let orientation = 1;
  let restart = 0;
  let jfif = false;
  let adobe: number | undefined;
  const quantisers: number[] = [];
  // DC tables 0 to 3, AC tables 4 to 7.
  const huffman: HuffmanSpec[] = [];
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = uint16(bytes, at + 2);
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || length < 2) return undefined;
    const start = at + 4;
    const end = at + 2 + length;
    if (end > bytes.length) return undefined;
    switch (marker) {
      case 0xc0:
      case 0xc1:
      case 0xc2:
        if (frame !== undefined) return undefined;
        frame = readFrame(bytes, start, end);
        if (frame === undefined) return undefined;
        progressive = marker === 0xc2;
        break;
      case 0xc4:
        if (!readHuffman(bytes, start, end, huffman)) return undefined;
        break;
      case 0xda:
        if (frame === undefined || (progressive && countScans(bytes, at) > maxScans)) return undefined;
        return {
          // Written out: to spread an object takes longer than all of the header.
          width: frame.width,
          height: frame.height,
          components: frame.components,
          orientation,
          ycc: isYcc(frame.components, jfif, adobe),
          scan: progressive
            ? undefined
            : readScan(bytes, start, end, frame.components, quantisers, huffman, restart),
        };
      case 0xdb:
        if (!readQuantisers(bytes, start, end, quantisers)) return undefined;
        break;
      case 0xdd:
        restart = uint16(bytes, start);
        break;
      case 0xe0:
        jfif ||= length >= 16 && uint32(bytes, start) === 0x4a464946;
        break;
      case 0xe1:
        if (orientation === 1) orientation = readOrientation(bytes, start, end);
        break;
      case 0xee:
        if (length >= 14 && uint32(bytes, start) === 0x41646f62) adobe = bytes[start + 11];
        break;
      default:
        // Lossless, hierarchical and arithmetic coding; DNL. The rest (APPn, COM) says nothing about pixels.
        if (marker < 0xe0) return undefined;
    }
    at = end;
  }
  return undefined;
}

/**
 * Whether the file ends before its end-of-image marker, which is looked for from its end down to `start`. Trailing bytes
 * after the marker do not matter.
 */
export function isTruncated(bytes: Uint8Array, start = 2): boolean {
  for (let at = bytes.length - 2; at >= start; at--)
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return false;
  return true;
}

/**
 * The most pixels that a JPEG of so many bytes can hold: each 8 x 8 block takes a bit at least, and all but one
 * component may be subsampled four times each way. More can only be a lie.
 */
export function mostPixels(byteLength: number): number {
  return byteLength * 8 * 64 * 16;
}

function readFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
): Pick<JpegHeader, "width" | "height" | "components"> | undefined {
  const [height, width, count] = [uint16(bytes, start + 1), uint16(bytes, start + 3), bytes[start + 5]!];
  if (bytes[start] !== 8 || height === 0 || width === 0 || (count !== 1 && count !== 3)) return undefined;
  if (end - start !== 6 + 3 * count) return undefined;
  const components: JpegComponent[] = [];
  for (let at = start + 6; at < end; at += 3) {
    const sampling = bytes[at + 1]!;
    components.push({ id: bytes[at]!, h: sampling >> 4, v: sampling & 15, quantiser: bytes[at + 2]! });
  }
  return { height, width, components };
}

function readQuantisers(bytes: Uint8Array, start: number, end: number, quantisers: number[]): boolean {
  for (let at = start; at < end; at += 65) {
    const slot = bytes[at]!;
    // 16-bit tables belong to 12-bit files.
    if (slot > 3 || at + 65 > end) return false;
    quantisers[slot] = at + 1;
  }
  return true;
}

function readHuffman(bytes: Uint8Array, start: number, end: number, huffman: HuffmanSpec[]): boolean {
  for (let at = start; at < end; ) {
    const slot = bytes[at]!;
    if ((slot & 0xef) > 3 || at + 17 > end) return false;
    let length = 16;
    for (let i = 1; i <= 16; i++) length += bytes[at + i]!;
    if (length > 16 + 256 || at + 1 + length > end) return false;
    huffman[(slot >> 4) * 4 + (slot & 3)] = { slot: slot & 3, at: at + 1, length };
    at += 1 + length;
  }
  return true;
}

/** The scan, if it is the only one and everything it needs was there. */
function readScan(
  bytes: Uint8Array,
  start: number,
  end: number,
  components: readonly JpegComponent[],
  quantisers: readonly number[],
  huffman: readonly HuffmanSpec[],
  restart: number,
): JpegScan | undefined {
  const count = components.length;
  if (bytes[start] !== count || end - start !== 4 + 2 * count) return undefined;
  // Ss, Se and AhAl of a sequential scan.
  if (bytes[end - 3] !== 0 || bytes[end - 2] !== 63 || bytes[end - 1] !== 0) return undefined;
  const scan = {
    data: end,
    restart,
    quantisers: [] as number[],
    dc: [] as HuffmanSpec[],
    ac: [] as HuffmanSpec[],
  };
  for (const [i, { id, quantiser }] of components.entries()) {
    const at = start + 1 + 2 * i;
    const tables = bytes[at + 1]!;
    const dc = huffman[tables >> 4];
    const ac = huffman[4 + (tables & 15)];
    const table = quantisers[quantiser];
    if (bytes[at] !== id || tables >> 4 > 3 || dc === undefined || ac === undefined || table === undefined) {
      return undefined;
    }
    scan.dc.push(dc);
    scan.ac.push(ac);
    scan.quantisers.push(table);
  }
  return scan;
}

/** libjpeg's guess (jdapimin, `default_decompress_parms`). */
function isYcc(components: readonly JpegComponent[], jfif: boolean, adobe: number | undefined): boolean {
  if (jfif) return true;
  if (adobe !== undefined) return adobe !== 0;
  return !(components.length === 3 && [0x52, 0x47, 0x42].every((letter, i) => components[i]!.id === letter));
}

function countScans(bytes: Uint8Array, from: number): number {
  let scans = 0;
  for (let at = from; at >= 0 && scans <= maxScans; scans++) {
    at = bytes.indexOf(0xff, at + 1);
    while (at >= 0 && bytes[at + 1] !== 0xda) at = bytes.indexOf(0xff, at + 1);
  }
  return scans;
}

/** The orientation in an Exif segment: "Exif\0\0", then a TIFF file. */
function readOrientation(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 6 || uint32(bytes, start) !== 0x45786966 || uint16(bytes, start + 4) !== 0) return 1;
  return orientationIn(bytes, start + 6, end);
}
