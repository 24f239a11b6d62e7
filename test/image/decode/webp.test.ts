import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { type ImreadOptions, imread, resize } from "../../../src/image/index.ts";

vi.mock("../../../src/core/peer.ts", async (original) => ({
  ...(await original<typeof import("../../../src/core/peer.ts")>()),
  peer: () => undefined,
}));

/** Pictures from flat to noise, so that every mode, size of code and strength of filter comes up. */
const pictures = fc
  .record({
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 90 }),
    channels: fc.constantFrom(3 as const, 4 as const),
    /** Levels of a sample: few make palettes, many make noise. */
    levels: fc.constantFrom(1, 2, 3, 5, 17, 256),
    noise: fc.constantFrom(0, 3, 40, 255),
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
  })
  .map(({ width, height, channels, levels, noise, seed }) => {
    const random = (i: number) => (Math.imul(i ^ seed ^ ((i ^ seed) >>> 15), 0x2c1b3c6d) >>> 12) & 255;
    const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
      const [y, x, c] = [Math.floor(i / (width * channels)), Math.floor(i / channels) % width, i % channels];
      const wave = 128 + 120 * Math.sin((x * (c + 1)) / 7 + (y * (3 - c)) / 11 + (seed % 7));
      const value = Math.max(0, Math.min(255, wave + (noise * (random(i) - 128)) / 256));
      return Math.floor((Math.floor((value * levels) / 256) * 255) / Math.max(1, levels - 1));
    });
    return { data, width, height, channels };
  });

const lossy = fc.record({
  quality: fc.constantFrom(1, 20, 50, 75, 90, 100),
  alphaQuality: fc.constantFrom(0, 40, 100),
  effort: fc.constantFrom(0, 2, 4, 6),
  preset: fc.constantFrom("default" as const, "photo" as const, "drawing" as const, "text" as const),
  smartSubsample: fc.boolean(),
});
const lossless = fc.record({
  lossless: fc.constant(true),
  quality: fc.constantFrom(1, 50, 100),
  effort: fc.constantFrom(0, 2, 4, 6),
});
const nearLossless = fc.record({ nearLossless: fc.constant(true), quality: fc.constantFrom(20, 60) });

const files = fc.tuple(pictures, fc.oneof(lossy, lossless, nearLossless));

type File = typeof files extends fc.Arbitrary<infer T> ? T : never;

async function write([{ data, width, height, channels }, options]: File): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels } }).webp(options).toBuffer();
}

async function pixels(bytes: Uint8Array, options: ImreadOptions = {}): Promise<Uint8Array> {
  return (await imread(bytes, options).tensor()).data;
}

async function outcome(bytes: Uint8Array): Promise<Uint8Array | string> {
  return pixels(bytes, { channels: 4, maxPixels: 1e6 }).catch(({ name, message }: Error) => {
    if (name !== "ImageError") throw new Error(`${name}: ${message}`);
    return message;
  });
}

const photograph = await sharp(
  Uint8Array.from({ length: 120 * 90 * 3 }, (_, i) => 128 + 99 * Math.sin(i / 31) + (i % 23)),
  { raw: { width: 120, height: 90, channels: 3 } },
)
  .webp()
  .toBuffer();

/** A file of the chunks given. */
function riff(...chunks: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const parts = chunks.map(([name, data]) => {
    const head = Buffer.alloc(8);
    head.write(name);
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data, Buffer.alloc(data.length & 1)]);
  });
  const body = Buffer.concat([Buffer.from("WEBP"), ...parts]);
  const head = Buffer.alloc(8);
  head.write("RIFF");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** The one chunk of a simple file. */
const chunkOf = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(20, 20 + Buffer.from(bytes).readUInt32LE(16));

function vp8x(flags: number, width: number, height: number): Uint8Array {
  const data = Buffer.alloc(10);
  data[0] = flags;
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return data;
}

