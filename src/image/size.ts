/** The size of an image, without decoding it. */
import type { Bytes } from "../bytes/bytes.ts";
import { checkBoolean, checkKnown, checkSignal } from "../core/check.ts";
import { EncodedImage } from "./decode/encoded.ts";
import { checkFormat, decodedSize } from "./decode/select.ts";
import { formatOf } from "./header/format.ts";
import { type ReadPart, readSize } from "./header/size.ts";
import { locate, type ReadOptions } from "./image.ts";
import { checkSource, type ImageSource, load, open, reading } from "./source.ts";

/** Options of {@link imageSize}. */
export interface ImageSizeOptions {
  /** Whether the size is that of the image turned upright as its EXIF orientation says, as in imread. Default true. */
  readonly orient?: boolean;
  /** Ends a download. Pass `context.signal`. */
  readonly signal?: AbortSignal;
}

/** Bytes that are read together: the header of most files, and enough to tell the format of any. */
const block = 4096;

/**
 * The size of an image as {@link imread} gives it, `[height, width]`, of as few bytes as say so: of most files the first
 * 4 kB, also over HTTP, where the server gives ranges.
 *
 * The size of AVIF, and of others that `sharp` decodes, needs that package and the whole file.
 *
 * @throws ImageError with the path if the file cannot be read, is truncated or damaged in its header, or is of a format
 *   that is not decoded.
 * @example
 * const [height, width] = await imageSize("photo.jpg");
 */
export async function imageSize(
  source: ImageSource,
  options: ImageSizeOptions = {},
): Promise<[height: number, width: number]> {
  checkSource(source, "imageSize()");
  checkKnown("imageSize()", options, ["orient", "signal"]);
  const { orient = true, signal } = options;
  checkBoolean("orient", orient);
  if (signal !== undefined) checkSignal("signal", signal);
  return sizeOfSource(source, { orient, signal });
}

/** {@link imageSize} of a source that is read with `options`. */
export async function sizeOfSource(
  source: ImageSource,
  { orient, signal, place }: Pick<ReadOptions, "orient" | "signal" | "place">,
): Promise<[height: number, width: number]> {
  try {
    const { height, width, orientation } = await read(source, signal);
    return orient && orientation >= 5 ? [width, height] : [height, width];
  } catch (error) {
    throw locate(error, source, place?.());
  }
}

async function read(source: ImageSource, signal: AbortSignal | undefined): ReturnType<typeof decodedSize> {
  signal?.throwIfAborted();
  const bytes = await open(source, signal);
  try {
    const part = readerOf(bytes, signal);
    const format = checkFormat(await beginningOf(part, bytes.byteLength), formatOf);
    const size = await readSize(format.name, part);
    if (size !== undefined) return size;
  } finally {
    bytes.close?.();
  }
  return decodedSize(new EncodedImage(await load(source, signal)));
}

/** The first bytes, and of a file that says what it is at its end those, too. */
async function beginningOf(read: ReadPart, byteLength: number): Promise<Uint8Array> {
  const first = await read(0, Math.min(block, byteLength));
  if (byteLength <= block || formatOf(first) !== undefined) return first;
  const last = await read(byteLength - 18, 18);
  const both = new Uint8Array(first.length + last.length);
  both.set(first);
  both.set(last, first.length);
  return both;
}

/** Reads parts of `bytes` out of one block after the other. */
function readerOf(bytes: Bytes, signal: AbortSignal | undefined): ReadPart {
  let from = 0;
  let held = new Uint8Array(0);
  return async (start, length) => {
    if (start < from || start + length > from + held.length) {
      const end = start + Math.max(block, length);
      held = await reading(signal, async () => Uint8Array.from(await bytes.slice(start, end, signal)));
      from = start;
    }
    return held.subarray(start - from, start - from + length);
  };
}
