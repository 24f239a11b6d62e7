/** Photographs in batches that are right, or wrong in one way, as programs get them wrong. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Sequence, stack, type Tensor, tensor } from "epochal";
import { imread, resize } from "epochal/image";

const folder = fileURLToPath(new URL("../../../shared/data/imagenet-sample/", import.meta.url));

/** Names of the classes. */
export const kinds = ["animal", "dog", "thing"] as const;

/** What is wrong with batches. */
export type Fault = "red and blue swapped" | "one class a batch" | "divided by 255 twice";

const batchSize = 12;

/** Batches of photographs with what is seen on them. */
export class Photos extends Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]> {
  static override readonly module = import.meta.url;
  readonly length = 2000;
  readonly fault: Fault | undefined;
  readonly photos: readonly (readonly [file: string, kind: number])[];

  constructor(fault?: Fault) {
    super();
    this.fault = fault;
    this.photos = readdirSync(folder)
      .sort()
      .map((file) => [file, kindOf(file)]);
  }

  async getItem(index: number): Promise<[x: Tensor<"float32">, y: Tensor<"int32">]> {
    const { fault } = this;
    const one = (index + 1) % kinds.length;
    const photos = this.photos.filter(([, kind]) => fault !== "one class a batch" || kind === one);
    // In strides, so that a batch has photographs of all kinds.
    const samples = Array.from({ length: batchSize }, (_, i) => {
      return photos[((index * batchSize + i) * 37) % photos.length]!;
    });
    const images = samples.map(([file]) => resize(imread(`${folder}${file}`), [96, 96], { fit: "cover" }));
    const x = await stack(images);
    if (fault === "divided by 255 twice") for (let i = 0; i < x.data.length; i++) x.data[i]! /= 255;
    if (fault === "red and blue swapped")
      for (let i = 0; i < x.data.length; i += 3) x.data.subarray(i, i + 3).reverse();
    return [
      x,
      tensor(
        samples.map(([, kind]) => kind),
        "int32",
      ),
    ];
  }
}

/** The numbers of ImageNet's classes, as n02085782, are in the order of what they are of. */
function kindOf(file: string): number {
  const number = Number(file.slice(1, 9));
  return number > 2_640_000 ? 2 : number >= 2_085_620 && number < 2_114_000 ? 1 : 0;
}
