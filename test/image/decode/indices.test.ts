import fc from "fast-check";
import { expect, it } from "vitest";
import { imread, resize } from "../../../src/image/index.ts";
import { type Picture, writePng } from "../png-writer.ts";

/** A file whose samples are numbers of `depth` bits. */
function file(colour: Picture["colour"], depth: number, interlaced = false): Uint8Array {
  return writePng({
    width: 13,
    height: 7,
    depth,
    colour,
    interlaced,
    sample: (y, x) => (5 * y + x) % 2 ** depth,
    ...(colour === 3 && { palette: Array.from({ length: 2 ** depth }, (_, i) => [255 - i, i, 77]) }),
    filters: [0, 1, 4],
    splits: [],
    level: 6,
  });
}

it("reads the indices of palettes, and grey, as they are stored", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(0, 3),
      fc.constantFrom(1, 2, 4, 8),
      fc.boolean(),
      async (colour, depth, interlaced) => {
        const { data, shape } = await imread(file(colour as 0 | 3, depth, interlaced), {
          palette: "indices",
        }).tensor();
        expect(shape).toEqual([7, 13, 1]);
        const expected = Array.from(
          { length: 91 },
          (_, i) => (5 * Math.floor(i / 13) + (i % 13)) % 2 ** depth,
        );
        expect([...data]).toEqual(expected);
      },
    ),
    { numRuns: 16 },
  );
});

it("leaves the next image's grey as it was", async () => {
  await imread(file(0, 2), { palette: "indices" }).tensor();
  expect(Math.max(...(await imread(file(0, 2), { channels: 1 }).tensor()).data)).toBe(255);
});

it("keeps classes at another size", async () => {
  const mask = imread(file(3, 4), { palette: "indices" });
  const { data, dtype } = await resize(mask, [31, 9], { interpolation: "nearest" }).tensor();
  expect(dtype).toBe("uint8");
  expect(Math.max(...data)).toBeLessThan(16);
});

it("refuses what has no indices, and says what to do", async () => {
  const read = (bytes: Uint8Array) => imread(bytes, { palette: "indices" }).tensor();
  await expect(read(file(2, 8))).rejects.toThrow(
    /a PNG image of colours, and `palette: "indices"`.*Leave the option away/,
  );
  await expect(read(file(0, 16))).rejects.toThrow(/a PNG image of 16 bits/);
  await expect(read(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16))).rejects.toThrow(
    /Only of PNG images.*convert the file/,
  );
  expect(() => imread("mask.png", { palette: "indices", channels: 3 })).toThrow(/An index is one channel/);
});
