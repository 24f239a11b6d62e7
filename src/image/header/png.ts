/**
 * What a PNG file says of its pixels, and where they are: PNG, third edition (ISO/IEC 15948), chapters 5 and 11.
 *
 * As libpng: what is read has the right check sum, chunks that must be known are, and the rest is passed over. Colour
 * profiles and gamma are passed over, too, as Pillow and OpenCV do. Where libpng only warns of nonsense in a palette or a
 * transparent colour, it is not read here either.
 */
import { ImageError } from "../../core/errors.ts";
import { damaged, truncated } from "./damage.ts";
import { orientationIn } from "./exif.ts";
import { lettersAsNumber, uint16, uint32 } from "./integers.ts";

/** A PNG's header. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0: grey, 2: RGB, 3: a palette's colours, 4: grey and alpha, 6: RGBA. */
  readonly colour: PngColour;
  readonly interlaced: boolean;
  /** RGB of a palette's colours, where there is one. */
  readonly palette: Uint8Array | undefined;
  /** Alpha of the palette's first colours, or the samples, two bytes each, of the colour that is transparent. */
  readonly transparency: Uint8Array | undefined;
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
  /** The chunks of pixels: where the first begins, how many bytes of compressed data they have in all. */
  readonly pixels: number;
  readonly compressed: number;
  /** Whether samples are numbers, to be read as they are: see {@link indicesOf}. */
  readonly indices: boolean;
}

/** PNG's colour types: 1 is a palette, 2 colour, 4 alpha, added up. */
export type PngColour = 0 | 2 | 3 | 4 | 6;

/** The check of the bytes from `start` to `end`: CRC-32. */
export type Check = (bytes: Uint8Array, start: number, end: number) => number;

/** Samples of a pixel, by colour type. */
export const samplesOf: Readonly<Record<PngColour, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const depthsOf: Readonly<Record<PngColour, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** The second half of the first eight bytes; the first half tells the format. */
const signature = 0x0d0a1a0a;

/** Names of chunks, as numbers. */
const [IHDR, PLTE, IDAT, IEND, tRNS, eXIf] = ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "eXIf"].map(
  lettersAsNumber,
);

/**
 * The header of a file whose first bytes are a PNG's.
 *
 * One long function, as it is one pass over the chunks: what one may say depends on those before.
 *
 * @throws ImageError if it is truncated, damaged, or of a kind that is not decoded.
 */
export function readPngHeader(bytes: Uint8Array, check: Check): PngHeader {
  if (bytes.length < 8) throw truncated("PNG");
  if (uint32(bytes, 4) !== signature)
    throw damaged("PNG", "its first bytes were changed, as by a transfer that takes it for text");
  const first = chunkAt(bytes, 8);
  checkKnown(bytes, first);
  if (first.name !== IHDR || first.end - first.start !== 13)
    throw damaged("PNG", "it does not begin with a header");
  checkSum(bytes, first, check);
  const size = readSize(bytes, first.start);
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let orientation: number | undefined;
  let pixels = 0;
  let compressed = 0;
  /** Whether the chunk before held pixels. */
  let within = false;
  for (
    let chunk = chunkAt(bytes, first.end + 4);
    chunk.name !== IEND;
    chunk = chunkAt(bytes, chunk.end + 4)
  ) {
    const { name, start, end } = chunk;
    if (name === IDAT) {
      if (pixels === 0) pixels = start - 8;
      else if (!within) throw damaged("PNG", "its pixels are not in one piece");
      compressed += end - start;
    } else if (name === PLTE) {
      checkSum(bytes, chunk, check);
      if (palette !== undefined) throw damaged("PNG", "it has two palettes");
      if (pixels === 0) palette = readPalette(bytes, chunk, size);
    } else if (name === tRNS) {
      checkSum(bytes, chunk, check);
      if (pixels === 0) transparency ??= readTransparency(bytes, chunk, size, palette);
    } else if (name === eXIf) {
      checkSum(bytes, chunk, check);
      orientation ??= orientationIn(bytes, start, end);
    } else if (name === IHDR) throw damaged("PNG", "it has two headers");
    else checkKnown(bytes, chunk);
    within = name === IDAT;
  }
  if (pixels === 0) throw damaged("PNG", "it has no pixels");
  if (size.colour === 3 && palette === undefined) throw damaged("PNG", "its palette is missing");
  // Written out: spread, an object takes longer than the codes of 28 x 28 pixels.
  return {
    width: size.width,
    height: size.height,
    depth: size.depth,
    colour: size.colour,
    interlaced: size.interlaced,
    palette,
    transparency,
    orientation: orientation ?? 1,
    pixels,
    compressed,
    indices: false,
  };
}

