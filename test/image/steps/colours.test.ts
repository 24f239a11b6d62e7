import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LazyImage, Pixels } from "../../../src/image/image.ts";
import {
  adjust,
  affine,
  autocontrast,
  type Channels,
  colorJitter,
  equalize,
  erase,
  flip,
  fromPixels,
  type Image,
  invert,
  normalize,
  perspective,
  posterize,
  randAugment,
  randomAffine,
  randomErasing,
  randomPerspective,
  resize,
  solarize,
  trivialAugment,
} from "../../../src/image/index.ts";
import type { Op } from "../../../src/image/pipeline.ts";
import { augmentations } from "../../../src/image/steps/augmentation.ts";
import { Random } from "../../../src/random/random.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { valuesOf } from "../reference.ts";
import { type ColourStep, colourReference } from "./colour-reference.ts";

const randomOf = (index: number) => new Random(5, "sample", 0, index);

const pixels: fc.Arbitrary<Pixels> = fc
  .record({
    height: fc.integer({ min: 1, max: 16 }),
    width: fc.integer({ min: 12, max: 20 }),
    channels: fc.constantFrom<Channels>(1, 3, 4),
  })
  .chain(({ height, width, channels }) => {
    const size = height * width * channels;
    return fc
      .uint8Array({ minLength: size, maxLength: size })
      .map((data) => tensor(data, { shape: [height, width, channels] }));
  });

const factor = fc.double({ min: 0, max: 2, noNaN: true });
const smooth: fc.Arbitrary<ColourStep> = fc.oneof(
  ...["brightness", "contrast", "saturation", "sharpness"].map((name) => fc.tuple(fc.constant(name), factor)),
  fc.tuple(fc.constant("hue"), fc.double({ min: -0.5, max: 0.5, noNaN: true })),
  fc.constant(["invert", 0] as const),
);
/** Those of which a value that is rounded the other way makes another one. */
const abrupt: fc.Arbitrary<ColourStep> = fc.oneof(
  fc.tuple(fc.constant("posterize"), fc.integer({ min: 0, max: 8 })),
  fc.tuple(fc.constant("solarize"), fc.integer({ min: 0, max: 255 })),
  fc.tuple(fc.constant("gamma"), fc.double({ min: 0.4, max: 3, noNaN: true })),
);
const chains = fc
  .tuple(fc.option(abrupt), fc.array(smooth, { maxLength: 4 }))
  .map(([first, others]) => (first === null ? others : [first, ...others]));

function apply(image: Image<"uint8">, [name, value]: ColourStep): Image<"uint8"> {
  if (name === "invert") return invert(image);
  if (name === "posterize") return posterize(image, value);
  if (name === "solarize") return solarize(image, value);
  return adjust(image, { [name]: value });
}

describe("steps over colours", () => {
  it("equal the plain reference, for any chain of them, mirrored or not", async () => {
    await fc.assert(
      fc.asyncProperty(pixels, chains, fc.boolean(), async (source, steps, mirrored) => {
        const described = steps.reduce(apply, fromPixels(source) as Image<"uint8">);
        const { data } = await (mirrored ? flip(described) : described).tensor();
        const values = colourReference(valuesOf(source), steps);
        const wanted = (mirrored ? values.map((row) => row.toReversed()) : values).flat(2);
        // Half a level to round, and what is between two entries of gamma's table. Where a value was rounded the other
        // way in the middle it is a level, or more of it with a factor behind, in all channels of the pixel where they
        // are mixed: that is rare, but of one value all pixels that have it are concerned.
        const [, , channels] = source.shape as [number, number, number];
        const far = new Set<number>();
        for (const [i, value] of wanted.entries())
          if (Math.abs(value - data[i]!) > 0.6) far.add(Math.floor(i / channels));
        expect(far.size).toBeLessThanOrEqual(Math.max(3, wanted.length / channels / 25));
      }),
      { numRuns: 250 },
    );
  });

  it("are the same on float32 images, which keep what is between two bytes", async () => {
    await fc.assert(
      fc.asyncProperty(pixels, factor, async (source, value) => {
        const [height, width] = source.shape as [number, number];
        const image = adjust(resize(fromPixels(source), [height, width]), { brightness: value });
        const { data, dtype } = await image.tensor();
        expect(dtype).toBe("float32");
        const wanted = colourReference(valuesOf(source), [["brightness", value]]).flat(2);
        for (const [i, v] of wanted.entries()) expect(Math.abs(v / 255 - data[i]!)).toBeLessThan(1e-5);
      }),
      { numRuns: 50 },
    );
  });

  it("leave an image of one colour, or of few pixels, as it is where nothing can be spread", async () => {
    const flat = fromPixels(tensor(new Uint8Array(27).fill(90), { shape: [3, 3, 3] })) as Image<"uint8">;
    for (const step of [autocontrast, equalize])
      expect((await step(flat).tensor()).data).toEqual(new Uint8Array(27).fill(90));
  });

  it("keep gamma within 0.05 of 255 between the bytes, for 0.45 to 3", async () => {
    // Every level and seven between each two.
    const ramp = tensor(
      Uint8Array.from({ length: 256 }, (_, i) => i),
      { shape: [1, 256, 1] },
    );
    for (const gamma of [0.45, 0.7, 1.4, 2.2, 3]) {
      const wide = resize(fromPixels(ramp), [1, 2048]);
      const before = (await wide.tensor()).data;
      const { data } = await adjust(wide, { gamma }).tensor();
      for (const [i, v] of before.entries())
        if (v > 0.2 / 255) expect(Math.abs(v ** gamma - data[i]!) * 255).toBeLessThan(0.05);
    }
  });
});

