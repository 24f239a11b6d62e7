/** Steps over colours, and what policies do, held against torchvision: scripts/image-peers/colours.py wrote the numbers. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type AdjustOptions,
  adjust,
  autocontrast,
  equalize,
  erase,
  fromPixels,
  type Image,
  invert,
  posterize,
  resize,
  solarize,
} from "../../../src/image/index.ts";
import { augment, randSpace, wideSpace } from "../../../src/image/steps/augmentation.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";

interface Golden {
  readonly picture: Readonly<Record<string, string>>;
  readonly adjusted: readonly {
    readonly channels: number;
    readonly name: keyof AdjustOptions;
    readonly factor: number;
    readonly values: readonly number[];
  }[];
  readonly tables: Readonly<Record<string, string>>;
  readonly moved: readonly {
    readonly policy: "trivialAugment" | "randAugment";
    readonly name: "ShearX" | "ShearY" | "TranslateX" | "TranslateY" | "Rotate";
    readonly bin: number;
    readonly sign: 1 | -1;
    readonly bytes: string;
  }[];
  readonly magnitudes: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

const golden = JSON.parse(
  readFileSync(new URL("torchvision-colours.json", import.meta.url), "utf8"),
) as Golden;

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

function picture(height: number, width: number, channels: number): Tensor<"uint8"> {
  return tensor(bytesOf(golden.picture[`${height}x${width}x${channels}`]!), {
    shape: [height, width, channels],
  });
}

/** The same pixels with an alpha that differs everywhere. */
function withAlpha({ data, shape }: Tensor<"uint8">): Tensor<"uint8"> {
  const [height, width] = shape as [number, number];
  const bytes = new Uint8Array(height * width * 4);
  for (let i = 0; i < height * width; i++)
    bytes.set([...data.subarray(3 * i, 3 * i + 3), (i * 7) % 256], 4 * i);
  return tensor(bytes, { shape: [height, width, 4] });
}

describe("adjust, beside torchvision", () => {
  it.each(golden.adjusted)(
    "$name $factor of $channels channels",
    async ({ channels, name, factor, values }) => {
      const pixels = picture(7, 9, channels);
      // As float32, so that nothing is rounded.
      const { data } = await adjust(resize(fromPixels(pixels), [7, 9]), { [name]: factor }).tensor();
      // Red is 0.2989 of their luma, and 0.299 of ours; gamma is between entries of a table.
      const bound = ["gamma", "contrast", "saturation"].includes(name) ? 0.03 : 0.01;
      for (const [i, value] of values.entries())
        expect(Math.abs(255 * data[i]! - value), `${i}: ${255 * data[i]!} and ${value}`).toBeLessThan(bound);
      if (channels === 1) return;
      const rgba = await adjust(fromPixels(withAlpha(pixels)), { [name]: factor }).tensor();
      const alpha = withAlpha(pixels).data;
      for (const [i, value] of rgba.data.entries()) {
        if (i % 4 === 3) expect(value).toBe(alpha[i]);
        else expect(Math.abs(value - values[(i >> 2) * 3 + (i % 4)]!)).toBeLessThan(0.5 + bound);
      }
    },
  );
});

const tables: Readonly<Record<string, (image: Image<"uint8">) => Image<"uint8">>> = {
  invert,
  "posterize 1": (image) => posterize(image, 1),
  "posterize 3": (image) => posterize(image, 3),
  "posterize 7": (image) => posterize(image, 7),
  "solarize 0": (image) => solarize(image, 0),
  "solarize 100": (image) => solarize(image, 100),
  autocontrast,
  equalize,
  erase: (image) => erase(image, { top: 4, left: 5, height: 6, width: 7, value: [10, 20, 30] }),
};

describe("the bytes of torchvision", () => {
  it.each(Object.entries(golden.tables))("%s", async (name, expected) => {
    const pixels = picture(20, 30, 3);
    expect((await tables[name]!(fromPixels(pixels)).tensor()).data).toEqual(bytesOf(expected));
    if (name === "erase") return;
    const { data } = await tables[name]!(fromPixels(withAlpha(pixels))).tensor();
    const wanted = withAlpha(tensor(bytesOf(expected), { shape: pixels.shape })).data;
    expect(data).toEqual(wanted);
  });
});

const spaces = { trivialAugment: wideSpace, randAugment: randSpace };
const moves = { interpolation: "nearest", fill: [0] } as const;

describe("what policies move", () => {
  it.each(golden.moved)("$policy $name $bin $sign", async ({ policy, name, bin, sign, bytes }) => {
    const own = `${name[0]!.toLowerCase()}${name.slice(1)}` as "shearX";
    const image = fromPixels(picture(16, 17, 1));
    const { data } = await augment(image, own, spaces[policy], { bin, bins: 31, sign }, moves).tensor();
    const different = bytesOf(bytes).filter((value, i) => value !== data[i]).length;
    // A position between two pixels is rounded, of float32 there and of float64 here.
    expect(different).toBeLessThanOrEqual(3);
  });
});

describe("the magnitudes of policies", () => {
  const names = Object.keys(golden.magnitudes) as (keyof typeof spaces)[];
  it.each(names)("of %s", async (policy) => {
    const image = fromPixels(picture(16, 17, 1)) as Image<"uint8">;
    const magnitudes = golden.magnitudes[policy]!;
    const bytes = async (changed: Image) => [...(await changed.tensor()).data];
    for (let bin = 0; bin < 31; bin++) {
      for (const sign of [1, -1] as const) {
        const made = (name: Parameters<typeof augment>[1]) =>
          bytes(augment(image, name, spaces[policy], { bin, bins: 31, sign }, moves));
        const near = (a: number[], b: number[]) => a.every((value, i) => Math.abs(value - b[i]!) <= 1);
        const factor = (name: string) => 1 + sign * magnitudes[name]![bin]!;
        expect(
          near(await made("brightness"), await bytes(adjust(image, { brightness: factor("Brightness") }))),
        ).toBe(true);
        expect(
          near(await made("contrast"), await bytes(adjust(image, { contrast: factor("Contrast") }))),
        ).toBe(true);
        expect(
          near(await made("sharpness"), await bytes(adjust(image, { sharpness: factor("Sharpness") }))),
        ).toBe(true);
        expect(near(await made("color"), await bytes(adjust(image, { saturation: factor("Color") })))).toBe(
          true,
        );
        expect(await made("posterize")).toEqual(await bytes(posterize(image, magnitudes.Posterize![bin]!)));
        // Their thresholds are float32, and may lie above the whole number that is meant.
        const threshold = Math.round(255 * magnitudes.Solarize![bin]! * 10) / 10;
        expect(await made("solarize")).toEqual(await bytes(solarize(image, threshold)));
      }
    }
  });
});
