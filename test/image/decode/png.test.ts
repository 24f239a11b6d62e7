import { constants, deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { fromPixels, type ImreadOptions, imread, resize } from "../../../src/image/index.ts";
import { threadKernel } from "../../../src/image/kernel/thread.ts";
import { chunk, filteredRows, header, type Picture, rgbaOf, signature, writePng } from "../png-writer.ts";

const kinds = [
  ...[1, 2, 4, 8, 16].map((depth) => ({ colour: 0, depth }) as const),
  ...[8, 16].map((depth) => ({ colour: 2, depth }) as const),
  ...[1, 2, 4, 8].map((depth) => ({ colour: 3, depth }) as const),
  ...[8, 16].map((depth) => ({ colour: 4, depth }) as const),
  ...[8, 16].map((depth) => ({ colour: 6, depth }) as const),
];

/** Pictures of every kind, small enough that each place of every filter, pass and split comes up. */
const pictures: fc.Arbitrary<Picture> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    interlaced: fc.boolean(),
    /** Few levels make long repetitions, many make none. */
    levels: fc.constantFrom(1, 2, 5, 256, 65536),
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    transparent: fc.boolean(),
    filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 }),
    splits: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
    level: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ kind: { colour, depth }, levels, seed, transparent, ...rest }) => {
    const most = 2 ** depth;
    const number = (i: number) => {
      const mixed = Math.imul((i + seed) ^ ((i + seed) >>> 15), 0x2c1b3c6d);
      return (mixed ^ (mixed >>> 12)) >>> 0;
    };
    const sample = (y: number, x: number, c: number) =>
      Math.floor(((number(y * 4096 + x * 8 + c) % levels) * most) / levels) % most;
    const palette =
      colour === 3
        ? Array.from({ length: most }, (_, i) => [0, 1, 2].map((c) => number(i * 4 + c) & 255))
        : undefined;
    let transparency: number[] | undefined;
    if (transparent) {
      if (colour === 3) transparency = Array.from({ length: 1 + (seed % most) }, (_, i) => number(-i) & 255);
      else if (colour < 4) transparency = Array.from({ length: colour + 1 }, (_, c) => sample(0, 0, c));
    }
    return {
      ...rest,
      colour,
      depth,
      sample,
      ...(palette && { palette }),
      ...(transparency && { transparency }),
    };
  });

async function pixels(bytes: Uint8Array, options: ImreadOptions): Promise<Uint8Array> {
  return (await imread(bytes, options).tensor()).data;
}

/** What becomes of a file: the values of a small picture of it, or the error's message. */
async function outcome(bytes: Uint8Array): Promise<Float32Array | string> {
  try {
    return (await resize(imread(bytes, { maxPixels: 1e6 }), [7, 7]).tensor()).data;
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== "ImageError") throw error;
    return message;
  }
}

/** The message of the error that a file is. */
async function problem(...parts: Uint8Array[]): Promise<string> {
  const came = await outcome(Buffer.concat(parts));
  return typeof came === "string" ? came : "was read";
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  return rgba.filter((_, i) => i % 4 !== 3);
}

/** 3 x 2 pixels of RGB. */
const rows = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 10, 20, 30, 40, 50, 60, 70, 80, 90);
const rgb = header(3, 2, 8, 2);
const idat = (data: Uint8Array) => chunk("IDAT", deflateSync(data));
const end = chunk("IEND");
const small = Buffer.concat([signature, rgb, idat(rows), end]);
const smallPixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 22, 33, 44, 55, 66, 77, 88, 99);

