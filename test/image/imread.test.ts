import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { beginFetch, endFetch } from "../../src/core/counters.ts";
import { type ImageError, isEpochalError } from "../../src/core/errors.ts";
import {
  type Channels,
  crop,
  fromPixels,
  grayscale,
  imread,
  normalize,
  resize,
} from "../../src/image/index.ts";
import { stack } from "../../src/tensor/stack.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-image-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A smooth RGB picture, 60 wide and 40 high: red grows to the right, green downwards, blue is 64. */
const picture = Uint8Array.from({ length: 40 * 60 * 3 }, (_, i) => {
  const [y, x, c] = [Math.floor(i / 180), Math.floor(i / 3) % 60, i % 3];
  return [x * 4, y * 6, 64][c]!;
});
const raw = (channels: 1 | 2 | 3 | 4) => ({ raw: { width: 60, height: 40, channels } });
const grey = Uint8Array.from({ length: 2400 }, (_, i) => (i % 60) * 4);

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Value of channel `c` at row `y` and column `x`. */
function at({ data, shape }: Tensor<"uint8">, y: number, x: number): number[] {
  const from = (y * shape[1]! + x) * shape[2]!;
  return [...data.slice(from, from + shape[2]!)];
}

function near(actual: readonly number[], expected: readonly number[], within: number): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of actual.entries())
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(within);
}

/** The error of a promise that must reject. */
async function failure(running: Promise<unknown>): Promise<ImageError> {
  const error = await running.then(
    () => expect.unreachable("it should have failed"),
    (reason: unknown) => reason,
  );
  if (!isEpochalError(error, "ImageError")) throw error;
  return error;
}

const jpeg = save("picture.jpg", await sharp(picture, raw(3)).jpeg({ quality: 95 }).toBuffer());
const png = save("picture.png", await sharp(picture, raw(3)).png().toBuffer());
const webp = save("picture.webp", await sharp(picture, raw(3)).webp().toBuffer());

