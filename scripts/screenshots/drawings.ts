/** Drawn pictures in batches that are right, or wrong in one way, as programs get them wrong. */
import { basename } from "node:path";
import { createRandom, Sequence, stack, type Tensor, tensor } from "epochal";
import { imread, resize } from "epochal/image";
import { kinds } from "./draw.ts";

/** What is wrong with batches. */
export type Fault = "red and blue swapped" | "one class a batch" | "divided by 255 twice";

const batchSize = 12;

/** Batches of drawn pictures with what is seen on them. */
export class Drawings extends Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]> {
  static override readonly module: string = import.meta.url;
  readonly length = 2000;
  readonly fault: Fault | undefined;
  readonly drawings: readonly (readonly [file: string, kind: number])[];

  /** @param files In the order of the classes, each named after its own, as `boat-07.jpg`. */
  constructor(files: readonly string[], fault?: Fault) {
    super();
    this.fault = fault;
    const mixed = createRandom(5).shuffle(files);
    this.drawings = mixed.map((file) => [file, kinds.findIndex((kind) => basename(file).startsWith(kind))]);
  }

  async getItem(index: number): Promise<[x: Tensor<"float32">, y: Tensor<"int32">]> {
    const { fault } = this;
    const one = (index + 2) % kinds.length;
    const drawings = this.drawings.filter(([, kind]) => fault !== "one class a batch" || kind === one);
    const samples = Array.from({ length: batchSize }, (_, i) => {
      return drawings[(index * batchSize + i) % drawings.length]!;
    });
    const images = samples.map(([file]) => resize(imread(file), [96, 96], { fit: "cover" }));
    const x = await stack(images);
    if (fault === "divided by 255 twice") for (let i = 0; i < x.data.length; i++) x.data[i]! /= 255;
    if (fault === "red and blue swapped")
      for (let i = 0; i < x.data.length; i += 3) x.data.subarray(i, i + 3).reverse();
    return [
      x,
      tensor(
        samples.map(([, kind]) => kind),
        "int32",
      ),
    ];
  }
}
