/**
 * What a GIF file says of its first picture, and where that is: GIF89a.
 *
 * As Pillow: the canvas grows where the picture is larger, and what stands between blocks and is none is passed over.
 */
import { damaged, truncated } from "./damage.ts";
import { uint16 } from "./integers.ts";

/** A GIF's header. */
export interface GifHeader {
  /** Size of the canvas, on which the picture is. */
  readonly width: number;
  readonly height: number;
  readonly picture: GifPicture;
  /** RGB of the colours of the picture; undefined where they are shades of grey. */
  readonly palette: Uint8Array | undefined;
  /** The index that is transparent, if there is one. */
  readonly transparent: number | undefined;
}

/** The first picture of a GIF file. */
export interface GifPicture {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** Where its codes are: their size, then parts, each with its length. */
  readonly codes: number;
}

/** First bytes of blocks. */
const [extension, image, trailer] = [0x21, 0x2c, 0x3b];

/** The extension that says what is transparent. */
const graphicControl = 0xf9;

/**
 * The header of a file whose first bytes are a GIF's.
 *
 * @throws ImageError if it is truncated, or has no picture.
 */
export function readGifHeader(bytes: Uint8Array): GifHeader {
  const global = paletteAt(bytes, 10, 13);
  let transparent: number | undefined;
  let header: GifHeader | undefined;
  for (let at = global.end; bytes[at] !== trailer; ) {
    if (at >= bytes.length) throw truncated("GIF");
    const block = bytes[at]!;
    if (block === extension) {
      if (bytes[at + 1] === graphicControl && bytes[at + 2]! >= 4 && (bytes[at + 3]! & 1) !== 0)
        transparent = bytes[at + 6];
      at = behindParts(bytes, at + 2);
    } else if (block === image) {
      const own = paletteAt(bytes, at + 9, at + 10);
      header ??= headerOf(bytes, at + 1, own, own.palette ?? global.palette, transparent);
      at = behindParts(bytes, own.end + 1);
    } else at++;
  }
  if (header === undefined) throw damaged("GIF", "it has no picture");
  return header;
}

/** The size of the canvas, of the first bytes of the file and those that say where the first picture is. */
export function canvasOf(
  screen: Uint8Array,
  place: Uint8Array,
): { readonly width: number; readonly height: number } {
  const along = (axis: 0 | 2) =>
    Math.max(uint16(screen, 6 + axis, true), uint16(place, axis, true) + uint16(place, 4 + axis, true));
  return { width: along(0), height: along(2) };
}

/** Bytes of the palette that `flags` announce. */
export function paletteLength(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1);
}

interface FoundPalette {
  readonly palette: Uint8Array | undefined;
  readonly end: number;
}

/** The palette at `start`, if there is one by the flags that stand at `flags`. */
function paletteAt(bytes: Uint8Array, flags: number, start: number): FoundPalette {
  if (start > bytes.length) throw truncated("GIF");
  const end = start + paletteLength(bytes[flags]!);
  return { palette: end > start ? bytes.subarray(start, end) : undefined, end };
}

/** Passes over parts, each with its length, up to one of none. */
function behindParts(bytes: Uint8Array, at: number): number {
  let next = at;
  while (next < bytes.length && bytes[next] !== 0) next += 1 + bytes[next]!;
  return next + 1;
}

function headerOf(
  bytes: Uint8Array,
  at: number,
  own: FoundPalette,
  palette: Uint8Array | undefined,
  transparent: number | undefined,
): GifHeader {
  const place = bytes.subarray(at, at + 9);
  const [left, top, width, height] = [0, 2, 4, 6].map((axis) => uint16(place, axis, true)) as [
    number,
    number,
    number,
    number,
  ];
  if (width === 0 || height === 0) throw damaged("GIF", "its picture has no size");
  const interlaced = (place[8]! & 0x40) !== 0;
  const picture = { left, top, width, height, interlaced, codes: own.end };
  return { ...canvasOf(bytes, place), picture, palette, transparent };
}
