import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pixels } from "../../../src/image/image.ts";
import {
  type Channels,
  crop,
  flip,
  fromPixels,
  grayscale,
  type Image,
  normalize,
  resize,
} from "../../../src/image/index.ts";
import type { Op } from "../../../src/image/pipeline.ts";
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

/** Draws steps that fit the image as it stands. */
function drawOps({ shape }: Pixels, kinds: readonly number[]): Op[] {
  let [height, width, channels] = shape as [number, number, number];
  return kinds.map((draw) => {
    const kind = draw % 6;
    const [a, b] = [(draw >> 3) % 50, (draw >> 9) % 50];
    if (kind <= 1) {
      height = a + 1;
      width = b + 1;
      return {
        kind: "resize",
        height,
        width,
        antialias: "triangle",
        dtype: kind === 0 ? "float32" : "uint8",
      };
    }
    if (kind === 2) {
      const [top, left] = [a % height, b % width];
      height -= top;
      width -= left;
      height = 1 + ((draw >> 5) % height);
      return { kind: "crop", height, width, top, left, position: [0.5, 0.5] };
    }
    if (kind === 3) return { kind: "flip", axis: a % 2 ? "horizontal" : "vertical" };
    if (kind === 4) {
      channels = 1;
      return { kind: "grayscale" };
    }
    const perChannel = (value: number) => Array.from({ length: channels }, (_, c) => value + c / 10);
    return { kind: "normalize", mean: perChannel(a / 50), std: perChannel(0.5 + b / 50) };
  });
}

function apply(image: Image, op: Op): Image {
  switch (op.kind) {
    case "resize":
      return resize(image, [op.height, op.width], { dtype: op.dtype });
    case "crop":
      return crop(image, [op.height, op.width], { top: op.top ?? 0, left: op.left ?? 0 });
    case "flip":
      return flip(image, op.axis);
    case "grayscale":
      return grayscale(image);
    case "normalize":
      return normalize(image, { mean: op.mean, std: op.std });
    default:
      throw new Error(`no such step is drawn: ${op.kind}`);
  }
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
        fc.array(fc.integer({ min: 0, max: 2 ** 20 }), { minLength: 1, maxLength: 5 }),
        async (source, draws) => {
          const ops = drawOps(source, draws);
          const result = await ops.reduce(apply, fromPixels(source) as Image).tensor();
          const expected = reference(source, ops);
          expect(result.dtype).toBe(expected.dtype);
          const { values } = expected;
          expect(result.shape).toEqual([values.length, values[0]!.length, values[0]![0]!.length]);
          // A step back to bytes or a division by `std` widens what came before it.
          const widened = ops.reduce(
            (by, op) => (op.kind === "normalize" ? by / Math.min(1, ...op.std) : by),
            1,
          );
          const allowed = result.dtype === "uint8" ? bound * widened + 0.5 : (bound * widened) / 255;
          const wanted = values.flat(2);
          if (result.dtype === "uint8")
            for (const [i, value] of wanted.entries()) wanted[i] = Math.min(255, Math.max(0, value));
          expect(furthest(result.data, wanted)).toBeLessThanOrEqual(allowed + 1e-5);
        },
      ),
      { numRuns: 400 },
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
