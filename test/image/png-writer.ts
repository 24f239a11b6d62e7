/**
 * PNG files of every kind, and what their pixels are: written a second time as plainly as possible, sample by sample.
 * Tests hold the decoder against it.
 */
import { crc32, deflateSync } from "node:zlib";

/** A picture as a PNG holds it, and how it is written. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** PNG's colour type. */
  readonly colour: 0 | 2 | 3 | 4 | 6;
  readonly interlaced: boolean;
  /** Sample `c` of the pixel in row `y`, column `x`. */
  sample(y: number, x: number, c: number): number;
  /** RGB of each colour of a palette. */
  readonly palette?: readonly (readonly number[])[];
  /** What makes transparent: alpha of the palette's first colours, or the samples of a colour. */
  readonly transparency?: readonly number[];
  /** The filter (0 to 4) of each row that is written, in turn. */
  readonly filters: readonly number[];
  /** Where the compressed data are split, each place a share (0 to 1) of all of them. */
  readonly splits: readonly number[];
  readonly level: number;
  /** Other chunks, before the pixels. */
  readonly chunks?: readonly Uint8Array[];
}

export const signature: Uint8Array = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** A chunk with its length and check sum. */
export function chunk(name: string, data: ArrayLike<number> = []): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(Buffer.from(name, "latin1"), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** The first chunk. */
export function header(
  width: number,
  height: number,
  depth: number,
  colour: number,
  interlaced = false,
): Uint8Array {
  const data = new DataView(new ArrayBuffer(13));
  data.setUint32(0, width);
  data.setUint32(4, height);
  data.setUint8(8, depth);
  data.setUint8(9, colour);
  data.setUint8(12, interlaced ? 1 : 0);
  return chunk("IHDR", new Uint8Array(data.buffer));
}

/** The file of a picture. */
export function writePng(picture: Picture): Uint8Array {
  const { width, height, depth, colour, interlaced, palette, transparency, splits, level } = picture;
  const parts = [signature, header(width, height, depth, colour, interlaced), ...(picture.chunks ?? [])];
  if (palette !== undefined) parts.push(chunk("PLTE", palette.flat()));
  if (transparency !== undefined)
    parts.push(chunk("tRNS", colour === 3 ? transparency : transparency.flatMap((v) => [v >> 8, v & 255])));
  const data = deflateSync(filteredRows(picture), { level });
  const places = [0, ...splits.map((share) => Math.floor(share * data.length)), data.length].sort(
    (a, b) => a - b,
  );
  for (let i = 1; i < places.length; i++) parts.push(chunk("IDAT", data.subarray(places[i - 1], places[i])));
  parts.push(chunk("IEND"));
  return Buffer.concat(parts);
}

const samplesOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Which pass (Adam7) a pixel belongs to, eight by eight: the table of the specification. */
const adam7 = [
  "16462646",
  "77777777",
  "56565656",
  "77777777",
  "36463646",
  "77777777",
  "56565656",
  "77777777",
];

/** All rows of all passes, each behind its filter. */
export function filteredRows(picture: Picture): Uint8Array {
  const { width, height, depth, colour, interlaced, filters } = picture;
  const samples = samplesOf[colour];
  const size = Math.max(1, (samples * depth) / 8);
  const all: number[] = [];
  let written = 0;
  for (const pass of interlaced ? "1234567" : "*") {
    let above: number[] = [];
    for (let y = 0; y < height; y++) {
      const bits: number[] = [];
      for (let x = 0; x < width; x++) {
        if (pass !== "*" && adam7[y % 8]![x % 8] !== pass) continue;
        for (let c = 0; c < samples; c++) {
          const sample = picture.sample(y, x, c);
          for (let bit = depth - 1; bit >= 0; bit--) bits.push((sample >> bit) & 1);
        }
      }
      if (bits.length === 0) continue;
      const filter = filters[written++ % filters.length]!;
      const row = bytesOf(bits);
      all.push(filter);
      for (const [i, byte] of row.entries()) {
        const [a, b, c] = [row[i - size] ?? 0, above[i] ?? 0, above[i - size] ?? 0];
        all.push((byte - [0, a, b, Math.floor((a + b) / 2), paeth(a, b, c)][filter]!) & 255);
      }
      above = row;
    }
  }
  return Uint8Array.from(all);
}

function bytesOf(bits: readonly number[]): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < bits.length; i += 8)
    bytes.push([0, 1, 2, 3, 4, 5, 6, 7].reduce((byte, k) => byte * 2 + (bits[i + k] ?? 0), 0));
  return bytes;
}

function paeth(a: number, b: number, c: number): number {
  const away = [a, b, c].map((v) => Math.abs(a + b - c - v));
  return [a, b, c][away.indexOf(Math.min(...away))]!;
}

/** The pixels of a picture, in bytes: RGBA, whatever it is stored as. */
export function rgbaOf({ width, height, depth, colour, palette, transparency, sample }: Picture): Uint8Array {
  const rgba: number[] = [];
  const level = (value: number) => (depth === 16 ? value >> 8 : (value * 255) / (2 ** depth - 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const samples = Array.from({ length: samplesOf[colour] }, (_, c) => sample(y, x, c));
      if (colour === 3) {
        const index = samples[0]!;
        rgba.push(...(palette?.[index] ?? [0, 0, 0]), transparency?.[index] ?? 255);
        continue;
      }
      const colours =
        colour === 2 || colour === 6 ? samples.slice(0, 3) : [samples[0]!, samples[0]!, samples[0]!];
      const hidden = transparency?.every((value, c) => value === samples[c]);
      const alpha = colour === 4 || colour === 6 ? level(samples.at(-1)!) : hidden ? 0 : 255;
      rgba.push(...colours.map(level), alpha);
    }
  }
  return Uint8Array.from(rgba);
}
