import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LazyImage, Pixels } from "../../../src/image/image.ts";
import {
  affine,
  blur,
  type Channels,
  crop,
  flip,
  fromPixels,
  grayscale,
  type Image,
  normalize,
  pad,
  perspective,
  resize,
} from "../../../src/image/index.ts";
import { foldPipeline, type Pipeline } from "../../../src/image/pipeline.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { reference } from "../reference.ts";

/** Furthest a value may lie from the reference, in levels of 255: weights of 14 bits, 7 bits between the passes. */
const bound = 0.25;

const pixels: fc.Arbitrary<Pixels> = fc
  .record({
    height: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 40 }),
    channels: fc.constantFrom<Channels>(1, 3, 4),
  })
  .chain(({ height, width, channels }) => {
    const size = height * width * channels;
    return fc
      .uint8Array({ minLength: size, maxLength: size })
      .map((data) => tensor(data, { shape: [height, width, channels] }));
  });

/** A chain of steps while it is drawn: the image, and whether what is beside it was filled, or bicubic resampled. */
interface Chain {
  readonly image: Image;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly normalized: boolean;
  /** Whether a step went before that is no mere choice of pixels. */
  readonly mixed: boolean;
  /** Whether a resize would begin another pass. */
  readonly closed: boolean;
}

/** Adds the step that a number stands for, if it may follow. */
function drawn(chain: Chain, draw: number): Chain {
  const { image, height, width, channels, normalized } = chain;
  const [a, b, c] = [(draw >> 5) % 50, (draw >> 11) % 50, (draw >> 17) % 4];
  const fill = Array.from({ length: channels }, (_, k) => 40 * k + b);
  const sized = (next: Image, h: number, w: number, mixed = chain.mixed): Chain => ({
    ...chain,
    image: next,
    height: h,
    width: w,
    mixed,
  });
  const kind = draw % 16;
  // Another pass would begin with bytes, which normalized values are not.
  if (normalized && chain.closed && kind < 14) return chain;
  switch (kind) {
    case 0:
      return sized(resize(image, [a + 1, b + 1]), a + 1, b + 1, true);
    case 1:
      if (normalized) return chain;
      return sized(resize(image, [a + 1, b + 1], { dtype: "uint8" }), a + 1, b + 1, true);
    case 2:
      return sized(resize(image, [a + 1, b + 1], { interpolation: "nearest" }), a + 1, b + 1);
    case 3:
      // Bicubic resampling is cut off at the range of bytes, which is the plain reference's where it comes first.
      if (normalized || chain.mixed) return chain;
      return {
        ...sized(resize(image, [a + 1, b + 1], { interpolation: "bicubic" }), a + 1, b + 1, true),
        closed: true,
      };
    case 4: {
      const shorter = Math.min(height, width);
      const side = 1 + (a % 24);
      if (Math.max(height, width) / shorter > 20) return chain;
      const [h, w] = [Math.floor((side * height) / shorter), Math.floor((side * width) / shorter)];
      return sized(resize(image, side), h, w, true);
    }
    case 5:
      if (normalized) return chain;
      return sized(resize(image, [a + 1, b + 1], { fit: "cover" }), a + 1, b + 1, true);
    case 6:
      if (normalized) return chain;
      return {
        ...sized(resize(image, [a + 1, b + 1], { fit: "contain", fill }), a + 1, b + 1, true),
        closed: true,
      };
    case 7: {
      const [top, left] = [a % height, b % width];
      const [h, w] = [1 + ((draw >> 7) % (height - top)), 1 + ((draw >> 9) % (width - left))];
      return sized(crop(image, [h, w], { top, left }), h, w);
    }
    case 8: {
      const shares = { height: (1 + (a % 10)) / 10, width: (1 + (b % 10)) / 10 };
      const part = crop(image, shares, { position: [c / 3, b / 49] });
      return sized(part, part.shape![0], part.shape![1]);
    }
    case 9:
      return { ...chain, image: flip(image, a % 2 ? "horizontal" : "vertical") };
    case 10: {
      const mode = (["constant", "edge", "reflect", "symmetric"] as const)[c]!;
      if (normalized) return chain;
      const sides = [a % 7, b % 7, a % 5, b % 5] as const;
      const padded = sized(
        pad(image, sides, mode === "constant" ? { fill } : { mode }),
        height + sides[0] + sides[2],
        width + sides[1] + sides[3],
      );
      return { ...padded, closed: true };
    }
    case 11:
      if (normalized) return chain;
      return { ...chain, image: blur(image, { sigma: 0.3 + a / 20, size: 1 + 2 * (b % 6) }), mixed: true };
    case 12: {
      if (normalized) return chain;
      const interpolation = c % 2 ? "bilinear" : "nearest";
      const turned = affine(image, {
        rotate: 7 * a,
        scale: 0.6 + b / 60,
        translate: [c / 10, a / 200],
        shear: [b / 5, c],
        fill,
        interpolation,
      });
      return { ...chain, image: turned, mixed: true, closed: true };
    }
    case 13: {
      if (normalized) return chain;
      const [x, y] = [a / 120, b / 150];
      const from = [
        [y, x],
        [-0.1, 1],
        [1 - x, 1 + y],
        [1, 0.1],
      ] as const;
      return { ...chain, image: perspective(image, { from, fill }), mixed: true, closed: true };
    }
    case 14:
      return { ...chain, image: grayscale(image), channels: 1, mixed: true };
    default: {
      const perChannel = (value: number) => Array.from({ length: channels }, (_, k) => value + k / 10);
      return {
        ...chain,
        image: normalize(image, { mean: perChannel(a / 50), std: perChannel(0.5 + b / 50) }),
        normalized: true,
      };
    }
  }
}