describe("the pixels of a PNG", () => {
  it("of every kind are those that the specification gives it", async () => {
    await fc.assert(
      fc.asyncProperty(pictures, async (picture) => {
        const bytes = writePng(picture);
        const expected = rgbaOf(picture);
        expect(await pixels(bytes, { channels: 4 })).toEqual(expected);
        expect(await pixels(bytes, { channels: 3 })).toEqual(withoutAlpha(expected));
        const luma = await pixels(bytes, { channels: 1 });
        const away = luma.map((value, i) => {
          const [r, g, b] = expected.subarray(4 * i);
          return Math.abs(value - (0.299 * r! + 0.587 * g! + 0.114 * b!)) > 0.51 ? 1 : 0;
        });
        expect(Math.max(...away)).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it("are those of libpng", async () => {
    await fc.assert(
      fc.asyncProperty(pictures, async (picture) => {
        const bytes = writePng(picture);
        const theirs = await sharp(bytes).toColourspace("srgb").ensureAlpha().raw().toBuffer();
        expect(await pixels(bytes, { channels: 4 })).toEqual(Uint8Array.from(theirs));
      }),
      { numRuns: 150 },
    );
  });

  it("are resampled as any others", async () => {
    await fc.assert(
      fc.asyncProperty(pictures, fc.constantFrom(3, 4), async (picture, channels) => {
        const { height, width } = picture;
        const rgba = rgbaOf(picture);
        const data = channels === 4 ? rgba : withoutAlpha(rgba);
        const expected = await resize(
          fromPixels({ data, shape: [height, width, channels], dtype: "uint8" }),
          [9, 11],
        ).tensor();
        const ours = await resize(
          imread(writePng(picture), { channels: channels as 3 | 4 }),
          [9, 11],
        ).tensor();
        expect(ours).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it("do not depend on where its data are split", async () => {
    const data = deflateSync(rows);
    for (let at = 0; at <= data.length; at++) {
      const parts = [data.subarray(0, at), data.subarray(at, at), data.subarray(at)].map((part) =>
        chunk("IDAT", part),
      );
      expect(await pixels(Buffer.concat([signature, rgb, ...parts, end]), {})).toEqual(smallPixels);
    }
    const bytes = [...data].map((byte) => chunk("IDAT", [byte]));
    expect(await pixels(Buffer.concat([signature, rgb, ...bytes, end]), {})).toEqual(smallPixels);
  });

  it.each([
    ["stored", { level: 0 }],
    ["of the codes that every decoder knows", { strategy: 4 }],
    ["of Huffman codes alone", { strategy: 2 }],
    ["of runs", { strategy: 3 }],
    ["of a small window", { windowBits: 9 }],
    ["with few codes a block", { memLevel: 1 }],
  ])("are right where the data are %s", async (_, options) => {
    const [height, width] = [90, 61];
    const noise = (i: number) => Math.imul(i, 2654435761) >>> (24 + (i % 7));
    const raw = Uint8Array.from({ length: height * (1 + 3 * width) }, (_, i) =>
      i % (1 + 3 * width) === 0 ? 0 : i % 997 < 400 ? noise(i) : i % 3,
    );
    const data = chunk("IDAT", deflateSync(raw, options));
    const ours = await pixels(Buffer.concat([signature, header(width, height, 8, 2), data, end]), {});
    expect(ours).toEqual(raw.filter((_, i) => i % (1 + 3 * width) !== 0));
  });

  it("stand upright, whatever number its EXIF has and where", async () => {
    const [height, width] = [2, 3];
    const stored = (y: number, x: number) => [
      ...smallPixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
    ];
    const [bottom, right] = [height - 1, width - 1];
    const from: Record<number, (y: number, x: number) => number[]> = {
      1: stored,
      2: (y, x) => stored(y, right - x),
      3: (y, x) => stored(bottom - y, right - x),
      4: (y, x) => stored(bottom - y, x),
      5: (y, x) => stored(x, y),
      6: (y, x) => stored(bottom - x, y),
      7: (y, x) => stored(bottom - x, right - y),
      8: (y, x) => stored(x, right - y),
    };
    for (let orientation = 1; orientation <= 8; orientation++) {
      const [h, w] = orientation < 5 ? [height, width] : [width, height];
      const upright = Uint8Array.from({ length: h * w }, (_, i) => i).length;
      const expected = Uint8Array.from(
        Array.from({ length: upright }, (_, i) => from[orientation]!(Math.floor(i / w), i % w)).flat(),
      );
      for (const little of [true, false]) {
        for (const long of [true, false]) {
          const exif = chunk("eXIf", tiff(orientation, little, long));
          const early = Buffer.concat([signature, rgb, exif, idat(rows), end]);
          const late = Buffer.concat([
            signature,
            rgb,
            idat(rows),
            exif,
            chunk("eXIf", tiff(3, true, true)),
            end,
          ]);
          for (const bytes of [early, late]) {
            const image = await imread(bytes).tensor();
            expect(image.shape).toEqual([h, w, 3]);
            expect(image.data).toEqual(expected);
            expect(await pixels(bytes, { orient: false })).toEqual(smallPixels);
          }
          const theirs = await sharp(early).autoOrient().raw().toBuffer();
          expect(expected).toEqual(Uint8Array.from(theirs));
        }
      }
    }
  });

  it.each([
    ["rubbish after its end", [rgb, idat(rows), end, Buffer.from("rubbish")]],
    ["chunks that nobody knows", [rgb, chunk("prVt", [1, 2]), idat(rows), chunk("tEXt", [65, 0, 66]), end]],
    ["more data than pixels", [rgb, idat(Buffer.concat([rows, rows])), end]],
    [
      "more data than pixels, not compressed",
      [rgb, chunk("IDAT", deflateSync(Buffer.concat([rows, rows]), { level: 0 })), end],
    ],
    ["blocks without data", [rgb, chunk("IDAT", flushed(rows)), end]],
    ["rubbish after its data", [rgb, chunk("IDAT", Buffer.concat([deflateSync(rows), rows])), end]],
    [
      "gamma and a colour profile",
      [rgb, chunk("gAMA", [0, 0, 0x80, 0]), chunk("iCCP", [65, 0, 0, 1]), idat(rows), end],
    ],
    ["a palette that it does not need", [rgb, chunk("PLTE", [1, 2, 3]), idat(rows), end]],
    [
      "several pictures: the one that all see",
      [
        rgb,
        chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0]),
        chunk("fcTL", new Uint8Array(26)),
        idat(rows),
        chunk("fcTL", new Uint8Array(26)),
        chunk("fdAT", [0, 0, 0, 1, 1, 2, 3]),
        end,
      ],
    ],
  ])("are read of a file with %s", async (_, parts) => {
    expect(await pixels(Buffer.concat([signature, ...parts]), {})).toEqual(smallPixels);
  });

  it("that its palette does not have are black, as libpng has them", async () => {
    const parts = [
      header(4, 1, 2, 3),
      chunk("PLTE", [1, 2, 3, 4, 5, 6]),
      chunk("tRNS", [9]),
      idat(Uint8Array.of(0, 27)),
      end,
    ];
    const bytes = Buffer.concat([signature, ...parts]);
    const expected = Uint8Array.of(1, 2, 3, 9, 4, 5, 6, 255, 0, 0, 0, 255, 0, 0, 0, 255);
    expect(await pixels(bytes, { channels: 4 })).toEqual(expected);
    expect(Uint8Array.from(await sharp(bytes).ensureAlpha().raw().toBuffer())).toEqual(expected);
  });
});

/** Data behind which there are two blocks with nothing in them. */
function flushed(data: Uint8Array): Uint8Array {
  const open = deflateSync(data, { finishFlush: constants.Z_SYNC_FLUSH });
  return Buffer.concat([open, Uint8Array.of(1, 0, 0, 255, 255), deflateSync(data).subarray(-4)]);
}

/** EXIF with nothing but an orientation. */
function tiff(orientation: number, little: boolean, long: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, 0x0112, little);
  view.setUint16(12, long ? 4 : 3, little);
  view.setUint32(14, 1, little);
  if (long) view.setUint32(18, orientation, little);
  else view.setUint16(18, orientation, little);
  return new Uint8Array(view.buffer);
}

describe("a PNG that is not whole", () => {
  it("is truncated, wherever it ends", async () => {
    const exif = chunk("eXIf", tiff(6, true, false));
    const text = chunk("tEXt", Buffer.from("Title\0A picture"));
    const bytes = Buffer.concat([
      signature,
      rgb,
      text,
      idat(rows.subarray(0, 9)),
      idat(rows.subarray(9)),
      exif,
      end,
    ]);
    for (let length = 4; length < bytes.length; length++)
      expect(await problem(bytes.subarray(0, length))).toMatch(
        /^Cannot read the image: The PNG file is truncated/,
      );
  });

  it("says which file it is", async () => {
    const url = `data:image/png;base64,${small.subarray(0, 40).toString("base64")}`;
    await expect(imread(url).tensor()).rejects.toThrow(
      /^Cannot read the image data:image\/png.*: The PNG file is trunc/,
    );
  });

  it("has data that end too early", async () => {
    const data = deflateSync(rows, { level: 0 });
    for (let length = 0; length < data.length; length++)
      expect(await problem(signature, rgb, chunk("IDAT", data.subarray(0, length)), end)).toMatch(
        /truncated/,
      );
    expect(await problem(signature, rgb, idat(rows.subarray(0, -1)), end)).toMatch(/truncated/);
  });
});

/** `bytes` with the one at `at` (from the end, if negative) changed. */
function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
}

describe("a PNG that is wrong", () => {
  const plte = chunk("PLTE", [1, 2, 3]);
  it.each([
    [
      "a header with another check sum",
      [changed(rgb, -1), idat(rows), end],
      /damaged: the check sum of its chunk IHDR/,
    ],
    [
      "data with another check sum",
      [rgb, changed(idat(rows), -1), end],
      /damaged: the check sum of its chunk IDAT/,
    ],
    [
      "data that were changed",
      [rgb, changed(idat(rows), 14), end],
      /damaged: the check sum of its chunk IDAT/,
    ],
    [
      "a palette that was changed",
      [header(1, 1, 8, 3), changed(plte, 9), idat(Uint8Array.of(0, 0)), end],
      /PLTE/,
    ],
    ["no header", [idat(rows), end], /damaged: it does not begin with a header/],
    ["no size", [header(0, 2, 8, 2), idat(rows), end], /damaged: its header makes no sense/],
    [
      "a depth that there is not",
      [header(3, 2, 4, 2), idat(rows), end],
      /damaged: its header makes no sense/,
    ],
    ["no pixels", [rgb, end], /damaged: it has no pixels/],
    [
      "pixels in two places",
      [rgb, idat(rows), chunk("tEXt"), idat(rows), end],
      /damaged: its pixels are not in one/,
    ],
    ["no palette", [header(1, 1, 8, 3), idat(Uint8Array.of(0, 0)), end], /damaged: its palette is missing/],
    [
      "two palettes",
      [header(1, 1, 8, 3), plte, plte, idat(Uint8Array.of(0, 0)), end],
      /damaged: it has two palettes/,
    ],
    [
      "half a colour",
      [header(1, 1, 8, 3), chunk("PLTE", [1, 2]), idat(Uint8Array.of(0, 0)), end],
      /damaged: its palette/,
    ],
    ["no name", [rgb, chunk("\0\0\0\0"), idat(rows), end], /damaged: there is something else where a chunk/],
    [
      "a filter that there is not",
      [rgb, idat(Uint8Array.from(rows, (v, i) => (i === 0 ? 5 : v))), end],
      /filtered/,
    ],
    [
      "no compressed data",
      [rgb, chunk("IDAT", Buffer.from("pixels without a compression")), end],
      /not decompress/,
    ],
    [
      "another compression",
      [withByte(rgb, 18, 1), idat(rows), end],
      /It is a PNG image that is compressed, filtered/,
    ],
    [
      "an iPhone's own kind",
      [chunk("CgBI", [1, 2, 3, 4]), rgb, idat(rows), end],
      /a PNG image with a chunk CgBI/,
    ],
    ["two headers", [rgb, rgb, idat(rows), end], /damaged: it has two headers/],
    [
      "a chunk that must be known",
      [rgb, chunk("NEWs"), idat(rows), end],
      /It is a PNG image with a chunk NEWs/,
    ],
  ])("is refused: %s", async (_, parts, says) => {
    expect(await problem(signature, ...parts)).toMatch(says);
  });

  it("is told where it went for text", async () => {
    const [before, after] = [small.subarray(0, 4), small.subarray(4)];
    for (const [from, to] of [
      ["\r\n", "\n"],
      ["\n", "\r\n"],
    ] as const) {
      const text = Buffer.from(after.toString("latin1").replaceAll(from, to), "latin1");
      expect(await problem(before, text)).toMatch(/damaged: its first bytes were changed, as by a transfer/);
    }
  });

  it("takes no memory for what it announces", async () => {
    const kernel = threadKernel();
    const before = kernel.bytes.length;
    expect(await problem(signature, header(100_000, 100_000, 16, 6), idat(rows), end)).toMatch(/maxPixels/);
    const bytes = Buffer.concat([signature, header(8000, 11_000, 16, 6), idat(rows), end]);
    await expect(imread(bytes).tensor()).rejects.toThrow(/truncated/);
    const bomb = Buffer.concat([signature, header(2 ** 26, 2 ** 26, 16, 6), idat(rows), end]);
    await expect(imread(bomb, { maxPixels: Number.MAX_SAFE_INTEGER }).tensor()).rejects.toThrow(/truncated/);
    expect(threadKernel().bytes.length).toBe(before);
  });
});

/** The header with another byte, and the check sum of it. */
function withByte(of: Uint8Array, at: number, value: number): Uint8Array {
  const data = Uint8Array.from(of.subarray(8, -4));
  data[at - 8] = value;
  return chunk("IHDR", data);
}

describe("what a PNG leaves in the kernel", () => {
  it("never shows in the next, nor in its error: mutations of every kind, the check sums mended", async () => {
    const mutation = fc.record({
      picture: pictures,
      /** Of the filtered rows, and of the compressed data: places (as shares) and what is there then. */
      raw: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 2 }),
      coded: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 4 }),
      cut: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
    });
    const change = (bytes: Uint8Array, changes: readonly (readonly [number, number])[]) => {
      for (const [share, value] of changes) bytes[Math.floor(share * (bytes.length - 1))] = value;
      return bytes;
    };
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(mutation, async ({ picture, raw, coded, cut }) => {
        const { width, height, depth, colour, interlaced, palette, level } = picture;
        const data = change(deflateSync(change(filteredRows(picture), raw), { level }), coded);
        const bytes = Buffer.concat([
          signature,
          header(width, height, depth, colour, interlaced),
          ...(palette ? [chunk("PLTE", palette.flat())] : []),
          chunk("IDAT", data.subarray(0, Math.ceil(cut * data.length))),
          end,
        ]);
        const outcomes = [];
        for (const level of [255, 0, 170]) {
          // The memory that an image may find, whatever was there before.
          threadKernel().bytes.fill(level, threadKernel().room().end);
          outcomes.push(await outcome(bytes));
        }
        expect(outcomes[1]).toEqual(outcomes[0]);
        expect(outcomes[2]).toEqual(outcomes[0]);
        if (typeof outcomes[0] === "string") refused++;
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(100);
    expect(await pixels(small, {})).toEqual(smallPixels);
  });
});