/**
 * The header of the same pixels as numbers: a palette's indices and not its colours, grey as it is stored.
 *
 * @throws ImageError if the pixels have colours of their own, or more than 8 bits.
 */
export function indicesOf(header: PngHeader): PngHeader {
  const { colour, depth } = header;
  if (colour === 2 || colour === 6 || depth > 8) {
    throw new ImageError(
      `It is a PNG image of ${depth > 8 ? "16 bits" : "colours"}, and \`palette: "indices"\` reads those of a palette, or grey of up to 8 bits. Leave the option away, or store the classes so.`,
    );
  }
  // Grey is a sample a pixel, too.
  return {
    ...header,
    colour: colour === 3 ? 0 : colour,
    palette: undefined,
    transparency: undefined,
    indices: true,
  };
}

/** A chunk: its name, and the bytes in it. A check sum follows them. */
export interface Chunk {
  readonly name: number;
  readonly start: number;
  readonly end: number;
}

/** The chunk at `at`, all of which is there. */
export function chunkAt(bytes: Uint8Array, at: number): Chunk {
  const start = at + 8;
  if (start > bytes.length) throw truncated("PNG");
  for (let i = at + 4; i < start; i++) {
    const letter = bytes[i]! & 0xdf;
    if (letter < 0x41 || letter > 0x5a)
      throw damaged("PNG", "there is something else where a chunk must begin");
  }
  const end = start + uint32(bytes, at);
  if (end + 4 > bytes.length) throw truncated("PNG");
  return { name: uint32(bytes, at + 4), start, end };
}

/** Whether a chunk holds pixels. */
export function holdsPixels({ name }: Chunk): boolean {
  return name === IDAT;
}

/** The error of a chunk whose check sum is another. */
export function wrongSum(bytes: Uint8Array, { start }: Chunk): ImageError {
  return damaged("PNG", `the check sum of its chunk ${nameOf(bytes, start)} is wrong`);
}

function checkSum(bytes: Uint8Array, chunk: Chunk, check: Check): void {
  if (check(bytes, chunk.start - 4, chunk.end) !== uint32(bytes, chunk.end)) throw wrongSum(bytes, chunk);
}

/** Refuses a chunk without which what follows cannot be understood (its first letter is a capital), and that is new. */
function checkKnown(bytes: Uint8Array, { name, start }: Chunk): void {
  const optional = (bytes[start - 4]! & 0x20) !== 0;
  if (optional || name === IHDR || name === PLTE || name === IDAT || name === IEND) return;
  throw new ImageError(
    `It is a PNG image with a chunk ${nameOf(bytes, start)}, which is not known. Convert it to a PNG image of the usual kind.`,
  );
}

function nameOf(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start - 4, start));
}

type Size = Pick<PngHeader, "width" | "height" | "depth" | "colour" | "interlaced">;

function readSize(bytes: Uint8Array, at: number): Size {
  const width = uint32(bytes, at);
  const height = uint32(bytes, at + 4);
  const depth = bytes[at + 8]!;
  const colour = bytes[at + 9]!;
  const possible: readonly number[] | undefined = depthsOf[colour as PngColour];
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff || !possible?.includes(depth))
    throw damaged("PNG", "its header makes no sense");
  const interlace = bytes[at + 12]!;
  if (bytes[at + 10] !== 0 || bytes[at + 11] !== 0 || interlace > 1) {
    throw new ImageError(
      "It is a PNG image that is compressed, filtered or interlaced in a way that is not known. Convert it to a PNG image of the usual kind.",
    );
  }
  return { width, height, depth, colour: colour as PngColour, interlaced: interlace === 1 };
}

function readPalette(bytes: Uint8Array, { start, end }: Chunk, { colour }: Size): Uint8Array {
  const length = end - start;
  if (colour === 3 && (length === 0 || length > 768 || length % 3 !== 0))
    throw damaged("PNG", "its palette has a length that makes no sense");
  return bytes.subarray(start, end);
}

/** What makes pixels transparent, where it makes sense. */
function readTransparency(
  bytes: Uint8Array,
  { start, end }: Chunk,
  { colour }: Size,
  palette: Uint8Array | undefined,
): Uint8Array | undefined {
  const length = end - start;
  const makesSense =
    colour === 3
      ? palette !== undefined && length <= palette.length / 3
      : length === (colour === 0 ? 2 : colour === 2 ? 6 : -1);
  return makesSense ? bytes.subarray(start, end) : undefined;
}

/** The samples of the colour that is transparent, of which only the bits of a sample count. */
export function transparentSamples({ transparency, colour, depth }: PngHeader): number[] {
  if (transparency === undefined || colour === 3) return [-1, -1, -1];
  const mask = 2 ** depth - 1;
  return [0, 2, 4].map((at) => uint16(transparency, at) & mask);
}
