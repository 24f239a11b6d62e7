/**
 * What a JPEG file says about itself beside its pixels: size, components, tables, scans, orientation.
 *
 * Source: ITU-T T.81 annex B, CIPA DC-008 (Exif). Invariant: for a header that is accepted here, libjpeg reads the
 * same size; a native decoder that computes sizes in 32 bits is therefore never shown a hostile one. What is damaged
 * (garbage between segments) is not accepted: the general decoder may take it.
 */

import { orientationIn } from "./exif.ts";
import { uint16, uint32 } from "./integers.ts";

/** A JPEG's header: all up to its first scan. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** Grey has one, colour three, print four. */
  readonly components: readonly JpegComponent[];
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
  /** Whether the first three components are luma and chroma, not RGB or inks. */
  readonly ycc: boolean;
  readonly progressive: boolean;
  /** What makes it a JPEG that is not decoded here, to be said after "a JPEG image". */
  readonly unusual: string | undefined;
  /** The tables of the first scan. */
  readonly tables: JpegTables;
  /** The first scan; undefined where the file is unusual, or it makes no sense. */
  readonly scan: JpegScan | undefined;
}

/** A component: its sampling factors, and the number of the quantiser that it uses. */
export interface JpegComponent {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly quantiser: number;
}

/** The tables that are known at some place of the file. */
export interface JpegTables {
  /** Quantisers 0 to 3. */
  readonly quantisers: (QuantiserSpec | undefined)[];
  /** DC tables 0 to 3, AC tables 4 to 7. */
  readonly huffman: (HuffmanSpec | undefined)[];
  /** Units between restart markers; 0 for none. */
  restart: number;
}

/** A scan: some components, or some coefficients of one. */
export interface JpegScan {
  /** First byte of coded data. */
  readonly data: number;
  /** Units between restart markers; 0 for none. */
  readonly restart: number;
  readonly parts: readonly ScanPart[];
  /** First and last coefficient, in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** How many of their lower bits are yet to come, and whether the others came in an earlier scan. */
  readonly low: number;
  readonly refines: boolean;
}

/** A component of a scan, and its tables. */
export interface ScanPart {
  /** Its place among the components. */
  readonly component: number;
  readonly quantiser: QuantiserSpec;
  /** Of the tables those that the scan uses. */
  readonly dc: HuffmanSpec | undefined;
  readonly ac: HuffmanSpec | undefined;
}

/** Where the 64 factors of a quantiser are, in zigzag order. */
export interface QuantiserSpec {
  readonly at: number;
  /** Whether each takes two bytes. */
  readonly wide: boolean;
}

/** Where a Huffman table is specified: 16 counts, then symbols. */
export interface HuffmanSpec {
  /** Number of the table: 0 to 3. */
  readonly slot: number;
  readonly at: number;
  /** Bytes of the specification. */
  readonly length: number;
}

/** libjpeg-turbo's own limit against files that make a decoder run for hours (`TJFLAG_LIMITSCANS`). */
export const maxScans = 500;

/** Whether `bytes` begin as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * The header of a JPEG; undefined where it is damaged.
 *
 * One long function, as it is one pass over the segments: each adds to what the last one, the scan, is read by.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (!isJpeg(bytes)) return undefined;
  let frame: Frame | undefined;
  let coding = 0;
  let orientation: number | undefined;
  let jfif = false;
  let adobe: number | undefined;
  const tables: JpegTables = { quantisers: [], huffman: [], restart: 0 };
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
      case 0xda: {
        if (frame === undefined) return undefined;
        const { components } = frame;
        const height = frame.height || linesOf(bytes, end);
        if (height === 0) return undefined;
        const unusual = unusualOf(coding, frame);
        const progressive = coding === 0xc2;
        return {
          // Written out: to spread an object takes longer than all of the header.
          width: frame.width,
          height,
          components,
          orientation: orientation ?? 1,
          ycc: isYcc(components, jfif, adobe),
          progressive,
          unusual,
          tables,
          scan:
            unusual === undefined ? readScan(bytes, start, end, components, progressive, tables) : undefined,
        };
      }
      case 0xe0:
        jfif ||= length >= 16 && uint32(bytes, start) === 0x4a464946;
        break;
      case 0xe1:
        if (isExif(bytes, start, end)) orientation ??= orientationIn(bytes, start + 6, end);
        break;
      case 0xee:
        if (length >= 14 && uint32(bytes, start) === 0x41646f62) adobe = bytes[start + 11];
        break;
      default:
        if (isFrame(marker)) {
          if (frame !== undefined) return undefined;
          frame = readFrame(bytes, start, end);
          if (frame === undefined) return undefined;
          coding = marker;
        } else if (!readTables(bytes, marker, start, end, tables)) return undefined;
    }
    at = end;
  }
  return undefined;
}

/**
 * The scan that comes next behind coded data, which were read up to `from`; "end" where the image does.
 *
 * @param tables those of the scan before; they become those of this
 * @returns undefined if what is there is damaged, or nothing
 */
