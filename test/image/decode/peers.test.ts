import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { imread } from "../../../src/image/index.ts";

vi.mock("../../../src/core/peer.ts", async (original) => ({
  ...(await original<typeof import("../../../src/core/peer.ts")>()),
  peer: () => undefined,
}));

const red = sharp({ create: { width: 20, height: 10, channels: 3, background: { r: 200, g: 30, b: 40 } } });

describe("without any package", () => {
  it.each(["jpeg", "png", "webp", "gif"] as const)("%s is decoded", async (format) => {
    const image = await imread(await red.clone().toFormat(format).toBuffer()).tensor();
    expect(image.shape).toEqual([10, 20, 3]);
    expect(Math.abs(image.data[0]! - 200)).toBeLessThan(4);
  });

  it("tiff names the package to install", async () => {
    const bytes = await red.clone().tiff().toBuffer();
    // Never replaced: the file is sound.
    for (const onError of ["throw", () => spare] as const) {
      await expect(imread(bytes, { onError }).tensor()).rejects.toMatchObject({
        name: "MissingPeerError",
        message: expect.stringMatching(/npm install sharp/),
      });
    }
  });

  it("the file is named, and what is no image is told without any package", async () => {
    const url = `data:image/tiff;base64,${(await red.clone().tiff().toBuffer()).toString("base64")}`;
    await expect(imread(url).tensor()).rejects.toThrow(
      /^Cannot read the image data:image\/tiff.*: It is a TIFF image of a kind that needs a package/,
    );
    await expect(imread("data:text/plain,hello").tensor()).rejects.toMatchObject({ name: "ImageError" });
  });

  it("a damaged JPEG is an ImageError, and so can be replaced", async () => {
    const bytes = Uint8Array.from(await red.clone().jpeg().toBuffer());
    // A code that the table does not have: sixteen ones.
    const scan = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
    for (let i = scan + 14; i < bytes.length - 2; i += 2) bytes.set([0xff, 0x00], i);
    await expect(imread(bytes).tensor()).rejects.toMatchObject({ name: "ImageError" });
    const replaced = await imread(bytes, { onError: () => spare }).tensor();
    expect(replaced.shape).toEqual([1, 1, 3]);
  });
});

const spare = { data: new Uint8Array(3), shape: [1, 1, 3], dtype: "uint8" } as const;
