import { DataLoader, pad, type Tensor, tensor } from "epochal";

export class Texts {
  static readonly module = import.meta.url;
  readonly tokens: number[][];

  constructor(tokens: number[][]) {
    this.tokens = tokens;
  }

  get length() {
    return this.tokens.length;
  }

  getItem(index: number): Tensor<"int32"> {
    return tensor(this.tokens[index]!, "int32");
  }
}

export const padded = (tokens: number[][]) =>
  new DataLoader(new Texts(tokens), { batchSize: 32, collate: pad() });
