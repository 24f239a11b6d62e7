/** What the kernel does not decode, as a pipeline has no use for it, must not show. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import turbo from "@julusian/jpeg-turbo";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Antialias } from "../../../src/image/axis.ts";
import type { Decoder } from "../../../src/image/decode/decoder.ts";
import { EncodedImage } from "../../../src/image/decode/encoded.ts";
import { jpegDecoder } from "../../../src/image/decode/jpeg.ts";
import { sharpDecoder } from "../../../src/image/decode/sharp.ts";
import { readJpegHeader } from "../../../src/image/header/jpeg.ts";
import { foldPipeline, type Op } from "../../../src/image/pipeline.ts";
import { restarts } from "../restarts.ts";

const photographs = new URL("../../../../shared/data/imagenet-sample/", import.meta.url);

async function run(decoder: Decoder, bytes: Uint8Array, ops: readonly Op[]): Promise<Float32Array | string> {
  let out = new Float32Array(0);
  const took = await decoder.decode(new EncodedImage(bytes), {
    pipeline: foldPipeline(ops, 3),
    orient: true,
    maxPixels: 1e8,
    row(shape) {
      out = new Float32Array(shape.reduce((a, b) => a * b));
      return out;
    },
  });
  return took === "done" ? out : String(took);
}

/** Shrinks the image so many times along both axes, at least. */
function shrink(bytes: Uint8Array, times: number, antialias: Antialias = "triangle"): Op {
  const { height, width } = readJpegHeader(bytes)!;
  const size = (length: number) => Math.max(1, Math.floor(length / times));
  return { kind: "resize", size: [size(height), size(width)], filter: antialias, dtype: "float32" };
}

const crop = (height: number, width: number, top: number, left: number): Op => ({
  kind: "crop",
  height,
  width,
  top,
  left,
  position: [0, 0],
});
const flip: Op = { kind: "flip", axis: "horizontal" };
const normalize: Op = { kind: "normalize", mean: [0, 0, 0], std: [1, 1, 1] };

/** How far the kernel is from libjpeg, which decodes every pixel. */
async function difference(bytes: Uint8Array, ops: readonly Op[]): Promise<{ mean: number; worst: number }> {
  const [ours, theirs] = [await run(jpegDecoder, bytes, ops), await run(sharpDecoder, bytes, ops)];
  expect(ours).toHaveLength(theirs.length);
  let [sum, worst] = [0, 0];
  for (let i = 0; i < ours.length; i++) {
    const d = Math.abs((ours[i] as number) - (theirs[i] as number));
    sum += d;
    worst = Math.max(worst, d);
  }
  return { mean: sum / ours.length, worst };
}

type Subsampling = (typeof subsamplings)[number];
const subsamplings = [
  turbo.SAMP_444,
  turbo.SAMP_422,
  turbo.SAMP_440,
  turbo.SAMP_420,
  turbo.SAMP_GRAY,
] as const;

function jpeg(
  height: number,
  width: number,
  value: (y: number, x: number, c: number) => number,
  { subsampling = turbo.SAMP_420, quality = 90 }: { subsampling?: Subsampling; quality?: number } = {},
): Buffer {
  const pixels = Buffer.alloc(height * width * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) pixels[i++] = value(y, x, c);
  return turbo.compressSync(pixels, { format: turbo.FORMAT_RGB, width, height, subsampling, quality });
}

/** Waves of many lengths, down to two pixels, and edges: not what is easy to shrink. */
const drawn = (height: number, width: number, subsampling?: Subsampling): Buffer =>
  jpeg(
    height,
    width,
    (y, x, c) => {
      const wave = Math.sin((x * x) / (600 + 100 * c) + y / 9) * Math.cos((y * y) / (900 - 100 * c));
      return 128 + 60 * wave + (((x >> 5) + (y >> 6)) % 2 === 0 ? 50 : -50);
    },
    subsampling === undefined ? {} : { subsampling },
  );

/** Waves of forty pixels and more. */
const smooth = (height: number, width: number, subsampling: Subsampling): Buffer =>
  jpeg(height, width, (y, x, c) => 128 + 99 * Math.sin(x / (19 + 3 * c)) * Math.cos(y / (25 - 2 * c)), {
    subsampling,
  });

/** Noise, as exactly as JPEG can be: its blocks have all their coefficients. */
const noise = (height: number, width: number, subsampling: Subsampling): Buffer =>
  jpeg(height, width, (y, x, c) => (((y * 101 + x) * 3 + c) * 2654435761) >>> 24, {
    subsampling,
    quality: 100,
  });

