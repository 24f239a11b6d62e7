import { readdirSync } from "node:fs";
import { Sequence, stack, type Tensor, tensor } from "epochal";
import { flip, imread, resize } from "epochal/image";

export class Photos extends Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]> {
  static override readonly module = import.meta.url;
  readonly samples: readonly { readonly file: string; readonly label: number }[];

  constructor(samples: Photos["samples"]) {
    super();
    this.samples = samples;
  }

  get length() {
    return Math.ceil(this.samples.length / 32);
  }

  async getItem(index: number): Promise<[x: Tensor<"float32">, y: Tensor<"int32">]> {
    const samples = this.samples.slice(index * 32, (index + 1) * 32);
    const images = samples.map(({ file }) => {
      const image = resize(imread(file), [32, 32]);
      return Math.random() < 0.5 ? flip(image) : image;
    });
    const x = await stack(images);
    for (const i of x.data.keys()) x.data[i]! /= 255;
    const labels = samples.map(({ label }) => label);
    return [x, tensor(labels, "int32")];
  }
}

const classes = readdirSync("data").sort();
const samples = classes.flatMap((name, label) =>
  readdirSync(`data/${name}`).map((file) => ({ file: `data/${name}/${file}`, label })),
);
export const train = new Photos(samples);
