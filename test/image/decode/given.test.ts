import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type DecodeFunction, imread, resize, together } from "../../../src/image/index.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const red = sharp({ create: { width: 20, height: 10, channels: 3, background: { r: 200, g: 30, b: 40 } } });
const grey: DecodeFunction = (bytes) => tensor(bytes.slice(0, 6), { shape: [2, 3, 1] });
const strange = Uint8Array.of(9, 8, 7, 6, 5, 4, 3);

describe("a decoder that is given to imread", () => {
  it("decodes files of any format that is not decoded here, known or not, in place of sharp", async () => {
    const tiff = await red.clone().tiff().toBuffer();
    for (const bytes of [strange, tiff]) {
      const { data, shape } = await imread(bytes, { decode: grey, channels: 1 }).tensor();
      expect(shape).toEqual([2, 3, 1]);
      expect([...data]).toEqual([...bytes.subarray(0, 6)]);
    }
  });

  it("is not asked for what is decoded here, damaged or not", async () => {
    const decode = () => {
      throw new Error("asked");
    };
    for (const format of ["jpeg", "png", "webp", "gif"] as const) {
      const bytes = await red.clone().toFormat(format).toBuffer();
      expect((await imread(bytes, { decode }).tensor()).shape).toEqual([10, 20, 3]);
      await expect(imread(bytes.subarray(0, bytes.length / 2), { decode }).tensor()).rejects.toThrow(
        /truncated|damaged/,
      );
    }
    // Of a code that the table does not have: sixteen ones.
    const bytes = Uint8Array.from(await red.clone().jpeg().toBuffer());
    const scan = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
    for (let i = scan + 14; i < bytes.length - 2; i += 2) bytes.set([0xff, 0x00], i);
    await expect(imread(bytes, { decode }).tensor()).rejects.toThrow(/JPEG file is damaged/);
  });

  it("has bytes of its own: it may keep them, write them, move them away", async () => {
    const bytes = strange.slice();
    const decode: DecodeFunction = (given) => {
      expect(given.buffer.byteLength).toBe(given.length);
      given.fill(1);
      structuredClone(given.buffer, { transfer: [given.buffer] });
      return tensor(new Uint8Array(3), { shape: [1, 1, 3] });
    };
    await imread(bytes, { decode }).tensor();
    expect(bytes).toEqual(strange);
  });

  it("throws what becomes an ImageError with that as its cause, which onError may replace", async () => {
    const cause = new RangeError("no such tile");
    for (const decode of [
      () => Promise.reject(cause),
      () =>
        Promise.resolve().then(() => {
          throw cause;
        }),
    ]) {
      await expect(imread(strange, { decode }).tensor()).rejects.toMatchObject({
        name: "ImageError",
        message: expect.stringMatching(/The function `decode` says: no such tile/),
        cause,
      });
      const spare = tensor(new Uint8Array(3), { shape: [1, 1, 3] });
      expect((await imread(strange, { decode, onError: () => spare }).tensor()).shape).toEqual([1, 1, 3]);
    }
  });

  it("is told what pixels are, where it gives none", async () => {
    for (const wrong of [undefined, 7, tensor(new Float32Array(3), { shape: [1, 1, 3] })]) {
      const decode = (() => wrong) as unknown as DecodeFunction;
      await expect(imread(strange, { decode }).tensor()).rejects.toThrow(
        /`decode` must return pixels\. Pixels are a uint8 tensor/,
      );
    }
    const decode = () => ({ data: new Uint8Array(3), width: 2, height: 2 });
    await expect(imread(strange, { decode }).tensor()).rejects.toThrow(/`decode` must return pixels/);
  });

  it("gives null for a file that it cannot decode", async () => {
    await expect(imread(strange, { decode: async () => null }).tensor()).rejects.toMatchObject({
      name: "ImageError",
      message: expect.stringMatching(/`decode` cannot decode it/),
    });
  });

  it("says the size that goes with boxes and masks", async () => {
    const image = imread(strange, { decode: grey, channels: 1 });
    const boxes = tensor([[0, 0, 3, 2]], "float32");
    const changed = await together({ image, boxes }, (it) => resize(it, [4, 6]));
    expect([...changed.boxes.data]).toEqual([0, 0, 6, 4]);
  });

  it("is held to maxPixels", async () => {
    await expect(imread(strange, { decode: grey, channels: 1, maxPixels: 5 }).tensor()).rejects.toThrow(
      /maxPixels/,
    );
  });

  it('is a function or "browser", which is sharp in Node', async () => {
    expect(() => imread("x", { decode: "sharp" as "browser" })).toThrow(
      /`decode` must be "browser" or a function, got "sharp"/,
    );
    const tiff = await red.clone().tiff().toBuffer();
    expect((await imread(tiff, { decode: "browser" }).tensor()).data[0]).toBe(200);
  });

  it("is not asked for an empty file", async () => {
    await expect(imread(new Uint8Array(0), { decode: grey }).tensor()).rejects.toThrow(/empty/);
  });
});
