/** The image files of a folder in batches, each with its name: what a model is run over. */
import { Sequence, stack, type Tensor } from "epochal";
import { channelsFirst } from "epochal/image";
import { type PreprocessorConfig, preprocess } from "./preprocess.ts";

/** Pixels [n, 3, height, width], and which files they are. */
export interface PictureBatch {
  readonly pixel_values: Tensor<"float32">;
  readonly files: readonly string[];
}

/** Batches in the order of the files. */
export class Pictures extends Sequence<PictureBatch> {
  static override readonly module = import.meta.url;
  readonly files: readonly string[];
  readonly batchSize: number;
  readonly config: PreprocessorConfig;

  constructor(files: readonly string[], batchSize: number, config: PreprocessorConfig) {
    super();
    this.files = files;
    this.batchSize = batchSize;
    this.config = config;
  }

  get length() {
    return Math.ceil(this.files.length / this.batchSize);
  }

  async getItem(index: number) {
    const files = this.files.slice(index * this.batchSize, (index + 1) * this.batchSize);
    const images = await Promise.all(files.map((file) => preprocess(file, this.config)));
    return { pixel_values: channelsFirst(await stack(images)), files };
  }
}
