import { batches, type HookContext, Sequence, type Tensor, tensor } from "epochal";

/** One sample by its number. */
export class Samples {
  static readonly module = import.meta.url;
  readonly x: number[][];
  readonly y: number[];

  constructor(x: number[][], y: number[]) {
    this.x = x;
    this.y = y;
  }

  get length() {
    return this.x.length;
  }

  getItem(index: number): [x: Tensor<"float32">, y: Tensor<"int32">] {
    return [tensor(this.x[index]!), tensor(this.y[index]!, "int32")];
  }
}

export const shuffled = (x: number[][], y: number[], batchSize: number) =>
  batches(new Samples(x, y), { batchSize, shuffle: true, dropLast: true });

/** The same with the hook, where batches are more than their samples side by side. */
export class Shuffled extends Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]> {
  static override readonly module = import.meta.url;
  indexes: number[];
  readonly x: number[][];
  readonly y: number[];
  readonly batchSize: number;

  constructor(x: number[][], y: number[], batchSize: number) {
    super();
    this.x = x;
    this.y = y;
    this.batchSize = batchSize;
    this.indexes = [...x.keys()];
  }

  get length() {
    return Math.floor(this.x.length / this.batchSize);
  }

  getItem(index: number) {
    const part = this.indexes.slice(index * this.batchSize, (index + 1) * this.batchSize);
    const labels = part.map((sample) => this.y[sample]!);
    return [tensor(part.map((sample) => this.x[sample]!)), tensor(labels, "int32")];
  }

  override onEpochBegin(_epoch: number, { random }: HookContext) {
    this.indexes = random.shuffle([...this.x.keys()]); // a resumed run draws the same
  }
}
