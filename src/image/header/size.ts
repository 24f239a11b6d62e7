/**
 * How large an image is, by as few bytes of its file as say so. What stands in the way, as pixels do before the EXIF of
 * some PNG and WebP files, is passed over.
 *
 * Limit: only what is read is checked. A file may be damaged further on, and not be read by imread.
 */
import { damaged, truncated } from "./damage.ts";
import { orientationIn } from "./exif.ts";
import type { FormatName } from "./format.ts";
import { canvasOf, paletteLength } from "./gif.ts";
import { uint16, uint32 } from "./integers.ts";

/** Reads `length` bytes of a file from `start` on, or fewer where it ends. */
export type ReadPart = (start: number, length: number) => Promise<Uint8Array>;

/** The size of an image as it is stored, and the EXIF orientation under which it is upright. */
export interface StoredSize {
  readonly height: number;
  readonly width: number;
  readonly orientation: number;
}

/** Bytes that are read for EXIF at most: a segment of a JPEG file. */
const mostExif = 65536;

/**
 * The size of an image of a format that says so itself; undefined for any other.
 *
 * @throws ImageError if the file is truncated or damaged where its size is said.
 */
export async function readSize(format: FormatName, read: ReadPart): Promise<StoredSize | undefined> {
  if (format === "JPEG") return sizeOfJpeg(read);
  if (format === "PNG") return sizeOfPng(read);
  if (format === "WebP") return sizeOfWebp(read);
  if (format === "TIFF") return sizeOfTiff(read);
  if (format === "GIF") return sizeOfGif(read);
  return undefined;
}

/** Exactly `length` bytes. */
async function all(read: ReadPart, start: number, length: number, format: FormatName): Promise<Uint8Array> {
  const bytes = await read(start, length);
  if (bytes.length < length) throw truncated(format);
  return bytes;
}

function checked(size: StoredSize, format: FormatName): StoredSize {
  if (size.width > 0 && size.height > 0) return size;
  throw damaged(format, "it has no size");
}

/** Up to the scan, as there may be EXIF behind the frame. What stands between segments is passed over, as libjpeg does. */
async function sizeOfJpeg(read: ReadPart): Promise<StoredSize> {
  let orientation: number | undefined;
  let frame: Uint8Array | undefined;
  let lines = 0;
  for (let at = 2; ; ) {
    const head = await all(read, at, 4, "JPEG");
    const marker = head[1]!;
    if (head[0] !== 0xff || marker === 0xff || marker === 0) {
      at++;
      continue;
    }
    // Markers of nothing: TEM, RST.
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    if (marker === 0xd9) break;
    const length = uint16(head, 2);
    if (marker === 0xda) {
      if (frame !== undefined && uint16(frame, 0) === 0) lines = await linesBehind(read, at + 2 + length);
      break;
    }
    if (length < 2) throw damaged("JPEG", "a segment has no length");
    // Frames of every kind; between them are Huffman tables, extensions and arithmetic conditions.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      frame ??= await all(read, at + 5, 4, "JPEG");
    if (marker === 0xe1 && orientation === undefined) {
      const exif = await all(read, at + 4, length - 2, "JPEG");
      if (uint32(exif, 0) === 0x45786966 && uint16(exif, 4) === 0)
        orientation = orientationIn(exif, 6, exif.length);
    }
    at += 2 + length;
  }
  if (frame === undefined) throw damaged("JPEG", "it has no frame");
  return checked(
    { height: uint16(frame, 0) || lines, width: uint16(frame, 2), orientation: orientation ?? 1 },
    "JPEG",
  );
}