/** What an op of a jitter does. */
function stepOf(op: Op): string {
  if (op.kind !== "pixels") return "";
  const step = op.steps[0]!;
  return step.kind === "affine" ? (step.affine.matrix[0]![1] === 0 ? "brightness" : "saturation") : step.kind;
}

describe("colorJitter", () => {
  const flat = resize(fromPixels(tensor(new Uint8Array(3).fill(100), { shape: [1, 1, 3] })), [1, 1]);

  it("draws factors that are uniform in their range, as torchvision", async () => {
    const factors: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const { data } = await colorJitter(flat, { random: randomOf(i), brightness: 0.4 }).tensor();
      factors.push((data[0]! * 255) / 100);
    }
    expect(furthestFromUniform(factors, 0.6, 1.4)).toBeLessThan(0.06);
  });

  it("takes a range, and cuts that of a large number at 0", async () => {
    for (let i = 0; i < 50; i++) {
      const { data } = await colorJitter(flat, { random: randomOf(i), brightness: [0.5, 0.5] }).tensor();
      expect(data[0]! * 255).toBeCloseTo(50, 3);
      const all = await colorJitter(flat, { random: randomOf(i), brightness: 2 }).tensor();
      expect(all.data[0]).toBeGreaterThanOrEqual(0);
    }
  });

  it("takes the four in every order, each equally often", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 4800; i++) {
      const options = { random: randomOf(i), brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
      const { ops } = colorJitter(flat, options) as LazyImage;
      const order = ops.map(stepOf).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(65);
  });

  it("draws as many numbers whatever is asked for", () => {
    const next = (options: object) => {
      const random = randomOf(1);
      colorJitter(flat, { random, ...options });
      return random.bits();
    };
    expect(next({ brightness: 0.4, contrast: 0.1, saturation: [1, 2], hue: 0.5 })).toBe(next({}));
  });
});

describe("randomErasing", () => {
  /** torchvision's RandomErasing.make_params, by numbers of ours. */
  function torchvision(height: number, width: number, random: Random) {
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = height * width * random.uniform(0.02, 0.33);
      const aspect = Math.exp(random.uniform(Math.log(0.3), Math.log(3.3)));
      const h = Math.round(Math.sqrt(area * aspect));
      const w = Math.round(Math.sqrt(area / aspect));
      if (!(h < height && w < width)) continue;
      return {
        top: random.integer(0, height - h + 1),
        left: random.integer(0, width - w + 1),
        height: h,
        width: w,
      };
    }
    return { top: 0, left: 0, height: 0, width: 0 };
  }

  const any = fromPixels(tensor(new Uint8Array(3), { shape: [1, 1, 3] }));

  it.each([
    [40, 30],
    [24, 100],
    [2, 90],
  ])("covers rectangles distributed as torchvision's, of %i × %i", (height, width) => {
    const [ours, theirs] = [0, 1].map((which) =>
      Array.from({ length: 3000 }, (_, i) => {
        if (which === 1) return torchvision(height, width, randomOf(9000 + i));
        const { ops } = randomErasing(any, { random: randomOf(i), probability: 1 }) as LazyImage;
        const op = ops.at(-1)!;
        const step = op.kind === "pixels" ? op.steps[0] : undefined;
        return step?.kind === "erase" ? step.rectangle(height, width) : undefined;
      }),
    );
    for (const measure of [
      (r: { height: number; width: number }) => r.height * r.width,
      (r: { height: number; width: number }) => r.height / (r.width + 1),
      (r: { top: number }) => r.top,
      (r: { left: number }) => r.left,
    ]) {
      const apart = furthestApart(
        ours!.map((r) => measure(r!)),
        theirs!.map((r) => measure(r!)),
      );
      // Kolmogorov and Smirnov's bound at 0.1 %.
      expect(apart).toBeLessThan(1.95 * Math.sqrt(2 / 3000));
    }
  });

  it("covers with its values, in half of the images, after normalisation too", async () => {
    let erased = 0;
    const grey = tensor(new Uint8Array(300).fill(128), { shape: [10, 10, 3] });
    for (let i = 0; i < 400; i++) {
      const image = normalize(fromPixels(grey), { mean: 0.4, std: 0.2 });
      const { data } = await randomErasing(image, { random: randomOf(i), value: [-2, 0, 3] }).tensor();
      const at = data.findIndex((v, k) => k % 3 === 0 && Math.abs(v + 2) < 1e-5);
      if (at < 0) continue;
      erased++;
      expect(data[at + 1]).toBeCloseTo(0, 5);
      expect(data[at + 2]).toBeCloseTo(3, 5);
    }
    expect(Math.abs(erased - 200)).toBeLessThan(50);
  });
});

