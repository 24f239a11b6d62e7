/** What is drawn for one image is that image's alone: pipelines that are kept from image to image must not mix them up. */
import sharp from "sharp";
import { expect, it } from "vitest";
import { LazyImage } from "../../../src/image/image.ts";
import {
  adjust,
  affine,
  blur,
  colorJitter,
  crop,
  fromPixels,
  type Image,
  imread,
  normalize,
  pad,
  randAugment,
  randomAffine,
  randomCrop,
  randomErasing,
  randomFlip,
  randomPerspective,
  randomResizedCrop,
  resize,
  trivialAugment,
} from "../../../src/image/index.ts";
import { createRandom, type Random } from "../../../src/random/random.ts";
import { picture } from "./picture.ts";

/** Steps with numbers of a generator in them. */
const steps: Readonly<Record<string, (image: Image<"uint8">, random: Random) => Image>> = {
  "randomResizedCrop()": (image, random) => randomResizedCrop(image, [9, 11], { random }),
  "randomCrop()": (image, random) => randomCrop(image, [12, 12], { random }),
  "randomCrop() of a padded image": (image, random) => randomCrop(image, [20, 26], { random, padding: 3 }),
  "randomFlip()": (image, random) => randomFlip(image, { random }),
  "randomAffine()": (image, random) => randomAffine(image, { random, rotate: 40, translate: [0.2, 0.2] }),
  "randomPerspective()": (image, random) => randomPerspective(image, { random, probability: 1 }),
  "randomErasing()": (image, random) => randomErasing(image, { random, probability: 1 }),
  "colorJitter()": (image, random) =>
    colorJitter(image, { random, brightness: 0.5, contrast: 0.5, hue: 0.3 }),
  "trivialAugment()": (image, random) => trivialAugment(image, { random }),
  "randAugment()": (image, random) => randAugment(image, { random }),
  "crop() at a drawn place": (image, random) =>
    crop(image, [8, 8], { position: [random.uniform(), random.uniform()] }),
  "crop() of a drawn share": (image, random) => crop(image, random.uniform(0.3, 0.9)),
  "pad() by a drawn number": (image, random) => pad(image, random.integer(0, 9)),
  "affine() of drawn numbers": (image, random) => affine(image, { rotate: random.uniform(-90, 90) }),
  "adjust() of drawn numbers": (image, random) => adjust(image, { brightness: random.uniform(0.5, 1.5) }),
  "blur() of a drawn width": (image, random) => blur(image, { sigma: random.uniform(0.5, 3) }),
  "resize() to a drawn size": (image, random) => resize(image, random.integer(5, 30)),
};

/** What an image is where nothing is kept of the ones before. */
function alone(image: Image): Image {
  const { source, options, ops, dtype, height, width, channels } = image as LazyImage;
  return new LazyImage({ source, options, ops, key: undefined, dtype, height, width, channels });
}

const pixels = picture(20, 26);
const file = await sharp(pixels.data, { raw: { width: 26, height: 20, channels: 3 } })
  .png()
  .toBuffer();

it.each(Object.keys(steps))("%s gives each image its own", async (name) => {
  const results = new Set<string>();
  for (const begin of [() => fromPixels(pixels), () => imread(file)]) {
    for (let seed = 0; seed < 12; seed++) {
      const image = normalize(steps[name]!(begin(), createRandom(seed)));
      const { data, shape } = await image.tensor();
      expect({ data, shape }).toEqual(
        await alone(image)
          .tensor()
          .then(({ data, shape }) => ({ data, shape })),
      );
      results.add(`${shape} ${data}`);
    }
  }
  expect(results.size).toBeGreaterThan(1);
});
