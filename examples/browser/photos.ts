/** The data set: pictures with the numbers of their classes. A sample each; `batches` makes batches of them. */
import { type Context, Sequence, type Tensor, tensor } from "epochal";
import { type Image, imread, normalize, randomFlip, randomResizedCrop } from "epochal/image";

/** Pixels of a picture along each side, as the model sees it. */
export const side = 64;

export class Photos extends Sequence<[x: Image<"float32">, y: Tensor<"int32">]> {
  static override readonly id = "Photos"; // what states call it, whatever a bundler makes of its name
  readonly files: readonly Blob[];
  readonly labels: readonly number[];

  constructor(files: readonly Blob[], labels: readonly number[]) {
    super();
    this.files = files;
    this.labels = labels;
  }

  get length() {
    return this.files.length;
  }

  getItem(index: number, { random }: Context) {
    const picture = imread(this.files[index]!);
    // Another part of it each epoch, drawn from the sample's own generator: the same in every worker, and once more after
    // a worker was killed.
    const part = randomFlip(randomResizedCrop(picture, [side, side], { random, scale: [0.75, 1] }), {
      random,
    });
    return [normalize(part, { mean: 0.5, std: 0.5 }), tensor(this.labels[index]!, "int32")];
  }
}
