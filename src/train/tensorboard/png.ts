/** Writes PNG files (W3C Portable Network Graphics, third edition): eight bits a sample, not interlaced. */
import { crc32Of } from "../../core/crc32.ts";
import { node } from "../../core/node.ts";

/** Pixels, row by row, `channels` bytes each. */
export interface PngPixels {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 red, green and blue, 4 with opacity. */
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** PNG's colour type of so many channels. */
const colourType = { 1: 0, 3: 2, 4: 6 } as const;

/** The PNG file of some pixels. Compressed off this thread. */
export async function encodePng(pixels: PngPixels): Promise<Uint8Array> {
  const { width, height, channels } = pixels;
  const { deflate } = node("zlib");
  const { promisify } = node("util");
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, colourType[channels]);
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", await promisify(deflate)(filtered(pixels))),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** A chunk: its length, name and data, and the check sum of the latter two. */
function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32Of(bytes.subarray(4, data.length + 8)));
  return bytes;
}

/** Each row as what it has more than Paeth's guess by its neighbours, after the number of this filter, 4. */
function filtered({ width, height, channels, data }: PngPixels): Uint8Array {
  const row = width * channels;
  const rows = new Uint8Array((row + 1) * height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    rows[at++] = 4;
    for (let x = 0; x < row; x++) {
      const from = y * row + x;
      const left = x < channels ? 0 : data[from - channels]!;
      const above = y === 0 ? 0 : data[from - row]!;
      const corner = x < channels || y === 0 ? 0 : data[from - row - channels]!;
      rows[at++] = data[from]! - paeth(left, above, corner);
    }
  }
  return rows;
}

/** Whichever of three neighbours is nearest to left + above - corner. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