export function nextScan(
  bytes: Uint8Array,
  from: number,
  { components, progressive }: JpegHeader,
  tables: JpegTables,
): JpegScan | "end" | undefined {
  for (let at = nextMarker(bytes, from); at + 2 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) return "end";
    if (marker === 0xff) {
      at++;
      continue;
    }
    const start = at + 4;
    const end = at + 2 + uint16(bytes, at + 2);
    if (start > end || end > bytes.length) return undefined;
    if (marker === 0xda) return readScan(bytes, start, end, components, progressive, tables);
    if (isFrame(marker) || !readTables(bytes, marker, start, end, tables)) return undefined;
    at = end;
  }
  return undefined;
}

/** Where the next marker is that ends a scan whose coded data go on at `at`; the file's end if there is none. */
function nextMarker(bytes: Uint8Array, at: number): number {
  for (let found = bytes.indexOf(0xff, at); found >= 0; found = bytes.indexOf(0xff, found + 1)) {
    const marker = bytes[found + 1];
    if (marker !== undefined && marker !== 0 && marker !== 0xff && !isRestart(marker)) return found;
  }
  return bytes.length;
}

/** Whether the file may have more scans than are decoded. */
export function hasEndlessScans(bytes: Uint8Array): boolean {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda && ++scans > maxScans) return true;
  }
  return false;
}

/** Whether the file, from its first coded data on, ends before its end-of-image marker. What follows that does not matter. */
export function isTruncated(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 2; at >= from; at--)
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

/** What a frame header says. */
interface Frame {
  readonly bits: number;
  /** 0 where it is told behind the first scan. */
  readonly height: number;
  readonly width: number;
  readonly components: readonly JpegComponent[];
}

