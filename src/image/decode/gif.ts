/** GIF: its first picture, with Pillow's pixels, also where they are transparent. No package, the same on every machine. */
import { damaged, truncated } from "../header/damage.ts";
import { type GifHeader, type GifPicture, readGifHeader } from "../header/gif.ts";
import { checkPixels, type DecodeOutcome, type DecodeRequest, type Decoder } from "./decoder.ts";
import type { EncodedImage } from "./encoded.ts";
import { decompressLzw } from "./lzw.ts";
import { render } from "./render.ts";

/** The decoder of GIF. */
export const gifDecoder: Decoder = { formats: ["GIF"], decode };

/** First row and step of the parts of an interlaced picture. */
const interlaced = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

const whole = [[0, 1]] as const;

function decode({ bytes }: EncodedImage, request: DecodeRequest): DecodeOutcome {
  const header = readGifHeader(bytes);
  const { width, height, picture, transparent } = header;
  checkPixels(height, width, request.maxPixels);
  const indices = new Uint8Array(picture.width * picture.height);
  const status = decompressLzw(bytes, picture.codes, indices);
  if (status === "truncated") throw truncated("GIF");
  if (status === "damaged") throw damaged("GIF", "its codes make no sense");
  const channels = request.pipeline.input === 4 && transparent !== undefined ? 4 : 3;
  render(paint(header, indices, channels), height, width, channels, request);
  return "done";
}

/** The pixels of the canvas. What the picture does not cover is transparent, or has the first colour. */
function paint(header: GifHeader, indices: Uint8Array, channels: 3 | 4): Uint8Array {
  const { width, height, picture, transparent } = header;
  const pixels = new Uint8Array(height * width * channels);
  const colours = coloursOf(header);
  const put = (index: number, to: number): void => {
    const from = 4 * index;
    pixels[to] = colours[from]!;
    pixels[to + 1] = colours[from + 1]!;
    pixels[to + 2] = colours[from + 2]!;
    if (channels === 4) pixels[to + 3] = colours[from + 3]!;
  };
  if (picture.width < width || picture.height < height)
    for (let to = 0; to < pixels.length; to += channels) put(transparent ?? 0, to);
  let from = 0;
  for (const y of rowsOf(picture)) {
    let to = ((picture.top + y) * width + picture.left) * channels;
    for (let x = 0; x < picture.width; x++, to += channels) put(indices[from++]!, to);
  }
  return pixels;
}

/** RGBA of each index. What a palette lacks is black; without one there are shades of grey. */
function coloursOf({ palette, transparent }: GifHeader): Uint8Array {
  const colours = new Uint8Array(1024);
  for (let i = 0; i < 256; i++) {
    for (let c = 0; c < 3; c++) colours[4 * i + c] = palette === undefined ? i : (palette[3 * i + c] ?? 0);
    colours[4 * i + 3] = i === transparent ? 0 : 255;
  }
  return colours;
}

/** The rows of a picture, in the order in which they are stored. */
function* rowsOf({ height, interlaced: isInterlaced }: GifPicture): Generator<number> {
  for (const [first, step] of isInterlaced ? interlaced : whole)
    for (let y = first; y < height; y += step) yield y;
}
