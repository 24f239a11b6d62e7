import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { imread } from "../../../src/image/index.ts";

const [width, height] = [31, 23];
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => ((i * i * 7) % 251) | 1);
const picture = () => sharp(pixels, { raw: { width, height, channels: 3 } });

/** What becomes of a file: its pixels, or the message. */
async function outcome(bytes: Uint8Array): Promise<Uint8Array | string> {
  return imread(bytes)
    .tensor()
    .then(
      ({ data }) => data,
      ({ name, message }: Error) => {
        expect(name).toBe("ImageError");
        return message;
      },
    );
}

interface Tiff {
  readonly little: boolean;
  /** Whether the directory stands before the pixels, as many programs write it. */
  readonly first: boolean;
  readonly long: boolean;
  readonly orientation: number;
  readonly channels: 3 | 4;
  /** What the samples are, by TIFF's number, where that is neither RGB nor inks. */
  readonly colours?: number;
  /** By TIFF's number, where it is none. */
  readonly compression?: number;
}

/** An uncompressed TIFF file of 2 x 3 pixels: RGB, or four inks. */
function writeTiff(
  samples: readonly number[],
  { little, first, long, orientation, channels, colours = channels === 4 ? 5 : 2, compression = 1 }: Tiff,
): Uint8Array {
  const count = 10;
  const directory = 2 + 12 * count + 4;
  const [tags, bits, data] = first
    ? [8, 8 + directory, 8 + directory + 8]
    : [8 + samples.length + (samples.length & 1), 8 + samples.length + (samples.length & 1) + directory, 8];
  const view = new DataView(new ArrayBuffer(8 + samples.length + (samples.length & 1) + directory + 8));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, tags, little);
  view.setUint16(tags, count, little);
  const entries = [
    [256, 3, 1, 3],
    [257, 3, 1, 2],
    [258, 3, channels, bits],
    [259, 3, 1, compression],
    [262, 3, 1, colours],
    [273, 4, 1, data],
    [274, long ? 4 : 3, 1, orientation],
    [277, 3, 1, channels],
    [278, 3, 1, 2],
    [279, 4, 1, samples.length],
  ] as const;
  for (const [i, [tag, type, length, value]] of entries.entries()) {
    const at = tags + 2 + 12 * i;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    view.setUint32(at + 4, length, little);
    if (type === 3 && length === 1) view.setUint16(at + 8, value, little);
    else view.setUint32(at + 8, value, little);
  }
  for (let c = 0; c < 4; c++) view.setUint16(bits + 2 * c, 8, little);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(samples, data);
  return bytes;
}

const tiffs = fc.record({ little: fc.boolean(), first: fc.boolean(), long: fc.boolean() });

