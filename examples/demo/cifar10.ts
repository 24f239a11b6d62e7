/** The images and labels of a folder as batches: what the demo trains on. */
import { type Context, Sequence, stack, type Tensor, tensor } from "epochal";
import { flip, imread, normalize, resize } from "epochal/image";

/** Files with their class numbers, in batches of images [n, size, size, 3] around 0 and labels [n]. */
export class CIFAR10Sequence extends Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]> {
  static override readonly module = import.meta.url; // where workers find this class

  readonly x: readonly string[];
  readonly y: readonly number[];
  readonly batchSize: number;
  readonly size: number;
  /** Whether half of the images are mirrored, anew each epoch. */
  readonly augment: boolean;

  constructor(x: readonly string[], y: readonly number[], batchSize: number, size: number, augment = false) {
    super();
    this.x = x;
    this.y = y;
    this.batchSize = batchSize;
    this.size = size;
    this.augment = augment;
  }

  get length() {
    return Math.ceil(this.x.length / this.batchSize);
  }

  async getItem(index: number, { random }: Context) {
    const [from, to] = [index * this.batchSize, (index + 1) * this.batchSize];
    const images = this.x.slice(from, to).map((file) => {
      const image = normalize(resize(imread(file), [this.size, this.size]), { mean: 0.5, std: 0.25 });
      // Drawn from the batch's own generator: the same on every worker, and after every retry.
      return this.augment && random.uniform() < 0.5 ? flip(image) : image;
    });
    return [await stack(images), tensor(this.y.slice(from, to), "int32")];
  }
}
