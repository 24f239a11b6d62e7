/**
 * The general engine: every other format, and every JPEG the fast path declines, by `sharp`.
 *
 * sharp decodes only; resampling is the kernel's, so that an image looks the same whichever engine decoded it.
 */
import { ImageError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import { peer } from "../../core/peer.ts";
import type { Channels } from "../colour.ts";
import { type Engine, render } from "./decoder.ts";
import { type Format, formatOf } from "./format.ts";

/** The part of `sharp` that is used. */
interface Sharp {
  (input: Uint8Array, options: Record<string, unknown>): Pipeline;
  concurrency(threads: number): number;
  cache(on: boolean): unknown;
}

interface Pipeline {
  autoOrient(): Pipeline;
  rotate(): Pipeline;
  removeAlpha(): Pipeline;
  ensureAlpha(): Pipeline;
  toColourspace(name: string): Pipeline;
  raw(): Pipeline;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array;
    info: { width: number; height: number; channels: number };
  }>;
}

/** The engine; undefined where the package is not installed. */
export function sharpEngine(): Engine | undefined {
  const sharp = peer<Sharp>("sharp");
  if (sharp === undefined) return undefined;
  // In a worker the images of a batch are the parallelism, and none is decoded twice. On the user's own thread sharp
  // may be in use for other things; there its settings are left alone.
  if (builtin("worker_threads")?.isMainThread === false) {
    sharp.concurrency(1);
    sharp.cache(false);
  }
  return {
    name: "sharp",
    decode: (bytes, job) => decode(sharp, bytes, job),
  };
}

async function decode(
  sharp: Sharp,
  bytes: Uint8Array,
  job: Parameters<Engine["decode"]>[1],
): Promise<"done"> {
  const { data, info } = await pixelsOf(sharp, bytes, job);
  render(data, info.height, info.width, info.channels as Channels, job);
  return "done";
}

async function pixelsOf(
  sharp: Sharp,
  bytes: Uint8Array,
  { plan, orient, maxPixels }: Parameters<Engine["decode"]>[1],
): ReturnType<Pipeline["toBuffer"]> {
  const format = formatOf(bytes);
  // sharp works on another thread, and `bytes` may be overwritten by then.
  const pipeline = sharp(bytes.slice(), {
    // Truncated files are refused; damage that libjpeg tolerates is tolerated, as Pillow does.
    failOn: "truncated",
    limitInputPixels: maxPixels,
    sequentialRead: true,
    ignoreIcc: true,
  });
  if (orient) pipeline.autoOrient();
  pipeline.toColourspace("srgb");
  if (plan.input === 4) pipeline.ensureAlpha();
  else pipeline.removeAlpha();
  try {
    return await pipeline.raw().toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new ImageError(reason(error as Error, format), { cause: error });
  }
}

function reason({ message }: Error, format: Format | undefined): string {
  const [said] = message.split("\n");
  if (/pixel limit/i.test(message)) {
    return "It has more pixels than are decoded. Raise the option `maxPixels` of imread if that is meant.";
  }
  if (format?.decoded === "sometimes")
    return `It is ${format.name}, which few builds of sharp decode; this one says: ${said}. Convert it to JPEG, PNG or WebP.`;
  if (/unsupported|not (?:supported|configured|implemented)/i.test(message)) {
    return `It is ${format?.name ?? "an image"} of a kind that sharp does not decode: ${said}. Convert it to JPEG, PNG or WebP.`;
  }
  return `It does not decode: ${said}. The file is damaged or truncated; fetch or copy it again.`;
}
