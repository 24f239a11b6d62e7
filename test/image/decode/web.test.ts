import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { fromPixels, type Image, imageSize, imread, resize } from "../../../src/image/index.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

// As a page has them: each test begins without any.
vi.mock("../../../src/image/decode/decoders.node.ts", () =>
  vi.importActual("../../../src/image/decode/decoders.web.ts"),
);
const fresh = async () => {
  vi.resetModules();
  return import("../../../src/image/index.ts");
};

const red = sharp({ create: { width: 20, height: 10, channels: 3, background: { r: 200, g: 30, b: 40 } } });

/** Runs an image into a row; whether that took a promise. */
async function late(image: Image<"float32">): Promise<boolean> {
  const running = image.into(new Float32Array(4 * 4 * 3));
  await running;
  return running !== undefined;
}

describe("in a page", () => {
  it.each(["jpeg", "png", "webp", "gif"] as const)("%s waits for its decoder once", async (format) => {
    const { imread, resize } = await fresh();
    const bytes = await red.clone().toFormat(format).toBuffer();
    const image = resize(imread(bytes), [4, 4]);
    // A batch asks for all its images at once.
    expect(await Promise.all([late(image), late(image)])).toEqual([true, true]);
    expect(await late(image)).toBe(false);
    const { data, shape } = await imread(bytes).tensor();
    expect(shape).toEqual([10, 20, 3]);
    expect(Math.abs(data[0]! - 200)).toBeLessThan(4);
  });

  it("bytes may be written over while a decoder is fetched", async () => {
    const { imread, resize } = await fresh();
    const bytes = Uint8Array.from(await red.clone().png().toBuffer());
    const row = new Uint8Array(4 * 4 * 3);
    const reading = resize(imread(bytes), [4, 4], { dtype: "uint8" }).into(row);
    bytes.fill(0);
    await reading;
    expect(row.slice(0, 3)).toEqual(Uint8Array.of(200, 30, 40));
  });

  it("pixels wait for the kernel once, in every pass", async () => {
    const { fromPixels, resize } = await fresh();
    const pixels = tensor(new Uint8Array(8 * 8 * 3).fill(90), { shape: [8, 8, 3] });
    const image = resize(fromPixels(pixels), [4, 4]);
    expect(await late(image)).toBe(true);
    expect(await late(image)).toBe(false);
  });

  it("what nobody decodes here names both ways to have it decoded", async () => {
    for (const format of ["tiff", "avif"] as const) {
      const bytes = await red.clone().toFormat(format).toBuffer();
      for (const onError of ["throw", () => spare] as const) {
        await expect(imread(bytes, { onError }).tensor()).rejects.toMatchObject({
          name: "MissingPeerError",
          message: expect.stringMatching(/in a browser.*decode: \(bytes\) => pixels.*decode: "browser"/),
        });
      }
    }
    await expect(imageSize(await red.clone().avif().toBuffer())).rejects.toThrow(/in a browser/);
  });

  it("a JPEG of an unusual kind is called so", async () => {
    const bytes = Uint8Array.from(await red.clone().jpeg().toBuffer());
    // Of 12 bits.
    bytes[bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0) + 4] = 12;
    await expect(imread(bytes).tensor()).rejects.toThrow(/a JPEG image .*12.*in a browser/);
  });

  it("a decoder that is given is asked, and its pixels take the steps", async () => {
    const bytes = await red.clone().avif().toBuffer();
    const decode = async (given: Uint8Array) => {
      expect(given).toEqual(Uint8Array.from(bytes));
      return { data: new Uint8ClampedArray(2 * 3 * 4).fill(255), width: 3, height: 2 };
    };
    const { data, shape } = await resize(imread(bytes, { decode }), [4, 4]).tensor();
    expect(shape).toEqual([4, 4, 3]);
    expect([...data].every((value) => value === 1)).toBe(true);
  });

  it("the browser's decoder is asked where it is allowed, and there is none here", async () => {
    const bytes = await red.clone().avif().toBuffer();
    await expect(imread(bytes, { decode: "browser" }).tensor()).rejects.toThrow(/no createImageBitmap/);
    await expect(imread(bytes.subarray(0, -20), { decode: "browser" }).tensor()).rejects.toThrow(/truncated/);
    // Never for what is decoded here.
    const png = await red.clone().png().toBuffer();
    expect((await imread(png, { decode: "browser" }).tensor()).data[0]).toBe(200);
    expect((await fromPixels(spare).tensor()).shape).toEqual([1, 1, 3]);
  });
});

const spare = { data: new Uint8Array(3), shape: [1, 1, 3], dtype: "uint8" } as const;