/** The height of a JPEG that says it behind its first scan, whose coded data begin at `start`; 0 where it does not. */
async function linesBehind(read: ReadPart, start: number): Promise<number> {
  for (let at = start; ; ) {
    const data = await all(read, at, 2, "JPEG");
    const marker = data[1]!;
    // Stuffed bytes, fill bytes and restart markers are part of the data.
    if (data[0] !== 0xff || marker === 0xff) at++;
    else if (marker === 0 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else return marker === 0xdc ? uint16(await all(read, at + 4, 2, "JPEG"), 0) : 0;
  }
}

/** Up to the end, unless there is EXIF before. */
async function sizeOfPng(read: ReadPart): Promise<StoredSize> {
  const header = await all(read, 0, 24, "PNG");
  if (uint32(header, 12) !== 0x49484452) throw damaged("PNG", "it does not begin with a header");
  let orientation = 1;
  for (let at = 8; ; ) {
    const chunk = await all(read, at, 8, "PNG");
    const [length, name] = [uint32(chunk, 0), uint32(chunk, 4)];
    // "eXIf", "IEND".
    if (name === 0x65584966) {
      const exif = await all(read, at + 8, Math.min(length, mostExif), "PNG");
      orientation = orientationIn(exif, 0, exif.length);
    }
    if (name === 0x65584966 || name === 0x49454e44) break;
    at += 12 + length;
  }
  return checked({ width: uint32(header, 16), height: uint32(header, 20), orientation }, "PNG");
}

/** Up to the end of the container, as EXIF stands behind the pixels, if it has more than these. */
async function sizeOfWebp(read: ReadPart): Promise<StoredSize> {
  const first = await all(read, 12, 18, "WebP");
  const name = uint32(first, 0);
  // "VP8 ", "VP8L", "VP8X".
  if (name === 0x56503820)
    return checked(
      {
        width: uint16(first, 14, true) & 0x3fff,
        height: uint16(first, 16, true) & 0x3fff,
        orientation: 1,
      },
      "WebP",
    );
  if (name === 0x5650384c) {
    const bits = uint32(first, 9, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), orientation: 1 };
  }
  if (name !== 0x56503858) throw damaged("WebP", "it has no picture");
  const uint24 = (at: number) => uint16(first, at, true) | (first[at + 2]! << 16);
  const size = { width: 1 + uint24(12), height: 1 + uint24(15) };
  const end = 8 + uint32(await all(read, 4, 4, "WebP"), 0, true);
  for (let at = 30; at + 8 <= end; ) {
    const chunk = await all(read, at, 8, "WebP");
    const length = uint32(chunk, 4, true);
    if (uint32(chunk, 0) === 0x45584946) {
      const exif = await all(read, at + 8, Math.min(length, mostExif), "WebP");
      const start = uint32(exif, 0) === 0x45786966 ? 6 : 0;
      return { ...size, orientation: orientationIn(exif, start, exif.length) };
    }
    at += 8 + length + (length & 1);
  }
  return { ...size, orientation: 1 };
}

/** Up to the first picture, as that may be larger than the canvas. */
async function sizeOfGif(read: ReadPart): Promise<StoredSize> {
  const screen = await all(read, 0, 13, "GIF");
  for (let at = 13 + paletteLength(screen[10]!); ; at++) {
    const [block] = await all(read, at, 1, "GIF");
    if (block === 0x2c) return { ...canvasOf(screen, await all(read, at + 1, 8, "GIF")), orientation: 1 };
    if (block === 0x3b) throw damaged("GIF", "it has no picture");
    if (block !== 0x21) continue;
    // An extension: parts, each with its length, up to one of none.
    at += 2;
    for (let length = -1; length !== 0; at += length === 0 ? 0 : 1 + length)
      length = (await all(read, at, 1, "GIF"))[0]!;
  }
}

/** The first directory; undefined of a BigTIFF. */
async function sizeOfTiff(read: ReadPart): Promise<StoredSize | undefined> {
  const header = await all(read, 0, 8, "TIFF");
  const little = header[0] === 0x49;
  if (uint16(header, 2, little) !== 42) return undefined;
  const start = uint32(header, 4, little);
  const count = uint16(await all(read, start, 2, "TIFF"), 0, little);
  const directory = await all(read, start + 2, 12 * count, "TIFF");
  const numberOf = (tag: number): number => {
    for (let at = 0; at < directory.length; at += 12) {
      if (uint16(directory, at, little) !== tag) continue;
      // A SHORT, or a LONG.
      const whole = uint16(directory, at + 2, little) === 4 ? uint32 : uint16;
      return whole(directory, at + 8, little);
    }
    return 0;
  };
  const orientation = numberOf(274);
  return checked(
    {
      width: numberOf(256),
      height: numberOf(257),
      orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    },
    "TIFF",
  );
}
