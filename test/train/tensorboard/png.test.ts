import fc from "fast-check";
import sharp from "sharp";
import { expect, it } from "vitest";
import { encodePng } from "../../../src/train/tensorboard/png.ts";

it("is read by libpng as the pixels that were written (property)", async () => {
  const pixels = fc
    .record({
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 40 }),
      channels: fc.constantFrom<1 | 3 | 4>(1, 3, 4),
    })
    .chain(({ width, height, channels }) => {
      const minLength = width * height * channels;
      const data = fc.uint8Array({ minLength, maxLength: minLength });
      return fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        channels: fc.constant(channels),
        data,
      });
    });
  await fc.assert(
    fc.asyncProperty(pixels, async (written) => {
      const image = sharp(await encodePng(written));
      if (written.channels === 1) image.toColourspace("b-w");
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({
        width: written.width,
        height: written.height,
        channels: written.channels,
      });
      expect(new Uint8Array(data)).toEqual(written.data);
    }),
    { numRuns: 40 },
  );
});
