/** What steps say of an image's dtype, and `together` of its parts. Compiled with the rest, never run. */
import {
  affine,
  crop,
  type Image,
  pad,
  randomCrop,
  randomFlip,
  randomResizedCrop,
  resize,
  together,
} from "../../src/image/index.ts";
import type { Random } from "../../src/random/random.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import type { Assert, Same } from "./assert.ts";

declare const bytes: Image<"uint8">;
declare const floats: Image<"float32">;
declare const random: Random;
declare const boxes: Tensor<"float32">;

const resized = resize(bytes, 256);
const resizedBytes = resize(floats, [2, 3], { dtype: "uint8", fit: "cover" });
const nearest = resize(bytes, [2, 3], { interpolation: "nearest" });
const nearestFloats = resize(floats, 5, { interpolation: "nearest" });
const nearestAs = resize(bytes, 5, { interpolation: "nearest", dtype: "float32" });
const bicubic = resize(bytes, 5, { interpolation: "bicubic" });
const part = randomResizedCrop(bytes, [2, 3], { random });
const partBytes = randomResizedCrop(floats, [2, 3], { random, dtype: "uint8", antialias: false });
const partOfMask = randomResizedCrop(bytes, [2, 3], { random, interpolation: "nearest" });
const kept = affine(pad(randomFlip(randomCrop(crop(bytes, 0.5), [2, 3], { random }), { random }), 2), {});

const all = await together({ image: bytes, mask: bytes, boxes, points: boxes }, (view) => resize(view, 5));
const alone = await together({ image: bytes }, (view) => view);
const some = await together({ image: floats, boxes }, (view) => crop(view, 0.5));

export type Checks = [
  Assert<Same<typeof resized, Image<"float32">>>,
  Assert<Same<typeof resizedBytes, Image<"uint8">>>,
  Assert<Same<typeof nearest, Image<"uint8">>>,
  Assert<Same<typeof nearestFloats, Image<"float32">>>,
  Assert<Same<typeof nearestAs, Image<"float32">>>,
  Assert<Same<typeof bicubic, Image<"float32">>>,
  Assert<Same<typeof part, Image<"float32">>>,
  Assert<Same<typeof partBytes, Image<"uint8">>>,
  Assert<Same<typeof partOfMask, Image<"uint8">>>,
  Assert<Same<typeof kept, Image<"uint8">>>,
  Assert<Same<typeof all.image, Image<"float32">>>,
  Assert<Same<typeof all.mask, Image<"uint8">>>,
  Assert<Same<typeof all.boxes, Tensor<"float32">>>,
  Assert<Same<typeof all.keptPoints, readonly number[]>>,
  Assert<Same<keyof typeof alone, "image">>,
  Assert<Same<typeof some.image, Image<"float32">>>,
  Assert<Same<keyof typeof some, "image" | "boxes" | "keptBoxes">>,
];

// @ts-expect-error: a nearest pixel is no mean of others
resize(bytes, 5, { interpolation: "nearest", antialias: "triangle" });
// @ts-expect-error: a random part is stretched to its size
randomResizedCrop(bytes, [2, 3], { random, fit: "cover" });
