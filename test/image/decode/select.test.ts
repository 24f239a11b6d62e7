import { existsSync, readdirSync, readFileSync } from "node:fs";
import turbo from "@julusian/jpeg-turbo";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Decoder } from "../../../src/image/decode/decoder.ts";
import { EncodedImage } from "../../../src/image/decode/encoded.ts";
import { jpegDecoder } from "../../../src/image/decode/jpeg.ts";
import { sharpDecoder } from "../../../src/image/decode/sharp.ts";
import { readJpegHeader } from "../../../src/image/header/jpeg.ts";
import { foldPipeline, type Pipeline } from "../../../src/image/pipeline.ts";
import { restarts } from "../restarts.ts";

const samples = new URL("../../../../shared/data/imagenet-sample/", import.meta.url);

/** A photograph by one decoder, as the benchmark asks for it; undefined where the decoder declines it. */
async function by(
  decoder: Decoder,
  bytes: Uint8Array,
  size: readonly [height: number, width: number] = [200, 200],
): Promise<Float32Array | undefined> {
  const pipeline = foldPipeline([{ kind: "resize", size, filter: "triangle", dtype: "float32" }], 3);
  const out = new Float32Array(size[0] * size[1] * 3);
  const took = await decoder.decode(new EncodedImage(bytes), {
    pipeline,
    orient: true,
    maxPixels: 1e8,
    row: () => out,
  });
  return took === "done" ? out : undefined;
}

function difference(
  a: Float32Array | Uint8Array,
  b: Float32Array | Uint8Array,
): { mean: number; worst: number } {
  let sum = 0;
  let worst = 0;
  for (const [i, value] of a.entries()) {
    const d = Math.abs(value - b[i]!);
    sum += d;
    worst = Math.max(worst, d);
  }
  return { mean: sum / a.length, worst };
}

/** All pixels as they are, 0 to 255. */
async function whole(decoder: Decoder, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  let out = new Uint8Array(0);
  const row = (shape: readonly number[]) => {
    out = new Uint8Array(shape.reduce((a, b) => a * b));
    return out;
  };
  const took = await decoder.decode(new EncodedImage(bytes), {
    pipeline: foldPipeline([], 3),
    orient: true,
    maxPixels: 1e8,
    row,
  });
  return took === "done" ? out : undefined;
}

describe("the kernel's JPEG decoder gives libjpeg's pixels", () => {
  const drawn = (height: number, width: number) =>
    Uint8Array.from({ length: height * width * 3 }, (_, i) => {
      const [y, x, c] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
      return 128 + 100 * Math.sin(x / (5 + 3 * c)) * Math.cos(y / (9 - 2 * c));
    });

  it.each(["SAMP_444", "SAMP_422", "SAMP_440", "SAMP_420", "SAMP_GRAY"] as const)(
    "%s, sizes 5 to 36",
    async (subsampling) => {
      // Below five columns libjpeg repeats chroma instead of interpolating it.
      for (let size = 5; size <= 36; size++) {
        const [height, width] = [size, 41 - size];
        const bytes = turbo.compressSync(Buffer.from(drawn(height, width)), {
          format: turbo.FORMAT_RGB,
          width,
          height,
          subsampling: turbo[subsampling],
          quality: 90,
        });
        const [ours, theirs] = [await whole(jpegDecoder, bytes), await whole(sharpDecoder, bytes)];
        expect(difference(ours!, theirs!).worst).toBeLessThanOrEqual(4);
      }
    },
  );

  it("with restart markers", async () => {
    const [ours, theirs] = [await whole(jpegDecoder, restarts), await whole(sharpDecoder, restarts)];
    expect(ours).toHaveLength(40 * 24 * 3);
    expect(difference(ours!, theirs!).worst).toBeLessThanOrEqual(4);
    // A marker out of turn, or none where one must be, is damage.
    const wrong = Uint8Array.from(restarts);
    wrong[wrong.findIndex((byte, i) => byte === 0xff && wrong[i + 1] === 0xd1) + 1] = 0xd5;
    expect(await whole(jpegDecoder, wrong)).toBeUndefined();
  });
});