/** The steps that `draws` stand for, over pixels. */
function chainOf(source: Pixels, draws: readonly number[]): LazyImage {
  const [height, width, channels] = source.shape as [number, number, number];
  const start: Chain = {
    image: fromPixels(source),
    height,
    width,
    channels,
    normalized: false,
    mixed: false,
    closed: false,
  };
  return draws.reduce(drawn, start).image as LazyImage;
}

/** Passes over the pixels, each of which rounds to bytes. */
function passesOf({ ops, channels }: LazyImage): number {
  let passes = 0;
  for (
    let pipeline: Pipeline | undefined = foldPipeline(ops, channels);
    pipeline !== undefined;
    pipeline = pipeline.then
  )
    passes++;
  return passes;
}

/** The largest distance between `actual` and `factor` times `expected`. */
function furthest(actual: ArrayLike<number>, expected: readonly number[], factor = 1): number {
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(actual[i]! - value * factor)), 0);
}

describe("image steps", () => {
  it("equal the plain reference, for any chain of them", async () => {
    await fc.assert(
      fc.asyncProperty(
        pixels,
        fc.array(fc.integer({ min: 0, max: 2 ** 24 }), { minLength: 1, maxLength: 6 }),
        async (source, draws) => {
          const image = chainOf(source, draws);
          const { ops } = image;
          const result = await image.tensor();
          const expected = reference(source, ops);
          expect(result.dtype).toBe(expected.dtype);
          const { values } = expected;
          expect(result.shape).toEqual([values.length, values[0]!.length, values[0]![0]!.length]);
          expect(result.shape).toEqual(image.shape);
          // A step back to bytes or a division by `std` widens what came before it, and bicubic weights sum to 1.25 and
          // more without their signs, along each axis.
          const widened = ops.reduce(
            (by, op) =>
              op.kind === "normalize"
                ? by / Math.min(1, ...op.std)
                : op.kind === "resize" && op.filter === "bicubic"
                  ? by * 1.7
                  : by,
            1,
          );
          const rounded = bound + (bound + 0.5) * (passesOf(image) - 1);
          const allowed = result.dtype === "uint8" ? rounded * widened + 0.5 : (rounded * widened) / 255;
          const wanted = values.flat(2);
          if (result.dtype === "uint8")
            for (const [i, value] of wanted.entries()) wanted[i] = Math.min(255, Math.max(0, value));
          expect(furthest(result.data, wanted)).toBeLessThanOrEqual(allowed + 1e-5);
        },
      ),
      { numRuns: 600 },
    );
  });

  it("keep every byte where nothing is resampled", async () => {
    await fc.assert(
      fc.asyncProperty(pixels, async (source) => {
        const { data } = await flip(flip(fromPixels(source)), "horizontal").tensor();
        expect(data).toEqual(source.data);
        const floats = await normalize(fromPixels(source)).tensor();
        expect(furthest(floats.data, [...source.data], 1 / 255)).toBeLessThan(1e-6);
      }),
      { numRuns: 100 },
    );
  });

  it("keep a flat image flat, at any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.nat(255),
        async (from, to, level) => {
          const flat = tensor(new Uint8Array(from * from * 3).fill(level), { shape: [from, from, 3] });
          const { data } = await resize(fromPixels(flat), [to, to]).tensor();
          expect(furthest(data, Array(data.length).fill(level), 1 / 255)).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });
});
