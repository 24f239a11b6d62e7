/** Geometric steps beside torchvision's own numbers, which scripts/image-peers/geometry.py wrote. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type AffineOptions,
  affine,
  type BlurOptions,
  blur,
  crop,
  type Extent,
  fromPixels,
  type Image,
  type Interpolation,
  type PadImageOptions,
  type PerspectiveOptions,
  pad,
  perspective,
  resize,
} from "../../../src/image/index.ts";
import { picture } from "./picture.ts";

interface Case {
  readonly step: "affine" | "perspective" | "blur" | "pad" | "resize" | "crop";
  readonly height: number;
  readonly width: number;
  readonly options: object;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const cases = JSON.parse(readFileSync(new URL("torchvision.json", import.meta.url), "utf8")) as Case[];

function applied(image: Image<"uint8">, { step, options }: Case): Image<"uint8"> {
  switch (step) {
    case "affine":
      return affine(image, options as AffineOptions);
    case "perspective":
      return perspective(image, options as PerspectiveOptions);
    case "blur":
      return blur(image, options as BlurOptions);
    case "pad":
      return pad(image, [1, 3, 4, 2], options as PadImageOptions);
    case "crop":
      return crop(image, (options as { size: Extent }).size);
    case "resize": {
      const { size, interpolation } = options as { size: Extent | number; interpolation: Interpolation };
      return resize(image, size, { interpolation, dtype: "uint8" });
    }
  }
}

/** Furthest a byte may lie from torchvision's number, whose positions in warps are float32. */
const bounds = { affine: 0.6, perspective: 0.6, blur: 0.7, pad: 0, resize: 0.8, crop: 0 };

describe("torchvision's numbers", () => {
  it.each(
    cases.map((each) => [each.step, each.height, each.width, JSON.stringify(each.options), each] as const),
  )("%s of %i x %i, %s", async (step, height, width, _, each) => {
    const drawn = picture(height, width);
    // Of half the contrast, so that nothing is cut.
    if (step === "resize") drawn.data.set(drawn.data.map((value) => (value >> 1) + 64));
    const { data, shape } = await applied(fromPixels(drawn), each).tensor();
    expect(shape).toEqual(each.shape);
    let furthest = 0;
    for (const [i, value] of each.values.entries()) furthest = Math.max(furthest, Math.abs(data[i]! - value));
    expect(furthest).toBeLessThanOrEqual(bounds[step]);
  });
});
