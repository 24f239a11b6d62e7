/**
 * What a TIFF file says of its first image: TIFF 6.0. Every strip and tile is named there with its place and length, so
 * that a file that ends too early is known for one whatever its compression.
 *
 * Limit: of BigTIFF (offsets of eight bytes) it is only checked that the directory is there.
 */
import { ImageError } from "../../core/errors.ts";
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
  /** How it is compressed, to be said after "a TIFF image", where few builds of libtiff know that. */
  readonly unusual: string | undefined;
}

/** Numbers of tags. */
const imageWidth = 256;
const imageLength = 257;
const compression = 259;
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
 * @throws ImageError if it is truncated, has no size, or colours that are not decoded.
 */
export function readTiffHeader(bytes: Uint8Array): TiffHeader | undefined {
  const little = bytes[0] === 0x49;
  if (uint16(bytes, 2, little) !== 42) {
    checkBigDirectory(bytes, little);
    return undefined;
  }
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
  const [compressed] = values(compression);
  checkColours(values(photometric)[0], compressed);
  const cmyk = values(photometric)[0] === 5 && (values(inkSet)[0] ?? 1) === 1;
  const orientation = orientationIn(bytes, 0, bytes.length);
  return { width, height, cmyk, orientation, unusual: rareCompressions.get(compressed ?? 1) };
}

/** Compressions that few builds of libtiff know, by their numbers. */
const rareCompressions: ReadonlyMap<number, string> = new Map([
  [34712, "compressed as JPEG 2000"],
  [34887, "compressed by LERC"],
  [34925, "compressed by LZMA"],
  [50000, "compressed by Zstandard"],
  [50002, "compressed as JPEG XL"],
]);

/** Colours that libvips takes for RGB, or for damage, by the number of their kind. */
const unusual: ReadonlyMap<number, string> = new Map([
  [6, "in luma and chroma (YCbCr) without JPEG's compression"],
  [8, "in CIELAB"],
  [9, "in CIELAB"],
  [10, "in CIELAB"],
  [32803, "of a camera's raw samples"],
  [34892, "of a camera's raw samples"],
]);

function checkColours(kind: number | undefined, compressed: number | undefined): void {
  const called = unusual.get(kind ?? 1);
  // JPEG's own colours, of its old kind and the new one.
  if (called === undefined || (kind === 6 && (compressed === 6 || compressed === 7))) return;
  throw new ImageError(
    `It is a TIFF image ${called}, which is not decoded. Convert it to JPEG, PNG or WebP, or leave it out of the list.`,
  );
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

function checkBigDirectory(bytes: Uint8Array, little: boolean): void {
  const at = uint64(bytes, 8, little);
  // A count, and entries of 20 bytes.
  if (!(at + 8 + 20 * uint64(bytes, at, little) <= bytes.length)) throw truncated("TIFF");
}

function uint64(bytes: Uint8Array, at: number, little: boolean): number {
  const [first, second] = [uint32(bytes, at, little), uint32(bytes, at + 4, little)];
  return little ? second * 2 ** 32 + first : first * 2 ** 32 + second;
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
