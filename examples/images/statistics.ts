import { batches, type Statistics, statistics } from "epochal";
import { type Image, imread, normalize, resize } from "epochal/image";

/** Photographs as they are, or normalised. */
export class Photos {
  static readonly module = import.meta.url;
  readonly files: readonly string[];
  readonly pixels: Statistics | undefined;

  constructor(files: readonly string[], pixels?: Statistics) {
    this.files = files;
    this.pixels = pixels;
  }

  get length() {
    return this.files.length;
  }

  getItem(index: number): [x: Image<"float32">] {
    const image = resize(imread(this.files[index]!), [224, 224]);
    return [this.pixels ? normalize(image, this.pixels) : image];
  }
}

/** The photographs with channels of mean 0 and standard deviation 1. */
export async function normalized(files: readonly string[]): Promise<Photos> {
  const pixels = await statistics(batches(new Photos(files), { batchSize: 32 }), { workers: 2 });
  return new Photos(files, pixels); // pixels: { count, mean: [r, g, b], std: [r, g, b] }
}