describe("what an image leaves in the kernel", () => {
  it("never shows in the next, whether it begins alike or not", async () => {
    const drawn = (size: number, phase: number, orientation: number, progressive = false) =>
      sharp(
        Uint8Array.from({ length: size * size * 3 }, (_, i) => 128 + 99 * Math.sin(i / 7 + phase)),
        {
          raw: { width: size, height: size, channels: 3 },
        },
      )
        .withMetadata({ orientation })
        .jpeg({ optimiseCoding: false, progressive })
        .toBuffer();
    const files = [
      ...(await Promise.all([0, 1, 2].map((phase) => drawn(32, phase, 1)))),
      await drawn(32, 3, 3),
      await drawn(33, 4, 1),
      restarts,
      await drawn(32, 5, 6),
      await drawn(32, 6, 1, true),
      await drawn(32, 7, 1, true),
      await drawn(40, 8, 8, true),
    ];
    expect(files[0]!.subarray(0, 300).equals(files[1]!.subarray(0, 300))).toBe(true);
    // Ends in the middle of a block: no code is all ones.
    const damaged = Buffer.from(files[1]!);
    damaged.fill(Uint8Array.of(0xff, 0), damaged.length - 62, damaged.length - 2);
    const resize = (size: number) =>
      ({ kind: "resize", size: [size, size], filter: "triangle", dtype: "float32" }) as const;
    const pipelines = [foldPipeline([], 3), foldPipeline([resize(20)], 3), foldPipeline([resize(20)], 1)];
    const decode = (bytes: Uint8Array, pipeline: Pipeline, orient: boolean) => {
      let out: Uint8Array | Float32Array = new Uint8Array(0);
      const row = (shape: readonly number[]) => {
        const length = shape.reduce((a, b) => a * b);
        out = pipeline.dtype === "uint8" ? new Uint8Array(length) : new Float32Array(length);
        return out;
      };
      return [jpegDecoder.decode(new EncodedImage(bytes), { pipeline, orient, maxPixels: 1e8, row }), out];
    };
    const request = fc.record({
      bytes: fc.constantFrom(...files, damaged),
      pipeline: fc.constantFrom(...pipelines),
      orient: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 2, maxLength: 12 }), (requests) => {
        const together = requests.map(({ bytes, pipeline, orient }) => decode(bytes, pipeline, orient));
        for (const [i, { bytes, pipeline, orient }] of requests.entries()) {
          // Another header, so that nothing is kept from one to the next.
          decode(bytes === restarts ? files[4]! : restarts, pipelines[0]!, true);
          expect(together[i]).toEqual(decode(bytes, pipeline, orient));
        }
      }),
    );
  });
});

describe("the decoders agree", () => {
  it.skipIf(!existsSync(samples))("on photographs, if ../shared/data is there", async () => {
    for (const name of readdirSync(samples).slice(0, 25)) {
      const bytes = readFileSync(new URL(name, samples));
      // Shrunk so little that every pixel counts.
      const { height, width } = readJpegHeader(bytes)!;
      const size = [height >> 1, width >> 1] as const;
      const expected = (await by(sharpDecoder, bytes, size))!;
      // Colours beyond the screen's are cut after resampling here, before it there.
      const ours = difference((await by(jpegDecoder, bytes, size))!, expected);
      expect(ours.mean).toBeLessThan(0.002);
      expect(ours.worst).toBeLessThan(0.15);
    }
  });

  it("on every orientation and subsampling of a drawn picture", async () => {
    const [height, width] = [150, 210];
    const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
      const [y, x, c] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
      return 128 + 100 * Math.sin(x / (5 + 3 * c)) * Math.cos(y / (9 - 2 * c));
    });
    for (let orientation = 1; orientation <= 8; orientation++) {
      for (const chromaSubsampling of ["4:4:4", "4:2:0"]) {
        for (const progressive of [false, true]) {
          const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
            .withMetadata({ orientation })
            .jpeg({ chromaSubsampling, progressive, quality: 92 })
            .toBuffer();
          const { mean, worst } = difference(
            (await by(jpegDecoder, bytes))!,
            (await by(sharpDecoder, bytes))!,
          );
          expect(mean).toBeLessThan(0.002);
          expect(worst).toBeLessThan(0.08);
        }
      }
    }
  });
});
