/**
 * What a TIFF file says of its first image: TIFF 6.0. Every strip and tile is named there with its place and length, so
 * that a file that ends too early is known for one whatever its compression.
 *
 * Limit: BigTIFF (offsets of eight bytes) is not read.
 */
import { damaged, truncated } from "./damage.ts";
import { orientationIn } from "./exif.ts";
import { uint16, uint32 } from "./integers.ts";

/** A TIFF's header. */
export interface TiffHeader {
  readonly width: number;
  readonly height: number;
  /** Orientation, 1 (upright) to 8. */
  readonly orientation: number;
  /** Whether its samples are inks: cyan, magenta, yellow and black. */
  readonly cmyk: boolean;
}

/** Numbers of tags. */
const imageWidth = 256;
const imageLength = 257;
const photometric = 262;
const stripOffsets = 273;
const stripByteCounts = 279;
const tileOffsets = 324;
const tileByteCounts = 325;
const inkSet = 332;

/** The tags of TIFF 6.0 without its extensions for single programs: what they say is needed, and must be there. */
const [firstTag, lastTag] = [254, 347];

/** Bytes of a value, by its type. */
const sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/**
 * The header of a TIFF file; undefined of a BigTIFF.
 *
 * @throws ImageError if it is truncated, or has no size.
 */
export function readTiffHeader(bytes: Uint8Array): TiffHeader | undefined {
  const little = bytes[0] === 0x49;
  if (uint16(bytes, 2, little) !== 42) return undefined;
  const directory = uint32(bytes, 4, little);
  if (bytes.length < 8 || directory + 2 > bytes.length) throw truncated("TIFF");
  const end = directory + 2 + 12 * uint16(bytes, directory, little);
  if (end > bytes.length) throw truncated("TIFF");
  const entries = new Map<number, TiffEntry>();
  for (let at = end - 12; at >= directory + 2; at -= 12) {
    const tag = uint16(bytes, at, little);
    if (tag >= firstTag && tag <= lastTag) entries.set(tag, entryAt(bytes, at, little));
  }
  const values = (tag: number): number[] => valuesOf(bytes, entries.get(tag), little);
  const [width] = values(imageWidth);
  const [height] = values(imageLength);
  if (!width || !height) throw damaged("TIFF", "it has no size");
  checkParts(bytes.length, values(stripOffsets), values(stripByteCounts));
  checkParts(bytes.length, values(tileOffsets), values(tileByteCounts));
  const cmyk = values(photometric)[0] === 5 && (values(inkSet)[0] ?? 1) === 1;
  return { width, height, cmyk, orientation: orientationIn(bytes, 0, bytes.length) };
}

/** An entry of a directory: values of one size. */
interface TiffEntry {
  readonly start: number;
  readonly count: number;
  readonly size: number;
}

/** The entry at `at`, with its values: in it, where four bytes are enough, else where it says. */
function entryAt(bytes: Uint8Array, at: number, little: boolean): TiffEntry {
  const size = sizes[uint16(bytes, at + 2, little)] ?? 0;
  const count = uint32(bytes, at + 4, little);
  const start = count * size <= 4 ? at + 8 : uint32(bytes, at + 8, little);
  if (start + count * size > bytes.length) throw truncated("TIFF");
  return { start, count, size };
}

/** Its values as whole numbers of 1, 2 or 4 bytes. */
function valuesOf(bytes: Uint8Array, entry: TiffEntry | undefined, little: boolean): number[] {
  const values: number[] = [];
  if (entry === undefined || entry.size === 0) return values;
  const { start, count, size } = entry;
  for (let at = start; at < start + count * size; at += size) {
    values.push(size === 1 ? bytes[at]! : size === 2 ? uint16(bytes, at, little) : uint32(bytes, at, little));
  }
  return values;
}

function checkParts(length: number, offsets: readonly number[], counts: readonly number[]): void {
  for (const [i, offset] of offsets.entries()) {
    if (offset >= length || offset + (counts[i] ?? 0) > length) throw truncated("TIFF");
  }
}
