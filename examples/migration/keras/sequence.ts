import { Sequence, stack, type Tensor, tensor } from "epochal";
import { imread, resize } from "epochal/image";

export class CIFAR10Sequence extends Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]> {
  static override readonly module = import.meta.url; // where workers find this class

  readonly files: string[];
  readonly labels: number[];
  readonly batchSize: number;

  constructor(files: string[], labels: number[], batchSize: number) {
    super();
    this.files = files;
    this.labels = labels;
    this.batchSize = batchSize;
  }

  get length() {
    return Math.ceil(this.files.length / this.batchSize);
  }

  async getItem(index: number) {
    const [from, to] = [index * this.batchSize, (index + 1) * this.batchSize];
    return [
      await stack(this.files.slice(from, to).map((file) => resize(imread(file), [200, 200]))),
      tensor(this.labels.slice(from, to), "int32"),
    ];
  }
}