describe("policies", () => {
  it("draw each augmentation, bin and direction equally often", () => {
    const image = fromPixels(tensor(new Uint8Array(12), { shape: [2, 2, 3] }));
    const rotations = new Map<string, number>();
    let unchanged = 0;
    const draws = 14 * 900;
    for (let i = 0; i < draws; i++) {
      const op = (trivialAugment(image, { random: randomOf(i) }) as LazyImage).ops[0];
      if (op === undefined) unchanged++;
      const matrix = op?.kind === "warp" ? op.matrix(100, 100) : [0, 0, 0, 0];
      const rotation = `${matrix}`;
      if (matrix[1] !== 0 && matrix[3] !== 0) rotations.set(rotation, (rotations.get(rotation) ?? 0) + 1);
    }
    // Identity, and those of the factor 1, of which 1 of 31 is drawn.
    const expected = draws * (1 / augmentations.length) * (1 + 4 / 31);
    expect(Math.abs(unchanged - expected)).toBeLessThan(120);
    expect(rotations.size).toBeGreaterThan(55);
    expect(Math.abs([...rotations.values()].reduce((a, b) => a + b) - 900)).toBeLessThan(120);
  });

  it("keep shape and dtype, and take as many steps as they are told", async () => {
    const source = tensor(
      Uint8Array.from({ length: 9 * 8 * 4 }, (_, i) => i % 251),
      { shape: [9, 8, 4] },
    );
    for (let i = 0; i < 60; i++) {
      const image = resize(fromPixels(source), [7, 5]);
      const random = randomOf(i);
      const augmented = randAugment(image, { random, numOps: 3, magnitude: 30, fill: [1, 2, 3, 4] });
      const { shape, dtype } = await augmented.tensor();
      expect([shape, dtype]).toEqual([[7, 5, 4], "float32"]);
    }
    const none = fromPixels(source);
    expect(randAugment(none, { random: randomOf(0), numOps: 0 })).toBe(none);
  });
});

describe("an image that was normalised", () => {
  const random = randomOf(1);
  const image = normalize(resize(fromPixels(tensor(new Uint8Array(3), { shape: [1, 1, 3] })), [2, 2]));
  it.each<[string, () => unknown]>([
    ["adjust", () => adjust(image, { brightness: 1 })],
    ["colorJitter", () => colorJitter(image, { random })],
    ["invert", () => invert(image)],
    ["posterize", () => posterize(image, 4)],
    ["solarize", () => solarize(image, 0.5)],
    ["autocontrast", () => autocontrast(image)],
    ["equalize", () => equalize(image)],
    ["trivialAugment", () => trivialAugment(image, { random })],
    ["randAugment", () => randAugment(image, { random })],
    ["affine", () => affine(image, { rotate: 3 })],
    ["randomAffine", () => randomAffine(image, { random })],
    ["perspective", () => perspective(image, {})],
    ["randomPerspective", () => randomPerspective(image, { random, probability: 0 })],
  ])("is refused by %s at once, with what to do", (name, step) => {
    expect(step).toThrow(
      expect.objectContaining({
        name: "OptionError",
        message: `${name}() takes colours of 0 to 1, and this image was normalised before. Normalise last: normalize(${name}(…)).`,
      }),
    );
  });

  it("may be erased, and mirrored then", async () => {
    expect(erase(image, { top: 0, left: 0, height: 1, width: 1 }).dtype).toBe("float32");
    const ones = normalize(fromPixels(tensor(new Uint8Array(12).fill(255), { shape: [3, 4, 1] })));
    // The second reaches beyond the lower edge.
    const one = erase(ones, { top: 0, left: 0, height: 1, width: 2, value: 5 });
    const both = erase(flip(one), { top: 2, left: 0, height: 3, width: 1, value: 7 });
    const { data } = await flip(both, "vertical").tensor();
    expect(Array.from(data, Math.round)).toEqual([7, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 5]);
  });

  it("does not become bytes, which its values are not", () => {
    expect(() => resize(image, [2, 2], { dtype: "uint8" })).toThrow(
      'resize() with dtype: "uint8" takes colours of 0 to 1, and this image was normalised before. Normalise last: normalize(resize(…)).',
    );
  });
});

/** The largest distance of the distribution of `values` from the uniform one. */
function furthestFromUniform(values: readonly number[], low: number, high: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((v, i) => Math.abs((v - low) / (high - low) - (i + 0.5) / sorted.length)));
}

/** The largest distance between two distributions. */
function furthestApart(a: readonly number[], b: readonly number[]): number {
  const share = (values: readonly number[], at: number) =>
    values.filter((v) => v <= at).length / values.length;
  const places = [...new Set([...a, ...b])];
  const step = Math.max(1, Math.floor(places.length / 200));
  return Math.max(
    ...places.filter((_, i) => i % step === 0).map((at) => Math.abs(share(a, at) - share(b, at))),
  );
}