describe("imread", () => {
  it.each(["png", "webp", "tiff", "gif", "avif", "jpg"])("reads %s", async (format) => {
    const options = format === "webp" || format === "avif" ? { lossless: true } : {};
    const bytes = await sharp(picture, raw(3))
      .toFormat(format as "png", options)
      .toBuffer();
    const image = await imread(bytes).tensor();
    expect(image.shape).toEqual([40, 60, 3]);
    expect(image.dtype).toBe("uint8");
    const within = format === "png" || format === "webp" ? 0 : 16;
    for (const [y, x] of [
      [0, 0],
      [20, 30],
      [39, 59],
    ])
      near(at(image, y!, x!), [x! * 4, y! * 6, 64], within);
  });

  it("takes a path, a file URL in both forms, bytes and an ArrayBuffer", async () => {
    const expected = await imread(png).tensor();
    const bytes = readFileSync(png);
    const url = pathToFileURL(png);
    for (const source of [url, String(url), bytes, new Uint8Array(bytes), new Uint8Array(bytes).buffer]) {
      expect(await imread(source).tensor()).toEqual(expected);
    }
  });

  it("takes a Blob and a File, whose name is in its errors", async () => {
    const bytes = new Uint8Array(readFileSync(png));
    for (const source of [new Blob([bytes]), new File([bytes], "cat.png")])
      expect(await imread(source).tensor()).toEqual(await imread(png).tensor());
    const half = bytes.subarray(0, 40);
    const named = await failure(imread(new File([half], "cat.png")).tensor());
    expect(named.path).toBe("cat.png");
    expect(named.message).toMatch(/^Cannot read the image cat\.png: /);
    const nameless = await failure(imread(new Blob([half])).tensor());
    expect(nameless.path).toBeUndefined();
    expect(nameless.message).toMatch(/^Cannot read the image: /);
    const reason = new Error("enough");
    const aborted = imread(new Blob([bytes]), { signal: AbortSignal.abort(reason) });
    await expect(aborted.tensor()).rejects.toBe(reason);
  });

  it("looks at its options each time", async () => {
    const options: { channels: Channels } = { channels: 1 };
    expect((await imread(png, options).tensor()).shape).toEqual([40, 60, 1]);
    options.channels = 4;
    expect((await imread(png, options).tensor()).shape).toEqual([40, 60, 4]);
  });

  it("fetches http and data URLs", async () => {
    const server = createServer((request, response) => {
      if (request.url !== "/there.png") response.statusCode = 404;
      response.end(readFileSync(png));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const expected = await imread(png).tensor();
      expect(await imread(`${base}/there.png`).tensor()).toEqual(expected);
      expect(await imread(new URL(`${base}/there.png`)).tensor()).toEqual(expected);
      expect(await imread(`data:image/png;base64,${readFileSync(png).toString("base64")}`).tensor()).toEqual(
        expected,
      );
      const error = await failure(imread(`${base}/gone.png`).tensor());
      expect(error.path).toBe(`${base}/gone.png`);
      expect(error.message).toMatch(/404/);
      const aborted = imread(`${base}/there.png`, { signal: AbortSignal.abort(new Error("enough")) });
      await expect(aborted.tensor()).rejects.toThrow("enough");
    } finally {
      server.close();
    }
  });

  describe("gives the channels asked for", () => {
    const files: [
      name: string,
      make: () => Promise<Uint8Array>,
      rgb: number[],
      alpha: number,
      within: number,
    ][] = [
      [
        "grey JPEG",
        () => sharp(grey, raw(1)).toColourspace("b-w").jpeg().toBuffer(),
        [120, 120, 120],
        255,
        3,
      ],
      ["colour JPEG", () => sharp(picture, raw(3)).jpeg({ quality: 95 }).toBuffer(), [120, 120, 64], 255, 4],
      ["grey PNG", () => sharp(grey, raw(1)).toColourspace("b-w").png().toBuffer(), [120, 120, 120], 255, 0],
      ["RGBA PNG", () => sharp(picture, raw(3)).ensureAlpha(0.5).png().toBuffer(), [120, 120, 64], 128, 1],
      [
        "grey PNG with alpha",
        () => sharp(grey, raw(1)).toColourspace("b-w").ensureAlpha(0.5).png().toBuffer(),
        [120, 120, 120],
        128,
        1,
      ],
      [
        "16-bit PNG",
        () => sharp(picture, raw(3)).toColourspace("rgb16").png().toBuffer(),
        [120, 120, 64],
        255,
        1,
      ],
      [
        "palette PNG",
        () => sharp(picture, raw(3)).png({ palette: true }).toBuffer(),
        [120, 120, 64],
        255,
        16,
      ],
    ];
    for (const [name, make, rgb, alpha, within] of files) {
      it.each([1, 3, 4] as const)(`${name} as %d`, async (channels: Channels) => {
        const image = await imread(await make(), { channels }).tensor();
        expect(image.shape).toEqual([40, 60, channels]);
        const luma = 0.299 * rgb[0]! + 0.587 * rgb[1]! + 0.114 * rgb[2]!;
        const expected = channels === 1 ? [luma] : channels === 3 ? rgb : [...rgb, alpha];
        near(at(image, 20, 30), expected, within + (channels === 1 ? 1 : 0));
      });
    }

    it("CMYK JPEG", async () => {
      const bytes = await sharp(picture, raw(3)).toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer();
      const image = await imread(bytes).tensor();
      expect(image.shape).toEqual([40, 60, 3]);
      // A printer's colours are not a screen's: close, not equal.
      near(at(image, 20, 30), [120, 120, 64], 40);
    });
  });

  describe("turns EXIF-rotated files upright", () => {
    it.each([1, 2, 3, 4, 5, 6, 7, 8])("orientation %d", async (orientation) => {
      for (const format of ["jpeg", "png", "webp"] as const) {
        const file = sharp(picture, raw(3)).withMetadata({ orientation });
        const bytes = await file.toFormat(format, { quality: 95 }).toBuffer();
        const { data, info } = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true });
        const image = await imread(bytes).tensor();
        expect(image.shape).toEqual([info.height, info.width, 3]);
        const worst = image.data.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i]!)), 0);
        expect(worst).toBeLessThanOrEqual(8);
        const stored = await imread(bytes, { orient: false }).tensor();
        expect(stored.shape).toEqual([40, 60, 3]);
      }
    });
  });

  it("decodes JPEG, PNG, WebP and GIF without a promise, and anything else with one", async () => {
    for (const file of [jpeg, png, webp, await sharp(picture, raw(3)).gif().toBuffer()]) {
      const out = new Float32Array(4 * 4 * 3).fill(-1);
      expect(resize(imread(file), [4, 4]).into(out)).toBeUndefined();
      expect(out.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    const tiff = await sharp(picture, raw(3)).tiff().toBuffer();
    const pending = resize(imread(tiff), [4, 4]).into(new Float32Array(4 * 4 * 3));
    expect(pending).toBeInstanceOf(Promise);
    await pending;
  });

  it("stacks all kinds into one batch, in order", async () => {
    const batch = await stack([jpeg, png, webp, png].map((file) => resize(imread(file), [10, 15])));
    expect(batch.shape).toEqual([4, 10, 15, 3]);
    const size = 450;
    for (const [i, value] of batch.data.entries()) {
      expect(Math.abs(value - batch.data[i % size]!)).toBeLessThan(0.03);
    }
  });

  it("leaves nothing of the image before in a smaller one", async () => {
    const white = tensor(new Uint8Array(300 * 300 * 3).fill(255), { shape: [300, 300, 3] });
    const black = tensor(new Uint8Array(7 * 5 * 3), { shape: [7, 5, 3] });
    for (const size of [1, 3, 7, 64]) {
      await resize(fromPixels(white), [size, size]).tensor();
      const { data } = await resize(fromPixels(black), [size, size]).tensor();
      expect(data.every((value) => value === 0)).toBe(true);
    }
  });

  it("shows nothing of the image before where its pixels were released since", async () => {
    const pixels = tensor(new Uint8Array(12), { shape: [2, 2, 3] });
    const image = fromPixels(pixels);
    structuredClone(pixels.data.buffer, { transfer: [pixels.data.buffer as ArrayBuffer] });
    await expect(image.tensor()).rejects.toThrow(/its data holds 0. Use a batch before it is released/);
  });

  it("counts what it read", async () => {
    const fetch = beginFetch();
    await imread(jpeg).tensor();
    await imread(png).tensor();
    const counted = endFetch(fetch);
    expect(counted.images).toBe(2);
    expect(counted.bytes).toBe(readFileSync(jpeg).length + readFileSync(png).length);
    expect(counted.readMs).toBeGreaterThan(0);
    expect(counted.decodeMs).toBeGreaterThan(0);
    await imread(jpeg).tensor();
    expect(endFetch(beginFetch())).toMatchObject({ readMs: 0, decodeMs: 0, bytes: 0, images: 0 });
  });
});

