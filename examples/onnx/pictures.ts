/** The image files of a folder in batches, each with its index: what a model is run over. */
import { Sequence, stack, type Tensor } from "epochal";
import { imread, resize } from "epochal/image";

/** Pixels from 0 to 1, and which files they are. */
export interface PictureBatch {
  readonly pixels: Tensor<"float32">;
  readonly files: readonly string[];
}

/** Batches in the order of the files. */
export class Pictures extends Sequence<PictureBatch> {
  static override readonly module = import.meta.url;
  readonly files: readonly string[];
  readonly batchSize: number;

  constructor(files: readonly string[], batchSize: number) {
    super();
    this.files = files;
    this.batchSize = batchSize;
  }

  get length() {
    return Math.ceil(this.files.length / this.batchSize);
  }

  async getItem(index: number) {
    const files = this.files.slice(index * this.batchSize, (index + 1) * this.batchSize);
    return { pixels: await stack(files.map((file) => resize(imread(file), [32, 32]))), files };
  }
}
