/** The data set: the pictures of a folder, each with the number of its class, as the model is given them. */
import { batches, type Context, map, portable, type Tensor } from "epochal";
import { folder } from "epochal/data";
import { type Image, normalize, randomFlip, randomResizedCrop } from "epochal/image";

/** Pixels of a picture along each side, as the model sees it. */
export const side = 64;

/** Pictures in a batch. */
export const batchSize = 16;

/** The pictures in a folder that the user has chosen or dropped; its subfolders are the classes. */
export function photosOf(chosen: Parameters<typeof folder>[0]) {
  return folder(chosen, { image: "image", label: "class" });
}

/** The pictures of a folder. */
export type Photos = Awaited<ReturnType<typeof photosOf>>;

interface Photo {
  readonly image: Image<"uint8">;
  readonly label: Tensor<"int32">;
}

/** Another part of each picture in each epoch, by the sample's own random numbers: the same whichever worker draws them. */
export const augmented = portable(
  "augmented",
  ({ image, label }: Photo, { random }: Context): [x: Image<"float32">, y: Tensor<"int32">] => {
    const part = randomFlip(randomResizedCrop(image, [side, side], { random, scale: [0.75, 1] }), { random });
    return [normalize(part, { mean: 0.5, std: 0.5 }), label];
  },
);

/** Batches of them, shuffled anew each epoch. */
export function batchesOf(photos: Photos) {
  return batches(map(photos, augmented), { batchSize, shuffle: true });
}