describe("the pixels of a WebP", () => {
  it("are those of libwebp, lossy and lossless, with alpha and without, and no package is asked", async () => {
    await fc.assert(
      fc.asyncProperty(files, async (file) => {
        const bytes = await write(file);
        const rgba = Uint8Array.from(await sharp(bytes).ensureAlpha().raw().toBuffer());
        expect(await pixels(bytes, { channels: 4 })).toEqual(rgba);
        expect(await pixels(bytes)).toEqual(rgba.filter((_, i) => i % 4 !== 3));
      }),
      { numRuns: 120 },
    );
  });

  it("stand upright by EXIF, with the name of JPEG before it or not", async () => {
    const turned = await sharp(photograph)
      .withMetadata({ orientation: 6 })
      .webp({ lossless: true })
      .toBuffer();
    const expected = await sharp(turned).autoOrient().raw().toBuffer();
    const image = await imread(turned).tensor();
    expect(image.shape).toEqual([120, 90, 3]);
    expect(image.data).toEqual(Uint8Array.from(expected));
    const exif = Buffer.from("49492a00080000000100120103000100000006000000", "hex");
    const data = chunkOf(photograph);
    for (const prefix of ["", "Exif\0\0"]) {
      const chunk = Buffer.concat([Buffer.from(prefix, "latin1"), exif, Buffer.alloc(8)]);
      const bytes = riff(["VP8X", vp8x(8, 120, 90)], ["VP8 ", data], ["EXIF", chunk]);
      expect((await imread(bytes).tensor()).shape).toEqual([120, 90, 3]);
      expect((await imread(bytes, { orient: false }).tensor()).shape).toEqual([90, 120, 3]);
    }
  });

  it("of an animation are those of the first picture, on its canvas", async () => {
    const frame = Buffer.alloc(16);
    frame.writeUIntLE(5, 0, 3);
    frame.writeUIntLE(4, 3, 3);
    frame.writeUIntLE(119, 6, 3);
    frame.writeUIntLE(89, 9, 3);
    const still = riff(["VP8 ", chunkOf(photograph)]);
    const first = Buffer.concat([frame, still.subarray(12)]);
    const bytes = riff(
      ["VP8X", vp8x(2, 140, 100)],
      ["ANIM", Buffer.alloc(6)],
      ["ANMF", first],
      ["ANMF", first],
    );
    const image = await imread(bytes, { channels: 4 }).tensor();
    expect(image.shape).toEqual([100, 140, 4]);
    const inner = await pixels(photograph, { channels: 4 });
    const at = (y: number, x: number) => [...image.data.subarray(4 * (y * 140 + x), 4 * (y * 140 + x) + 4)];
    expect(at(7, 10)).toEqual([0, 0, 0, 0]);
    expect(at(98, 20)).toEqual([0, 0, 0, 0]);
    for (const [y, x] of [
      [0, 0],
      [89, 119],
      [40, 60],
    ] as const)
      expect(at(8 + y, 10 + x)).toEqual([...inner.subarray(4 * (y * 120 + x), 4 * (y * 120 + x) + 4)]);
    const theirs = await sharp(bytes).ensureAlpha().raw().toBuffer();
    expect(image.data).toEqual(Uint8Array.from(theirs));
  });

  it("are read of a file with rubbish behind it, and chunks that nobody knows", async () => {
    const expected = await pixels(photograph);
    expect(await pixels(Buffer.concat([photograph, Buffer.from("rubbish")]))).toEqual(expected);
    const odd = riff(["VP8X", vp8x(0, 120, 90)], ["abcd", Buffer.from("odd")], ["VP8 ", chunkOf(photograph)]);
    expect(await pixels(odd)).toEqual(expected);
  });
});

describe("a WebP that is not whole", () => {
  it("is truncated, wherever it ends", async () => {
    const bytes = await write([
      { data: new Uint8Array(16 * 16 * 4).map((_, i) => i * 7), width: 16, height: 16, channels: 4 },
      { quality: 75, alphaQuality: 100, effort: 4, preset: "default", smartSubsample: false },
    ]);
    for (let length = 12; length < bytes.length; length++)
      expect(await outcome(bytes.subarray(0, length))).toMatch(/WebP file is truncated/);
  });

  it("is truncated or damaged, or all of its pixels are there, if its coded data end early", async () => {
    for (const options of [{ quality: 75 }, { lossless: true }]) {
      const name = options.lossless ? "VP8L" : "VP8 ";
      const bytes = await sharp(photograph).webp(options).toBuffer();
      const data = chunkOf(bytes);
      for (let length = 0; length < data.length - 12; length += 1 + (data.length >> 7)) {
        const came = await outcome(riff([name, data.subarray(0, length)]));
        expect(came).toMatch(/WebP file is (?:truncated|damaged)/);
      }
    }
  });

  it("never shows in the next, nor in its error: mutations", async () => {
    await fc.assert(
      fc.asyncProperty(
        files,
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 6,
        }),
        async (file, changes) => {
          const bytes = Uint8Array.from(await write(file));
          for (const [place, value] of changes) bytes[12 + Math.floor(place * (bytes.length - 13))] = value;
          const first = await outcome(bytes);
          await resize(imread(photograph), [9, 9]).tensor();
          expect(await outcome(bytes)).toEqual(first);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ["no picture", riff(["abcd", Buffer.alloc(4)]), /it has no picture/],
    [
      "a chunk that is too long",
      Buffer.concat([
        riff(["VP8 ", Buffer.alloc(40)]).subarray(0, 16),
        Buffer.from([99, 0, 0, 0]),
        Buffer.alloc(99),
      ]),
      /longer than all of it/,
    ],
    ["no frame", riff(["VP8 ", Buffer.alloc(40)]), /header makes no sense/],
    [
      "a picture beyond its canvas",
      riff(["VP8X", vp8x(0, 119, 90)], ["VP8 ", chunkOf(photograph)]),
      /larger than its canvas/,
    ],
  ])("with %s is called damaged", async (_, bytes, says) => {
    expect(await outcome(bytes)).toMatch(says);
    expect(await outcome(bytes)).toMatch(/WebP file is damaged/);
  });

  it("larger than allowed is refused by its header", async () => {
    await expect(imread(photograph, { maxPixels: 10_799 }).tensor()).rejects.toThrow(/120 x 90 pixels/);
    expect(await pixels(photograph, { maxPixels: 10_800 })).toHaveLength(32_400);
  });
});
