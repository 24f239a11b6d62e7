import { batches, type Context, map, portable, type Tensor } from "epochal";
import { diskCache, folder } from "epochal/data";
import { type Image, normalize, randomFlip, resize } from "epochal/image";

interface Photo {
  readonly image: Image<"uint8">;
  readonly label: Tensor<"int32">;
}

/** What is the same in every epoch: it is kept. uint8 takes a quarter of the room of float32. */
export const shrink = portable(import.meta.url, function shrink({ image, label }: Photo) {
  return { image: resize(image, [200, 200], { dtype: "uint8" }), label };
});

/** What is another in every epoch: after the cache. */
export const augment = portable(
  import.meta.url,
  function augment({ image, label }: Photo, { random }: Context): [Image<"float32">, Tensor<"int32">] {
    return [normalize(randomFlip(image, { random }), { mean: 0.5, std: 0.5 }), label];
  },
);

export async function photos() {
  const files = await folder("photos", { image: "image", label: "class" });
  const small = diskCache(map(files, shrink), { folder: ".cache", version: "200" });
  return batches(map(small, augment), { batchSize: 32, shuffle: true });
}