describe("blocks that are decoded to fewer samples", () => {
  it.skipIf(!existsSync(photographs)).each([2.5, 2.8, 3.34, 4.7, 6.67, 10, 13.34, 25])(
    "stay within 0.005 of all pixels in the mean over photographs, shrunk %f times, if ../shared/data is there",
    async (times) => {
      const files = readdirSync(photographs).filter((_, i) => i % 5 === 0);
      let [sum, most] = [0, 0];
      for (const name of files) {
        const bytes = readFileSync(new URL(name, photographs));
        const { mean } = await difference(bytes, [shrink(bytes, times)]);
        sum += mean;
        most = Math.max(most, mean);
      }
      expect(sum / files.length).toBeLessThan(0.005);
      expect(most).toBeLessThan(0.01);
    },
  );

  it.each(subsamplings)(
    "stay within 0.015 on waves of every length and edges, subsampling %i",
    async (kind) => {
      const bytes = drawn(523, 677, kind);
      for (const times of [3.34, 4.7, 6.67, 10, 13.34])
        expect((await difference(bytes, [shrink(bytes, times)])).mean).toBeLessThan(0.015);
    },
  );

  it.each(subsamplings)(
    "are where they belong, whatever was cut and mirrored first, subsampling %i",
    async (kind) => {
      const bytes = smooth(523, 677, kind);
      for (const times of [3.34, 6.67, 8.3]) {
        expect((await difference(bytes, [shrink(bytes, times)])).mean).toBeLessThan(0.003);
        for (const [top, left] of [
          [0, 0],
          [3, 11],
          [117, 200],
        ] as const) {
          const size = [Math.floor(401 / times), Math.floor(471 / times)] as const;
          const resize = { kind: "resize", size, filter: "triangle", dtype: "float32" } as const;
          const { mean } = await difference(bytes, [crop(401, 471, top, left), flip, resize]);
          expect(mean).toBeLessThan(0.003);
        }
      }
    },
  );

  it("are fewer along one axis alone, as well, however the file is turned and whatever its scans", async () => {
    const [height, width] = [269, 331];
    const raw = { raw: { width, height, channels: 3 } } as const;
    const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
      const [y, x, c] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
      return (
        128 + 99 * Math.sin(x / (19 + 3 * c)) * Math.cos(y / (25 - 2 * c)) + (y > 200 && x > 250 ? 25 : 0)
      );
    });
    for (let orientation = 1; orientation <= 8; orientation++) {
      for (const progressive of [false, true]) {
        for (const chromaSubsampling of ["4:4:4", "4:2:0"]) {
          const options = { chromaSubsampling, progressive, quality: 92 };
          const bytes = await sharp(pixels, raw).withMetadata({ orientation }).jpeg(options).toBuffer();
          for (const [down, across] of [
            [1.3, 2.6],
            [2.6, 1.3],
            [1, 14],
            [7, 2.3],
          ] as const) {
            const upright = orientation < 5 ? [height, width] : [width, height];
            const size = [Math.floor(upright[0]! / down), Math.floor(upright[1]! / across)] as const;
            const resize = { kind: "resize", size, filter: "triangle", dtype: "float32" } as const;
            const { mean, worst } = await difference(bytes, [resize]);
            expect(mean).toBeLessThan(0.003);
            expect(worst).toBeLessThan(0.1);
          }
        }
      }
    }
  });

  it.each([false, "gaussian"] as const)("are not used where a resize has antialias %s", async (antialias) => {
    const bytes = drawn(523, 677);
    for (const times of [3.34, 6.67, 13.34]) {
      const { mean, worst } = await difference(bytes, [shrink(bytes, times, antialias)]);
      expect(mean).toBeLessThan(0.002);
      expect(worst).toBeLessThan(0.02);
    }
  });
});

describe("blocks outside a crop", () => {
  it("do not change a pixel of it", async () => {
    const [height, width] = [83, 101];
    const files = subsamplings.flatMap((kind) => [drawn(height, width, kind), noise(height, width, kind)]);
    for (const bytes of files) {
      const whole = (await run(jpegDecoder, bytes, [normalize])) as Float32Array;
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(), fc.nat(), async (a, b, c, d) => {
          const [h, w] = [1 + (a % height), 1 + (b % width)];
          const [top, left] = [c % (height - h + 1), d % (width - w + 1)];
          const part = await run(jpegDecoder, bytes, [crop(h, w, top, left), normalize]);
          const rows = Array.from({ length: h }, (_, y) => {
            const at = ((top + y) * width + left) * 3;
            return [...whole.subarray(at, at + 3 * w)];
          });
          expect(part).toEqual(Float32Array.from(rows.flat()));
        }),
        { numRuns: 40 },
      );
    }
  });

  it("are damaged where they would be if they were decoded", async () => {
    const sound = drawn(64, 64);
    const { data } = readJpegHeader(sound)!.scan!;
    let damaged = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 4, 10, 40),
        async (changes, times) => {
          const bytes = Uint8Array.from(sound);
          for (const [at, value] of changes) bytes[data + (at % (bytes.length - data - 2))] = value;
          const status = async (ops: readonly Op[]) => {
            try {
              const result = await run(jpegDecoder, bytes, ops);
              return typeof result === "string" ? result : "done";
            } catch (error) {
              return (error as Error).message;
            }
          };
          const all = await status([normalize]);
          if (all !== "done") damaged++;
          // The last row of units is needed, so that all is read.
          expect(await status([crop(9, 9, 55, 20), normalize])).toBe(all);
          expect(await status([shrink(sound, times)])).toBe(all);
        },
      ),
      { numRuns: 600 },
    );
    expect(damaged).toBeGreaterThan(20);
  });

  it("below it need not be sound, but must be there", async () => {
    const sound = drawn(200, 200);
    const top = [crop(20, 200, 0, 0), normalize];
    const expected = await run(jpegDecoder, sound, top);
    const damaged = Uint8Array.from(sound).fill(0x55, sound.length - 2000, sound.length - 2);
    expect(await run(jpegDecoder, damaged, top)).toEqual(expected);
    await expect(run(jpegDecoder, sound.subarray(0, -2), top)).rejects.toThrow("truncated");
    await expect(run(jpegDecoder, sound.subarray(0, sound.length >> 1), top)).rejects.toThrow("truncated");
  });

  it("are read over between restart markers, too", async () => {
    const whole = (await run(jpegDecoder, restarts, [normalize])) as Float32Array;
    for (let top = 0; top < 24; top += 5) {
      const part = await run(jpegDecoder, restarts, [crop(4, 40, top, 0), normalize]);
      expect(part).toEqual(whole.slice(top * 120, (top + 4) * 120));
    }
  });
});
