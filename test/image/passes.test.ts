import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Image } from "../../src/image/index.ts";
import { createRandom, type Random } from "../../src/random/random.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

type Steps = typeof import("../../src/image/index.ts");

/** An image with its steps, described with a copy of the library. */
type Described = (library: Steps) => Image;

/** Files of one picture in all kinds of formats: some decoded at once, the last two by threads of sharp. */
async function filesOf(random: Random): Promise<readonly Uint8Array[]> {
  const [height, width, channels] = [
    random.integer(1, 90),
    random.integer(1, 90),
    random.choice([3, 4] as const),
  ];
  const data = Uint8Array.from(
    { length: height * width * channels },
    (_, i) => (i * i) / 97 + random.integer(0, 40),
  );
  const picture = () => sharp(data, { raw: { width, height, channels } });
  const orientation = random.integer(1, 9);
  return Promise.all([
    picture().jpeg({ chromaSubsampling: "4:2:0" }).withMetadata({ orientation }).toBuffer(),
    picture().jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
    picture().grayscale().jpeg().toBuffer(),
    picture().png().withMetadata({ orientation }).toBuffer(),
    picture().png({ palette: true, colours: 7 }).toBuffer(),
    picture().webp({ quality: 60 }).toBuffer(),
    picture().webp({ lossless: true }).toBuffer(),
    picture().tiff().toBuffer(),
    picture().gif().toBuffer(),
  ]);
}

/** A step that a number of `random` stands for; of a size that does not follow from others, so that all fit. */
function step(s: Steps, image: Image, channels: 1 | 3 | 4, random: Random): Image {
  const size = () => [random.integer(1, 60), random.integer(1, 60)] as const;
  const fill = Array.from({ length: channels }, () => random.integer(0, 256));
  const factor = () => random.uniform(0.3, 1.8);
  switch (random.integer(0, 22)) {
    case 0:
      return s.resize(image, size(), { dtype: random.choice(["uint8", "float32"] as const) });
    case 1:
      return s.resize(image, size(), {
        interpolation: random.choice(["nearest", "bicubic"] as const),
        dtype: "uint8",
      });
    case 2:
      return s.resize(image, size(), { fit: "contain", fill, dtype: "uint8" });
    case 3:
      return s.resize(image, size(), {
        fit: "cover",
        antialias: random.choice(["gaussian", false] as const),
      });
    case 4:
      return s.crop(image, { height: random.uniform(0.2, 1), width: 0.5 });
    case 5:
      return s.flip(image, random.choice(["horizontal", "vertical"]));
    case 6:
      return s.pad(image, [random.integer(0, 5), random.integer(0, 5), 1, 2], { fill });
    case 7:
      return s.pad(image, random.integer(0, 5), { mode: random.choice(["edge", "reflect", "symmetric"]) });
    case 8:
      return s.affine(image, { rotate: random.integer(0, 360), fill });
    case 9:
      return s.randomAffine(image, { random, rotate: 30, translate: [0.2, 0.2], interpolation: "nearest" });
    case 10:
      return s.randomPerspective(image, { random, probability: 1, fill });
    case 11:
      return s.blur(image, { sigma: factor() });
    case 12:
      return s.randomResizedCrop(image, size(), { random });
    case 13:
      return s.randomCrop(image, [3, 3], { random, padding: 2 });
    case 14:
      return s.adjust(image, { brightness: factor(), saturation: factor(), hue: random.uniform(-0.5, 0.5) });
    case 15:
      return s.adjust(image, { contrast: factor(), gamma: factor(), sharpness: factor() });
    case 16:
      return s.colorJitter(image, { random, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
    case 17:
      return random.choice([s.autocontrast, s.equalize, s.invert])(image);
    case 18:
      return s.posterize(image, random.integer(1, 8));
    case 19:
      return s.randomErasing(image, { random, probability: 1, value: 0.5 });
    case 20:
      return s.trivialAugment(image, { random });
    default:
      return s.randAugment(image, { random, interpolation: "bilinear" });
  }
}

function described(file: Uint8Array, seed: number): Described {
  return (library) => {
    const random = createRandom(seed);
    const channels = random.choice([1, 3, 3, 4] as const);
    let image: Image = library.imread(file, { channels });
    for (let left = random.integer(0, 6); left > 0; left--) image = step(library, image, channels, random);
    return random.boolean(0.3) ? library.normalize(image, { mean: 0.4, std: 0.2 }) : image;
  };
}

/** The library as a fresh process has it: a kernel that ran nothing, and no pipeline. */
async function fresh(): Promise<Steps> {
  vi.resetModules();
  return import("../../src/image/index.ts");
}

describe("passes of many images in one kernel", () => {
  const images: Described[] = [];
  const alone: Tensor[] = [];

  beforeAll(async () => {
    const random = createRandom(5);
    for (let k = 0; k < 6; k++) {
      for (const file of await filesOf(random)) images.push(described(file, random.bits()));
    }
    for (const image of images) alone.push(await image(await fresh()).tensor());
  });

  it("gives each the bytes that it has alone in a fresh kernel, in any order and beside asynchronous decoders", async () => {
    const library = await fresh();
    const orders = fc.array(fc.nat({ max: images.length - 1 }), { minLength: 2, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(orders, fc.boolean(), async (order, together) => {
        const found: Tensor[] = [];
        if (together) found.push(...(await Promise.all(order.map((i) => images[i]!(library).tensor()))));
        else for (const i of order) found.push(await images[i]!(library).tensor());
        for (const [k, i] of order.entries()) expect(found[k], `image ${i}`).toEqual(alone[i]);
      }),
      { numRuns: 60 },
    );
  });
});