describe("an image that cannot be read", () => {
  const whole = readFileSync(jpeg);
  const broken: [what: string, path: string, says: RegExp][] = [
    ["missing", join(folder, "none.jpg"), /no such file/i],
    ["a folder", folder, /folder/],
    ["empty", save("empty.jpg", new Uint8Array(0)), /empty/],
    ["text", save("text.jpg", new TextEncoder().encode("not an image at all")), /no image of a known format/],
    ["one byte", save("byte.jpg", Uint8Array.of(0xff)), /no image of a known format/],
    ["a truncated JPEG", save("half.jpg", whole.subarray(0, whole.length >> 1)), /truncated/],
    ["a JPEG cut in its header", save("head.jpg", whole.subarray(0, 30)), /damaged|truncated/],
    ["a truncated PNG", save("half.png", readFileSync(png).subarray(0, 300)), /truncated/],
    ["a truncated WebP", save("half.webp", readFileSync(webp).subarray(0, -60)), /WebP file is truncated/],
  ];
  it.each(broken)("%s: one ImageError with the path", async (_, path, says) => {
    const error = await failure(imread(path).tensor());
    expect(error.path).toBe(path);
    expect(error.message).toContain(path);
    expect(error.message).toMatch(says);
    await failure(stack([resize(imread(jpeg), [4, 4]), resize(imread(path), [4, 4])]));
  });

  it("memory that was given away: an ImageError, as of an empty file", async () => {
    for (const view of [false, true]) {
      const bytes = new Uint8Array(whole);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      const error = await failure(imread(view ? bytes : bytes.buffer).tensor());
      expect(error.message).toMatch(/empty/);
    }
  });

  it("is replaced by what `onError` returns, after the same steps", async () => {
    const seen: (string | undefined)[] = [];
    const expected = await resize(imread(jpeg), [8, 8]).tensor();
    for (const [, path] of broken) {
      const onError = (error: ImageError) => {
        seen.push(error.path);
        return jpeg;
      };
      expect(await resize(imread(path, { onError }), [8, 8]).tensor()).toEqual(expected);
    }
    expect(seen).toEqual(broken.map(([, path]) => path));
    const grey128 = tensor(new Uint8Array(3).fill(128), { shape: [1, 1, 3] });
    const filled = await resize(imread(broken[0]![1], { onError: () => grey128 }), [2, 2]).tensor();
    expect(filled.data.every((value) => Math.abs(value - 128 / 255) < 1e-6)).toBe(true);
  });

  it.each(["http://", "file://elsewhere/a.jpg"])("is an ImageError for the URL %s, too", async (url) => {
    expect((await failure(imread(url).tensor())).path).toBe(url);
  });

  it.each([undefined, Promise.resolve("b.jpg"), tensor([[[1]]])])(
    "is not replaced by %o",
    async (nothing) => {
      const failing = imread("a.jpg", { onError: () => nothing as never }).tensor();
      await expect(failing).rejects.toMatchObject({
        name: "OptionError",
        message: expect.stringMatching(/^`onError` must return an image\. .* got /),
        cause: expect.objectContaining({ name: "ImageError", path: "a.jpg" }),
      });
    },
  );

  it("whose replacement fails too, fails with that one's error", async () => {
    const error = await failure(imread("a.jpg", { onError: () => "b.jpg" }).tensor());
    expect(error.path).toBe("b.jpg");
  });

  it("has too many pixels", async () => {
    for (const file of [jpeg, png]) {
      const error = await failure(imread(file, { maxPixels: 2399 }).tensor());
      expect(error.message).toMatch(/maxPixels/);
      expect((await imread(file, { maxPixels: 2400 }).tensor()).shape).toEqual([40, 60, 3]);
    }
  });

  it("has a crop that does not fit", async () => {
    const error = await failure(crop(imread(jpeg), [50, 10]).tensor());
    expect(error.message).toMatch(/crop of 50 pixels .* image of 40/);
    expect(error.path).toBe(jpeg);
  });

  it("claims 65,535 x 65,535 pixels", async () => {
    for (const claim of [65_535, 65_500, 40_000]) {
      const bytes = Uint8Array.from(whole);
      const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
      new DataView(bytes.buffer).setUint16(frame + 5, claim);
      new DataView(bytes.buffer).setUint16(frame + 7, claim);
      expect((await failure(imread(bytes).tensor())).message).toMatch(/maxPixels/);
      const unbounded = imread(bytes, { maxPixels: Number.MAX_SAFE_INTEGER });
      expect((await failure(unbounded.tensor())).message).toMatch(/truncated/);
    }
  });
});

