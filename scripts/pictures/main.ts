/**
 * Makes the pictures of docs/reference/images.md: `node --import tsx scripts/pictures/main.ts`.
 *
 * Each is a contact sheet: the scene, and what a step makes of it. Random steps draw from fixed seeds, so that the
 * pictures change only where a step does.
 */
import { mkdir } from "node:fs/promises";
import {
  adjust,
  affine,
  autocontrast,
  blur,
  colorJitter,
  crop,
  equalize,
  erase,
  flip,
  fromPixels,
  grayscale,
  type Image,
  imread,
  invert,
  type Pixels,
  pad,
  perspective,
  posterize,
  randAugment,
  randomAffine,
  randomCrop,
  randomErasing,
  randomPerspective,
  randomResizedCrop,
  resize,
  solarize,
  together,
  trivialAugment,
} from "../../src/image/index.ts";
import { batches, cutmix, mixup, type Random, tensor } from "../../src/index.ts";
import { keyedRandom } from "../../src/random/random.ts";
import { createContext } from "../../src/sequence/context.ts";
import { boxes, maskFile, sceneFile } from "./scene.ts";
import { framed, type Picture, painted, writeSheet } from "./sheet.ts";

const folder = new URL("../../docs/pictures/", import.meta.url);
const file = await sceneFile();
const scene = imread(file);
const small = resize(scene, [120, 160], { dtype: "uint8" });
const square = resize(scene, [120, 120], { dtype: "uint8", fit: "cover" });

/** What each sheet shows, by the name of its file. */
const sheets: Readonly<Record<string, readonly Image<"uint8">[]>> = {
  resize: [
    resize(scene, [120, 120], { dtype: "uint8" }),
    resize(scene, [120, 120], { dtype: "uint8", fit: "cover" }),
    resize(scene, [120, 120], { dtype: "uint8", fit: "contain" }),
    resize(scene, 120, { dtype: "uint8" }),
    resize(resize(scene, [24, 32], { dtype: "uint8" }), [120, 160], { interpolation: "nearest" }),
  ],
  geometry: [
    flip(small),
    crop(small, [90, 90]),
    pad(crop(small, [90, 90]), 15, { mode: "reflect" }),
    affine(small, { rotate: 20, scale: 0.9, fill: 255 }),
    perspective(small, {
      from: [
        [0, 0],
        [0, 1],
        [1, 1],
        [1, 0],
      ],
      to: [
        [0.2, 0.05],
        [0, 0.95],
        [1, 0.8],
        [0.85, 0.15],
      ],
      fill: 255,
    }),
    blur(small, { sigma: 3 }),
  ],
  colours: [
    adjust(small, { brightness: 1.4 }),
    adjust(small, { contrast: 0.5 }),
    adjust(small, { saturation: 2 }),
    adjust(small, { hue: 0.25 }),
    adjust(small, { gamma: 2 }),
    adjust(small, { sharpness: 4 }),
  ],
  tones: [
    grayscale(small),
    invert(small),
    posterize(small, 2),
    solarize(small, 128),
    autocontrast(adjust(small, { contrast: 0.4 })),
    equalize(small),
  ],
  erase: [
    erase(small, { top: 40, left: 30, height: 50, width: 60 }),
    ...drawn(4, (random) => randomErasing(small, { random, probability: 1, value: 128 })),
  ],
  "random-resized-crop": drawn(6, (random) =>
    randomResizedCrop(scene, [120, 120], { random, dtype: "uint8" }),
  ),
  "random-crop": drawn(6, (random) => randomCrop(square, [120, 120], { random, padding: 24 })),
  "random-affine": drawn(6, (random) =>
    randomAffine(small, {
      random,
      rotate: 25,
      translate: [0.1, 0.1],
      scale: [0.8, 1.2],
      shear: 10,
      fill: 255,
    }),
  ),
  "random-perspective": drawn(6, (random) =>
    randomPerspective(small, { random, distortion: 0.4, probability: 1, fill: 255 }),
  ),
  "color-jitter": drawn(6, (random) =>
    colorJitter(small, { random, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  ),
  "trivial-augment": drawn(6, (random) => trivialAugment(small, { random, fill: 255 })),
  "rand-augment": drawn(6, (random) => randAugment(small, { random, fill: 255 })),
};

await mkdir(folder, { recursive: true });
await writeSheet(sheetOf("pipeline"), await pipeline());
await writeSheet(sheetOf("together"), await jointly());
await writeSheet(sheetOf("mixing"), await mixed());
for (const [name, images] of Object.entries(sheets)) {
  const pictures = await Promise.all([small, ...images].map((image) => image.tensor()));
  await writeSheet(sheetOf(name), pictures);
}

function sheetOf(name: string): URL {
  return new URL(`${name}.webp`, folder);
}

/** An image from each of `count` generators. */
function drawn(count: number, draw: (random: Random) => Image<"uint8">): Image<"uint8">[] {
  return Array.from({ length: count }, (_, i) => draw(keyedRandom(5, "program", 0, i)));
}

/** The pipeline of the README: files of any size, and the rows of one batch. */
async function pipeline(): Promise<Picture[]> {
  const files = [scene, crop(scene, [300, 220], { left: 0 }), crop(scene, [160, 400], { top: 110 })];
  const asTheyAre = files.map((image) => resize(image, 130, { dtype: "uint8" }));
  const rows = files.map((image) => resize(image, [100, 100], { dtype: "uint8" }));
  return Promise.all([...asTheyAre, ...rows].map((image) => image.tensor()));
}

/** An image with its mask and its boxes, before and after the same random steps. */
async function jointly(): Promise<Picture[]> {
  const mask = imread(await maskFile(), { channels: 1 });
  const given = tensor(boxes.flat(), { dtype: "float32", shape: [boxes.length, 4] });
  const pictures: Picture[] = [];
  for (let i = 0; i < 4; i++) {
    const random = keyedRandom(8, "program", 0, i);
    const seen = await together({ image: scene, mask, boxes: given }, (view) =>
      i === 0
        ? resize(view, [120, 160], { dtype: "uint8" })
        : randomAffine(randomResizedCrop(view, [120, 160], { random, scale: [0.4, 1], dtype: "uint8" }), {
            random,
            rotate: 20,
          }),
    );
    pictures.push(framed(await seen.image.tensor(), seen.boxes), painted(await seen.mask.tensor()));
  }
  return pictures;
}

/** Two pictures of a batch mixed, and one put into the other. */
async function mixed(): Promise<Picture[]> {
  const pixels = await Promise.all([small, flip(adjust(small, { hue: 0.4 }))].map((image) => image.tensor()));
  const samples = { length: 2, getItem: (i: number): [Pixels, number] => [pixels[i]!, i] };
  const batch = batches(samples, { batchSize: 2 });
  const pictures = [...pixels];
  for (const mixing of [mixup(batch, { alpha: 4, classes: 2 }), cutmix(batch, { alpha: 1, classes: 2 })]) {
    const [both] = await mixing.getItem(0, createContext({ seed: 3, epoch: 0, index: 0 }));
    const [, height, width] = both.shape as [number, number, number];
    const data = Uint8Array.from(both.data.slice(0, height * width * 3));
    pictures.push(await fromPixels(tensor(data, { shape: [height, width, 3] })).tensor());
  }
  return pictures;
}
