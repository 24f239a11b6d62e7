/** Random parts, held against torchvision's rules, which stand here as it writes them. */
import { describe, expect, it } from "vitest";
import type { LazyImage } from "../../../src/image/image.ts";
import {
  crop,
  fromPixels,
  imread,
  randomCrop,
  randomFlip,
  randomResizedCrop,
} from "../../../src/image/index.ts";
import type { Rectangle } from "../../../src/image/program.ts";
import { createRandom, type Random } from "../../../src/random/random.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { picture } from "./picture.ts";

/** Python's `round`. */
function round(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** `RandomResizedCrop.make_params` of torchvision 0.29. */
function makeParams(
  height: number,
  width: number,
  scale: number[],
  ratio: number[],
  random: Random,
): Rectangle {
  const area = height * width;
  for (let i = 0; i < 10; i++) {
    const target = area * random.uniform(scale[0], scale[1]);
    const aspect = Math.exp(random.uniform(Math.log(ratio[0]!), Math.log(ratio[1]!)));
    const w = round(Math.sqrt(target * aspect));
    const h = round(Math.sqrt(target / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height)
      return {
        top: random.integer(0, height - h + 1),
        left: random.integer(0, width - w + 1),
        height: h,
        width: w,
      };
  }
  let [h, w] = [height, width];
  if (width / height < ratio[0]!) h = round(w / ratio[0]!);
  else if (width / height > ratio[1]!) w = round(h * ratio[1]!);
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}

/** The part that an image of this size would give. */
function partOf(height: number, width: number, options: Parameters<typeof randomResizedCrop>[2]): Rectangle {
  const { ops } = randomResizedCrop(imread("none.jpg"), [8, 8], options) as unknown as LazyImage;
  const part = ops.find((op) => op.kind === "part")!;
  return part.of(height, width);
}

/** The largest distance of two distributions: Kolmogorov and Smirnov. */
function distance(a: number[], b: number[]): number {
  const [x, y] = [a.toSorted((p, q) => p - q), b.toSorted((p, q) => p - q)];
  let worst = 0;
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const value = Math.min(x[i]!, y[j]!);
    while (x[i] === value) i++;
    while (y[j] === value) j++;
    worst = Math.max(worst, Math.abs(i / x.length - j / y.length));
  }
  return worst;
}

describe("randomResizedCrop", () => {
  it.each([
    [300, 400, [0.08, 1], [3 / 4, 4 / 3]],
    [375, 500, [0.5, 1], [3 / 4, 4 / 3]],
    [33, 20, [0.08, 1], [3 / 4, 4 / 3]],
    [100, 180, [0.6, 1], [3 / 4, 4 / 3]],
    [64, 64, [0.2, 0.9], [0.5, 3]],
    [10, 1000, [0.08, 1], [3 / 4, 4 / 3]],
    [1000, 10, [0.08, 1], [3 / 4, 4 / 3]],
  ])("of %i x %i, scale %j, ratio %j, is distributed as torchvision's", (height, width, scale, ratio) => {
    const count = 8000;
    const [ours, theirs] = [createRandom(1), createRandom(2)];
    const range = { scale: scale as [number, number], ratio: ratio as [number, number] };
    const a = Array.from({ length: count }, () => partOf(height, width, { random: ours, ...range }));
    const b = Array.from({ length: count }, () => makeParams(height, width, scale, ratio, theirs));
    // Larger in one of a million pairs of equal distributions.
    const bound = 2.69 * Math.sqrt(2 / count);
    for (const of of [
      (r: Rectangle) => r.height * r.width,
      (r: Rectangle) => r.width / r.height,
      (r: Rectangle) => r.top,
      (r: Rectangle) => r.left,
      (r: Rectangle) => r.top + r.height,
      (r: Rectangle) => r.left + r.width,
    ])
      expect(distance(a.map(of), b.map(of))).toBeLessThan(bound);
  });

  it("takes the middle where no part fits, all of it where its aspect does", () => {
    const random = createRandom(3);
    const tooLarge = { random, scale: [1.0, 1.0], ratio: [3 / 4, 4 / 3] } as const;
    expect(partOf(10, 1000, tooLarge)).toEqual({ top: 0, left: 493, height: 10, width: 13 });
    expect(partOf(1000, 10, tooLarge)).toEqual({ top: 493, left: 0, height: 13, width: 10 });
    expect(partOf(1, 1, { random })).toEqual({ top: 0, left: 0, height: 1, width: 1 });
  });

  it("draws as many numbers whatever the image and the options are", () => {
    const drawn = (options: object, source = "a.jpg") => {
      const random = createRandom(5);
      randomResizedCrop(imread(source), [8, 8], { random, ...options });
      return random.uniform();
    };
    expect(drawn({ scale: [0.9, 1] })).toBe(drawn({ ratio: [1, 1] }));
  });

  it("takes the pixels of the part", async () => {
    const random = createRandom(11);
    const image = fromPixels(picture(20, 30));
    const part = randomResizedCrop(image, [9, 9], { random, interpolation: "nearest" });
    const { top, left, height, width } = (part as unknown as LazyImage).ops
      .find((op) => op.kind === "part")!
      .of(20, 30);
    const { data } = await part.tensor();
    const inside = await crop(image, [height, width], { top, left }).tensor();
    const colours = new Set<number>();
    for (let i = 0; i < inside.data.length; i += 3) colours.add(inside.data[i]! * 256 + inside.data[i + 1]!);
    for (let i = 0; i < data.length; i += 3) expect(colours.has(data[i]! * 256 + data[i + 1]!)).toBe(true);
  });
});

describe("randomCrop", () => {
  it("takes each place equally often, also beyond the image", async () => {
    // A single white pixel tells where the part was taken.
    const pixels = tensor(new Uint8Array(16), { shape: [4, 4, 1] });
    pixels.data[5] = 255;
    const random = createRandom(1);
    const counts = new Map<number, number>();
    for (let i = 0; i < 9000; i++) {
      const { data } = await randomCrop(fromPixels(pixels), [4, 4], { random, padding: 1 }).tensor();
      const at = data.indexOf(255);
      counts.set(at, (counts.get(at) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
  });

  it("draws the same, whether the size is known when it is described", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const known = fromPixels(picture(9, 11));
      const [a, b] = [createRandom(seed), createRandom(seed)];
      const later = { ...(known as unknown as LazyImage), height: undefined, width: undefined };
      const unknown = Object.assign(Object.create(Object.getPrototypeOf(known)), later) as typeof known;
      const options = { padding: [2, 3], mode: "reflect" } as const;
      const wanted = await randomCrop(known, [5, 6], { random: a, ...options }).tensor();
      const found = await randomCrop(unknown, [5, 6], { random: b, ...options }).tensor();
      expect(found).toEqual(wanted);
    }
  });

  it("says where it does not fit", async () => {
    const random = createRandom(1);
    await expect(randomCrop(fromPixels(picture(9, 11)), [10, 6], { random }).tensor()).rejects.toThrow(
      /crop of 10 pixels .* does not fit an image of 9/,
    );
  });
});

describe("randomFlip", () => {
  it("mirrors as often as it is told", () => {
    const random = createRandom(1);
    const image = fromPixels(picture(4, 4));
    const flips = (options: object) =>
      Array.from({ length: 1000 }, () => randomFlip(image, { random, ...options })).filter(
        (each) => each !== image,
      ).length;
    expect(flips({ probability: 0 })).toBe(0);
    expect(flips({ probability: 1, axis: "vertical" })).toBe(1000);
    expect(Math.abs(flips({}) - 500)).toBeLessThan(80);
  });
});