describe("arguments", () => {
  const image = imread(jpeg);
  it.each<[string, () => unknown, RegExp]>([
    ["no source", () => imread("" as string), /empty string/],
    ["a number as source", () => imread(3 as never), /got 3/],
    ["an unknown option", () => imread(jpeg, { chanels: 1 } as never), /no option `chanels`/],
    ["two channels", () => imread(jpeg, { channels: 2 as never }), /`channels` must be 1 or 3 or 4, got 2/],
    ["onError as text", () => imread(jpeg, { onError: "skip" as never }), /`onError`/],
    ["a size of one side", () => resize(image, [200] as never), /\[height, width\], got/],
    ["a shorter side of zero", () => resize(image, 0), /`size` must be/],
    ["a fit of one side", () => resize(image, 5, { fit: "cover" }), /the aspect is kept anyway/],
    ["a fill of nothing", () => resize(image, [5, 5], { fill: 3 }), /only `fit: "contain"` adds/],
    [
      "two filters",
      () => resize(image, 5, { interpolation: "bicubic", antialias: "gaussian" }),
      /Leave one of them away/,
    ],
    ["a size of zero", () => resize(image, [0, 10]), /`height`/],
    ["a huge size", () => resize(image, [10, 1e6]), /`width` must be .* to 16384/],
    ["no image", () => resize("a.jpg" as never, [2, 2]), /imread\(\)/],
    [
      "a position in words",
      () => crop(image, [2, 2], { position: "center" as never }),
      /\[vertical, horizontal\]/,
    ],
    ["an unknown axis", () => crop(image, [2, 2], { position: [2, 0] }), /position/],
    [
      "pixels that are too few",
      () => fromPixels({ data: new Uint8Array(3), shape: [2, 2, 3], dtype: "uint8" }),
      /holds 12 elements, but its data holds 3/,
    ],
    ["a deviation next to 0", () => normalize(image, { std: 1e-320 }), /`std` must not be 0, nor next to it/],
    ["float pixels", () => fromPixels(tensor([[[1]]]) as never), /uint8/],
  ])("%s is refused", (_, call, says) => {
    expect(call).toThrow(says);
  });

  it("shapes are known as soon as they are", () => {
    expect(image.shape).toBeUndefined();
    expect(resize(image, [3, 4]).shape).toEqual([3, 4, 3]);
    expect(grayscale(crop(image, [3, 4])).shape).toEqual([3, 4, 1]);
    expect(crop(resize(image, [30, 40]), [3, 4], { top: 27, left: 36 }).shape).toEqual([3, 4, 3]);
  });
});