describe("TIFF", () => {
  const kinds = (["none", "jpeg", "deflate", "lzw", "packbits", "webp"] as const).flatMap((compression) =>
    [false, true].map((tile) => [compression, tile] as const),
  );

  it.each(kinds)(
    "%s, in tiles: %s: cut anywhere it is an error, and not called unsupported",
    async (compression, tile) => {
      const bytes = await picture().tiff({ compression, tile, tileWidth: 16, tileHeight: 16 }).toBuffer();
      const whole = await outcome(bytes);
      expect(whole).toHaveLength(pixels.length);
      for (let length = 8; length < bytes.length; length += 1 + (bytes.length >> 6)) {
        const came = await outcome(bytes.subarray(0, length));
        if (typeof came === "string") expect(came).toMatch(/The TIFF file is (?:truncated|damaged)/);
        else expect(came).toEqual(whole);
      }
    },
  );

  it("in both orders of bytes and of parts, cut anywhere, is truncated or whole", async () => {
    const samples = Array.from({ length: 18 }, (_, i) => 14 * i);
    await fc.assert(
      fc.asyncProperty(tiffs, fc.double({ min: 0.1, max: 1, noNaN: true }), async (how, part) => {
        const bytes = writeTiff(samples, { ...how, orientation: 1, channels: 3 });
        const came = await outcome(bytes.subarray(0, Math.ceil(part * bytes.length)));
        if (typeof came === "string") expect(came).toMatch(/TIFF file is truncated/);
        else expect([...came]).toEqual(samples);
      }),
    );
  });

  it("stands upright by the same rules as every format", async () => {
    const samples = Array.from({ length: 18 }, (_, i) => 14 * i);
    for (let orientation = 1; orientation <= 8; orientation++) {
      const upright = await sharp(Uint8Array.from(samples), { raw: { width: 3, height: 2, channels: 3 } })
        .withMetadata({ orientation })
        .png()
        .toBuffer();
      const expected = await imread(upright).tensor();
      for (const how of fc.sample(tiffs, 4)) {
        const bytes = writeTiff(samples, { ...how, orientation, channels: 3 });
        expect(await imread(bytes).tensor()).toEqual(expected);
        expect([...(await imread(bytes, { orient: false }).tensor()).data]).toEqual(samples);
      }
    }
  });

  it("of inks becomes RGB as Pillow has it: no profile of a press", async () => {
    const levels = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 24, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(levels, tiffs, async (samples, how) => {
        const bytes = writeTiff(samples, { ...how, orientation: 1, channels: 4 });
        const expected = Array.from({ length: 18 }, (_, i) => {
          const ink = samples[4 * Math.floor(i / 3) + (i % 3)]!;
          const white = 255 - samples[4 * Math.floor(i / 3) + 3]!;
          // MULDIV255 of Pillow's cmyk2rgb.
          const product = ink * white + 128;
          return white - (((product >> 8) + product) >> 8);
        });
        expect([...(await imread(bytes).tensor()).data]).toEqual(expected);
        const rgba = (await imread(bytes, { channels: 4 }).tensor()).data;
        expect([...rgba].filter((_, i) => i % 4 !== 3)).toEqual(expected);
        expect([...rgba].filter((_, i) => i % 4 === 3)).toEqual(Array(6).fill(255));
      }),
      { numRuns: 30 },
    );
  });

  it("of colours that would come out wrong is called by their name, and not damaged", async () => {
    const samples = Array.from({ length: 18 }, (_, i) => 14 * i);
    const how = { little: true, first: true, long: false, orientation: 1, channels: 3 } as const;
    for (const [colours, says] of [
      [6, /It is a TIFF image in luma and chroma \(YCbCr\) without JPEG's compression, which is not decoded/],
      [8, /It is a TIFF image in CIELAB, which is not decoded/],
      [34892, /It is a TIFF image of a camera's raw samples/],
    ] as const)
      expect(await outcome(writeTiff(samples, { ...how, colours }))).toMatch(says);
  });

  it("of a compression that this sharp lacks is called by its name, and not damaged, also among others", async () => {
    const samples = Array.from({ length: 18 }, (_, i) => 14 * i);
    const how = { little: true, first: true, long: false, orientation: 1, channels: 3 } as const;
    const bytes = writeTiff(samples, { ...how, compression: 34925 });
    for (const came of await Promise.all(Array.from({ length: 20 }, () => outcome(bytes))))
      expect(came).toMatch(/It is a TIFF image compressed by LZMA, which few builds of sharp decode/);
  });

  it("with offsets of eight bytes, cut anywhere, is truncated or whole", async () => {
    const bytes = await picture().tiff({ bigtiff: true, compression: "none" }).toBuffer();
    const whole = await outcome(bytes);
    expect(whole).toHaveLength(pixels.length);
    for (let length = 16; length < bytes.length; length += 1 + (bytes.length >> 6)) {
      const came = await outcome(bytes.subarray(0, length));
      if (typeof came === "string") expect(came).toMatch(/The TIFF file is truncated/);
      else expect(came).toEqual(whole);
    }
  });

  it("larger than allowed is refused by its header", async () => {
    const bytes = await picture().tiff().toBuffer();
    await expect(imread(bytes, { maxPixels: 700 }).tensor()).rejects.toThrow(/31 x 23 pixels.*maxPixels/);
  });
});

it("AVIF, cut anywhere, is truncated or damaged", async () => {
  const bytes = await picture().avif().toBuffer();
  for (let length = 32; length < bytes.length; length += 1 + (bytes.length >> 6))
    expect(await outcome(bytes.subarray(0, length))).toMatch(/file is (?:truncated|damaged)/);
});

it("a JPEG with a marker that there is not is damaged, and not of a kind that sharp lacks", async () => {
  const bytes = await picture().jpeg().toBuffer();
  const marker = Buffer.from([0xff, 0x02, 0, 2]);
  const changed = Buffer.concat([bytes.subarray(0, 2), marker, bytes.subarray(2)]);
  expect(await outcome(changed)).toMatch(/The JPEG file is damaged: sharp says: .*marker/);
});

it("a JPEG of more scans than anybody writes is not decoded by anybody", async () => {
  const bytes = await picture().jpeg({ progressive: true }).toBuffer();
  // The last scan again and again: it refines what is there.
  const last = bytes.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = bytes.subarray(last, -2);
  const many = Buffer.concat([bytes.subarray(0, last), ...Array(600).fill(scan), bytes.subarray(-2)]);
  expect(await outcome(many)).toMatch(/more than 500 scans/);
});
