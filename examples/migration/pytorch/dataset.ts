import { type Context, type Tensor, tensor } from "epochal";
import { flip, type Image, imread, normalize, resize } from "epochal/image";

export class Photos {
  static readonly module = import.meta.url; // where workers find this class

  readonly files: string[];
  readonly labels: number[];

  constructor(files: string[], labels: number[]) {
    this.files = files;
    this.labels = labels;
  }

  get length() {
    return this.files.length;
  }

  getItem(index: number, { random }: Context): [x: Image<"float32">, y: Tensor<"int32">] {
    const image = resize(imread(this.files[index]!), [224, 224]);
    const flipped = random.boolean() ? flip(image) : image;
    // A description: the loader decodes and resizes it straight into its row of the batch.
    const x = normalize(flipped, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    return [x, tensor(this.labels[index]!, "int32")];
  }
}
