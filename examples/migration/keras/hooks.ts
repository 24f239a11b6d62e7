import { type Context, Sequence, type Tensor, tensor } from "epochal";

export class Augmented extends Sequence<[x: Tensor<"float32">, y: Tensor<"float32">]> {
  static override readonly module = import.meta.url;
  noise = 0.1;
  readonly x: Float32Array[];
  readonly y: Float32Array[];

  constructor(x: Float32Array[], y: Float32Array[]) {
    super();
    this.x = x;
    this.y = y;
  }

  get length() {
    return this.x.length;
  }

  getItem(index: number, { random }: Context) {
    const x = this.x[index]!.map((value) => value + random.normal(0, this.noise)); // the same in every worker
    return [tensor(x), tensor(this.y[index]!)];
  }

  override onEpochEnd() {
    this.noise *= 0.9; // workers see it in the next epoch
  }
}