/** Whether a marker begins a frame header: SOF0 to SOF15, but for DHT, JPG and DAC; or JPEG-LS'. */
function isFrame(marker: number): boolean {
  return (marker & 0xf0) === 0xc0 ? marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc : marker === 0xf7;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

function readFrame(bytes: Uint8Array, start: number, end: number): Frame | undefined {
  const [height, width, count] = [uint16(bytes, start + 1), uint16(bytes, start + 3), bytes[start + 5]!];
  if (width === 0 || count === 0 || end - start !== 6 + 3 * count) return undefined;
  const components: JpegComponent[] = [];
  for (let at = start + 6; at < end; at += 3) {
    const [h, v] = [bytes[at + 1]! >> 4, bytes[at + 1]! & 15];
    if (h < 1 || h > 4 || v < 1 || v > 4) return undefined;
    components.push({ id: bytes[at]!, h, v, quantiser: bytes[at + 2]! });
  }
  return { bits: bytes[start]!, height, width, components };
}

function unusualOf(coding: number, { bits, components }: Frame): string | undefined {
  if (coding === 0xf7) return "of the kind JPEG-LS";
  if (coding === 0xc3 || coding === 0xcb) return "without loss (lossless JPEG)";
  if (coding > 0xc8) return "with arithmetic coding";
  if (coding > 0xc2) return "in several resolutions (hierarchical JPEG)";
  if (bits !== 8) return `with ${bits} bits a sample`;
  const count = components.length;
  return count === 2 || count > 4 ? `with ${count} components` : undefined;
}

/** The height that is told behind the first scan, whose coded data begin at `at`; 0 where it is not. */
function linesOf(bytes: Uint8Array, at: number): number {
  const marker = nextMarker(bytes, at);
  return bytes[marker + 1] === 0xdc && marker + 6 <= bytes.length ? uint16(bytes, marker + 4) : 0;
}

/** Reads tables, and passes over what is none; false: damage. */
function readTables(
  bytes: Uint8Array,
  marker: number,
  start: number,
  end: number,
  tables: JpegTables,
): boolean {
  switch (marker) {
    case 0xc4:
      return readHuffman(bytes, start, end, tables.huffman);
    case 0xdb:
      return readQuantisers(bytes, start, end, tables.quantisers);
    case 0xdd:
      tables.restart = uint16(bytes, start);
      return end - start === 2;
    default:
      // The number of lines, conditioning of arithmetic codes, and what says nothing about pixels (APPn, COM).
      return marker === 0xcc || marker === 0xdc || marker >= 0xe0;
  }
}

function readQuantisers(
  bytes: Uint8Array,
  start: number,
  end: number,
  quantisers: JpegTables["quantisers"],
): boolean {
  for (let at = start; at < end; ) {
    const slot = bytes[at]! & 15;
    const wide = bytes[at]! > 15;
    const next = at + (wide ? 129 : 65);
    if (slot > 3 || bytes[at]! > 0x13 || next > end) return false;
    quantisers[slot] = { at: at + 1, wide };
    at = next;
  }
  return true;
}

function readHuffman(bytes: Uint8Array, start: number, end: number, huffman: JpegTables["huffman"]): boolean {
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

/** A scan, if it makes sense and everything it needs was there. */
function readScan(
  bytes: Uint8Array,
  start: number,
  end: number,
  components: readonly JpegComponent[],
  progressive: boolean,
  { quantisers, huffman, restart }: JpegTables,
): JpegScan | undefined {
  const count = bytes[start]!;
  if (count < 1 || count > components.length || end - start !== 4 + 2 * count) return undefined;
  // A sequential scan has all coefficients, whatever it says.
  const first = progressive ? bytes[end - 3]! : 0;
  const last = progressive ? bytes[end - 2]! : 63;
  const low = progressive ? bytes[end - 1]! & 15 : 0;
  const high = progressive ? bytes[end - 1]! >> 4 : 0;
  if (progressive) {
    if (first === 0 ? last > 0 : first > last || last > 63 || count > 1) return undefined;
    if (low > 13 || (high > 0 && high !== low + 1)) return undefined;
  }
  const [usesDc, usesAc] = [first === 0 && high === 0, last > 0];
  const parts: ScanPart[] = [];
  for (let at = start + 1; at < end - 3; at += 2) {
    const component = componentOf(components, bytes[at]!, parts);
    const quantiser = quantisers[components[component]?.quantiser ?? -1];
    const [dcSlot, acSlot] = [bytes[at + 1]! >> 4, bytes[at + 1]! & 15];
    const dc = usesDc && dcSlot < 4 ? huffman[dcSlot] : undefined;
    const ac = usesAc && acSlot < 4 ? huffman[4 + acSlot] : undefined;
    if (quantiser === undefined || (usesDc && dc === undefined) || (usesAc && ac === undefined))
      return undefined;
    parts.push({ component, quantiser, dc, ac });
  }
  return { data: end, restart, parts, first, last, low, refines: high > 0 };
}

/** The place of the component that a scan names; -1 if there is none, or the scan has it already. */
function componentOf(components: readonly JpegComponent[], id: number, parts: readonly ScanPart[]): number {
  for (let i = 0; i < components.length; i++)
    if (components[i]!.id === id && parts.every(({ component }) => component !== i)) return i;
  return -1;
}

/** libjpeg's guess (jdapimin, `default_decompress_parms`). */
function isYcc(components: readonly JpegComponent[], jfif: boolean, adobe: number | undefined): boolean {
  if (components.length === 4) return adobe !== undefined && adobe !== 0;
  if (jfif) return true;
  if (adobe !== undefined) return adobe !== 0;
  return !(components.length === 3 && [0x52, 0x47, 0x42].every((letter, i) => components[i]!.id === letter));
}

/** Whether a segment is Exif's: "Exif\0\0", then a TIFF file. */
function isExif(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 6 && uint32(bytes, start) === 0x45786966 && uint16(bytes, start + 4) === 0;
}
