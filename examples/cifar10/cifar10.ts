import { Sequence, stack, type Tensor, tensor } from "epochal";
import { imread, resize } from "epochal/image";

export class CIFAR10Sequence extends Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]> {
  static override readonly module = import.meta.url; // where workers find this class

  readonly x: string[];
  readonly y: number[];
  readonly batchSize: number;

  constructor(x: string[], y: number[], batchSize: number) {
    super();
    this.x = x;
    this.y = y;
    this.batchSize = batchSize;
  }

  get length() {
    return Math.ceil(this.x.length / this.batchSize);
  }

  async getItem(index: number) {
    const [from, to] = [index * this.batchSize, (index + 1) * this.batchSize];
    return [
      await stack(this.x.slice(from, to).map((file) => resize(imread(file), [200, 200]))),
      tensor(this.y.slice(from, to), "int32"),
    ];
  }
}
