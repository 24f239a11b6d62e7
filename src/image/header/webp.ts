/**
 * What a WebP file says of its first picture, and where that is: RFC 9649 (the container, VP8L), RFC 6386 (VP8).
 *
 * As libwebp: what follows the container is passed over, and chunks that are not known are.
 */
import { damaged, truncated } from "./damage.ts";
import { orientationIn } from "./exif.ts";
import { lettersAsNumber, uint16, uint32 } from "./integers.ts";

/** A WebP's header. */
export interface WebpHeader {
  /** Size of the canvas: of an animation, that of all its pictures. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
  readonly picture: WebpPicture;
}

/** The first picture of a WebP file. */
export interface WebpPicture {
  readonly width: number;
  readonly height: number;
  /** Where it lies on the canvas. */
  readonly left: number;
  readonly top: number;
  /** Whether it is coded by VP8L, not VP8. */
  readonly lossless: boolean;
  /** The coded pixels. */
  readonly data: WebpChunk;
  /** The alpha of a picture by VP8, where it has any. */
  readonly alpha: WebpChunk | undefined;
}

/** A chunk: its name, and the bytes in it. */
export interface WebpChunk {
  readonly name: number;
  readonly start: number;
  readonly end: number;
}

/** Names of chunks, as numbers. */
const [VP8, VP8L, VP8X, ALPH, ANMF, EXIF] = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANMF", "EXIF"].map(
  lettersAsNumber,
);

/**
 * The header of a file whose first bytes are a WebP's.
 *
 * @throws ImageError if it is truncated or damaged.
 */
export function readWebpHeader(bytes: Uint8Array): WebpHeader {
  const file = chunkAt(bytes, 0, bytes.length);
  let canvas: Pick<WebpHeader, "width" | "height"> | undefined;
  let picture: WebpPicture | undefined;
  let orientation: number | undefined;
  let alpha: WebpChunk | undefined;
  for (let at = file.start + 4; at + 8 <= file.end; ) {
    const chunk = chunkAt(bytes, at, file.end);
    const { name, start, end } = chunk;
    if (name === VP8X && end - start >= 10) {
      canvas ??= { width: 1 + uint24(bytes, start + 4), height: 1 + uint24(bytes, start + 7) };
    } else if (name === ALPH) alpha ??= chunk;
    else if (name === VP8 || name === VP8L) picture ??= readPicture(bytes, chunk, alpha);
    else if (name === ANMF) picture ??= readFrame(bytes, chunk);
    else if (name === EXIF) orientation ??= readOrientation(bytes, chunk);
    // Chunks begin at even places.
    at = end + ((end - start) & 1);
  }
  if (picture === undefined) throw damaged("WebP", "it has no picture");
  const { width, height } = canvas ?? picture;
  if (picture.left + picture.width > width || picture.top + picture.height > height)
    throw damaged("WebP", "its picture is larger than its canvas");
  return { width, height, orientation: orientation ?? 1, picture };
}

/** The chunk at `at`, all of which is there. */
function chunkAt(bytes: Uint8Array, at: number, limit: number): WebpChunk {
  const start = at + 8;
  const end = start + uint32(bytes, at + 4, true);
  if (start > bytes.length || end > bytes.length) throw truncated("WebP");
  if (end > limit) throw damaged("WebP", "a part of it is longer than all of it");
  return { name: uint32(bytes, at), start, end };
}

/** A frame of an animation: its place and size, then chunks as those of a file. */
function readFrame(bytes: Uint8Array, { start, end }: WebpChunk): WebpPicture | undefined {
  let alpha: WebpChunk | undefined;
  for (let at = start + 16; at + 8 <= end; ) {
    const chunk = chunkAt(bytes, at, end);
    if (chunk.name === ALPH) alpha ??= chunk;
    if (chunk.name === VP8 || chunk.name === VP8L) {
      const picture = readPicture(bytes, chunk, alpha);
      return { ...picture, left: 2 * uint24(bytes, start), top: 2 * uint24(bytes, start + 3) };
    }
    at = chunk.end + ((chunk.end - chunk.start) & 1);
  }
  return undefined;
}

function readPicture(bytes: Uint8Array, data: WebpChunk, alpha: WebpChunk | undefined): WebpPicture {
  const { start, end } = data;
  const lossless = data.name === VP8L;
  if (end - start < (lossless ? 5 : 10)) throw truncated("WebP");
  if (lossless) {
    const bits = uint32(bytes, start + 1, true);
    if (bytes[start] !== 0x2f || bits >>> 29 !== 0) throw damaged("WebP", "its header makes no sense");
    const [width, height] = [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
    return { width, height, left: 0, top: 0, lossless, data, alpha: undefined };
  }
  const width = uint16(bytes, start + 6, true) & 0x3fff;
  const height = uint16(bytes, start + 8, true) & 0x3fff;
  // A key frame of a version that is known, which is shown.
  const tag = uint24(bytes, start);
  const known = (tag & 1) === 0 && ((tag >> 1) & 7) <= 3 && (tag & 16) !== 0;
  if (!known || uint24(bytes, start + 3) !== 0x2a019d || width === 0 || height === 0)
    throw damaged("WebP", "its header makes no sense");
  return { width, height, left: 0, top: 0, lossless, data, alpha };
}

/** The orientation in a chunk that is a TIFF file, before which there may be the name that it has in JPEG files. */
function readOrientation(bytes: Uint8Array, { start, end }: WebpChunk): number {
  const named = uint32(bytes, start) === 0x45786966;
  return orientationIn(bytes, named ? start + 6 : start, end);
}

function uint24(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at, true) | (bytes[at + 2]! << 16);
}
