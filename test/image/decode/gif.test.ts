import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { imageSize, imread } from "../../../src/image/index.ts";
import { type GifKind, writeGif } from "../gif-writer.ts";

const randomBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const palettes = fc.option(
  fc.integer({ min: 1, max: 8 }).chain((bits) => randomBytes(3 * 2 ** bits)),
  { nil: undefined },
);

const kinds: fc.Arbitrary<GifKind> = fc.record({
  canvas: fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 })),
  picture: fc.tuple(
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 40 }),
  ),
  interlaced: fc.boolean(),
  global: palettes,
  own: palettes,
  transparent: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
  bits: fc.integer({ min: 2, max: 8 }),
  part: fc.integer({ min: 1, max: 255 }),
});

/** A file, and the RGBA that Pillow's `convert("RGBA")` gives of its first picture. */
const files = kinds.chain((kind) => {
  const [top, left, height, width] = kind.picture;
  const all = fc.array(fc.integer({ min: 0, max: 2 ** kind.bits - 1 }), {
    minLength: height * width,
    maxLength: height * width,
  });
  return all.map((list) => {
    const indices = Uint8Array.from(list);
    const size = [Math.max(kind.canvas[0], top + height), Math.max(kind.canvas[1], left + width)] as const;
    const palette = kind.own ?? kind.global;
    const rgba = new Uint8Array(size[0] * size[1] * 4);
    for (let y = 0; y < size[0]; y++) {
      for (let x = 0; x < size[1]; x++) {
        const within = y >= top && y < top + height && x >= left && x < left + width;
        const index = within ? indices[(y - top) * width + x - left]! : (kind.transparent ?? 0);
        const colour = [0, 1, 2].map((c) => (palette ? (palette[3 * index + c] ?? 0) : index));
        rgba.set([...colour, index === kind.transparent ? 0 : 255], 4 * (y * size[1] + x));
      }
    }
    return { bytes: writeGif(indices, kind), size, rgba };
  });
});

describe("GIF", () => {
  it("of every kind has Pillow's pixels, its transparent ones the colour that they have in the palette", async () => {
    await fc.assert(
      fc.asyncProperty(files, async ({ bytes, size, rgba }) => {
        const four = await imread(bytes, { channels: 4 }).tensor();
        expect(four.shape).toEqual([...size, 4]);
        expect(four.data).toEqual(rgba);
        expect((await imread(bytes).tensor()).data).toEqual(rgba.filter((_, i) => i % 4 !== 3));
        expect(await imageSize(bytes)).toEqual(size);
      }),
    );
  });

  it("with more strings than the list holds is what another decoder reads, and an animation its first picture", async () => {
    const [width, height] = [211, 190];
    const noise = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + (i >> 3)) % 256);
    for (const loop of [1, 3]) {
      const raw = { width, height: loop * height, channels: 3, pageHeight: height } as const;
      const all = Buffer.concat(
        Array.from({ length: loop }, (_, i) => noise.map((value) => value ^ (i * 85))),
      );
      const bytes = await sharp(all, { raw }).gif({ delay: 50 }).toBuffer();
      const expected = await sharp(bytes).removeAlpha().raw().toBuffer();
      expect((await imread(bytes).tensor()).data).toEqual(Uint8Array.from(expected));
    }
  });

  it("cut anywhere is truncated, and one changed anywhere an error or an image", async () => {
    await fc.assert(
      fc.asyncProperty(
        files,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(255),
        async (file, part, value) => {
          const at = 6 + Math.floor(part * (file.bytes.length - 6));
          const message = await imread(file.bytes.subarray(0, at))
            .tensor()
            .then(
              () => "an image",
              (error: Error) => error.message,
            );
          expect(message).toMatch(/The GIF file is truncated/);
          const changed = Uint8Array.from(file.bytes);
          changed[at] = value;
          await imread(changed, { maxPixels: 1e6 })
            .tensor()
            .catch((error: Error) => expect(error.name).toBe("ImageError"));
        },
      ),
    );
  });

  it("larger than allowed is refused by its header", async () => {
    const bytes = await sharp(Buffer.alloc(300), { raw: { width: 10, height: 10, channels: 3 } })
      .gif()
      .toBuffer();
    await expect(imread(bytes, { maxPixels: 99 }).tensor()).rejects.toThrow(/10 x 10 pixels.*maxPixels/);
  });
});
