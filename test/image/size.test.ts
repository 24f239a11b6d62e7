import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { imageSize, imread } from "../../src/image/index.ts";
import { ranges, serve } from "../bytes/server.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-size-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [width, height] = [300, 200];
const noise = Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
const picture = () => sharp(noise, { raw: { width, height, channels: 3 } });
const formats = ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const;

/** The message of what `promise` is rejected with. */
async function problem(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => expect.unreachable("it should have failed"),
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe("imageSize", () => {
  it.each(formats)(
    "of %s is what imread gives, from every source and for every orientation",
    async (format) => {
      for (let orientation = 1; orientation <= 8; orientation++) {
        const bytes = await picture()
          .withMetadata({ orientation })
          .toFormat(format, { effort: 1 })
          .toBuffer();
        const path = join(folder, `image.${format}`);
        writeFileSync(path, bytes);
        for (const orient of [true, false]) {
          const [h, w] = (await imread(bytes, { orient }).tensor()).shape;
          for (const source of [bytes, path, new Blob([Uint8Array.from(bytes)])])
            expect(await imageSize(source, { orient })).toEqual([h, w]);
        }
      }
    },
  );

  it.each([
    ["VP8", { quality: 50 }],
    ["VP8L", { lossless: true }],
  ])("of a WebP by %s, with alpha and without", async (_, options) => {
    for (const alpha of [false, true]) {
      const image = alpha ? picture().ensureAlpha(0.5) : picture();
      expect(await imageSize(await image.webp(options).toBuffer())).toEqual([height, width]);
    }
  });

  it("reads no more of a file on a server than says so", async () => {
    let content = new Uint8Array(0);
    let asked = 0;
    const answer = ranges(() => content);
    const server = await serve((request, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      asked += from === undefined ? content.length : Number(to) + 1 - Number(from);
      return answer(request, response);
    });
    try {
      for (const format of ["jpeg", "webp", "gif"] as const) {
        content = Uint8Array.from(await picture().toFormat(format, { quality: 100 }).toBuffer());
        expect(content.length).toBeGreaterThan(20_000);
        asked = 0;
        expect(await imageSize(server.address)).toEqual([height, width]);
        expect(asked).toBeGreaterThan(0);
        expect(asked).toBeLessThan(9000);
      }
    } finally {
      await server.close();
    }
  });

  it("has the errors of imread", async () => {
    const jpeg = await picture().jpeg().toBuffer();
    for (const [source, says] of [
      [join(folder, "missing.jpg"), /There is no such file/],
      [folder, /It is a folder/],
      [new Uint8Array(0), /The file is empty/],
      [Buffer.from("hello"), /no image of a known format/],
      [Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), /an SVG drawing, which is not decoded/],
      [Buffer.from(`${"\0".repeat(6000)}TRUEVISION-XFILE.\0`), /a TGA image, which is not decoded/],
      [jpeg.subarray(0, 100), /JPEG file is truncated/],
    ] as const) {
      const ours = await problem(imageSize(source));
      expect(ours).toMatch(says);
      expect(ours).toBe(await problem(imread(source).tensor()));
    }
    expect(await problem(imageSize(undefined as never))).toMatch(/OptionError: imageSize\(\) takes a path/);
    expect(await problem(imageSize(jpeg, { orients: true } as never))).toMatch(/orients/);
    const reason = new Error("enough");
    await expect(imageSize(jpeg, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("of a JPEG that libjpeg tolerates, or says its height late, is what imread gives", async () => {
    const jpeg = await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    for (const junk of [
      [1, 2, 3],
      [0xff, 0x00],
      [0xff, 0xd3],
      [0xff, 0xff],
    ]) {
      for (const at of [frame, scan]) {
        const bytes = Buffer.concat([jpeg.subarray(0, at), Buffer.from(junk), jpeg.subarray(at)]);
        expect(await imageSize(bytes)).toEqual([width, height]);
        expect((await imread(bytes).tensor()).shape).toEqual([width, height, 3]);
      }
    }
    const lines = Buffer.from([0xff, 0xdc, 0, 4, height >> 8, height & 255]);
    const late = Buffer.concat([jpeg.subarray(0, -2), lines, jpeg.subarray(-2)]);
    late.fill(0, frame + 5, frame + 7);
    expect(await imageSize(late)).toEqual([width, height]);
    expect((await imread(late).tensor()).shape).toEqual([width, height, 3]);
  });

  it("of what is cut is an error or the size, and of nonsense an error", async () => {
    for (const format of formats) {
      const bytes = await picture().resize(30, 20).toFormat(format, { effort: 1 }).toBuffer();
      for (let length = 1; length < bytes.length; length += 1 + (bytes.length >> 6)) {
        const size = await imageSize(bytes.subarray(0, length)).catch(({ name }: Error) => name);
        if (size !== "ImageError") expect(size).toEqual([20, 30]);
      }
    }
  });
});
