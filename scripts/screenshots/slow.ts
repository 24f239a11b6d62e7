/** Sequences that are each limited by one thing. */
import { setTimeout as pause } from "node:timers/promises";
import { Sequence, stack, type Tensor, tensor } from "epochal";
import { imread, resize } from "epochal/image";

/** Where the time of a batch goes, and how many milliseconds it is. */
export type Doing = "network" | "disk" | "decode" | "pause";

/** Batches that take their time. */
export class Slow extends Sequence<Tensor<"float32">> {
  static override readonly module: string = import.meta.url;
  readonly length = 100_000;
  readonly doing: Doing;
  /** A picture: on a server that answers late, or a file as large as a camera's. */
  readonly from: string;
  /** Each `every`-th batch takes so many milliseconds more. */
  readonly rare: { readonly every: number; readonly more: number };

  constructor(doing: Doing, from: string, rare = { every: Number.POSITIVE_INFINITY, more: 0 }) {
    super();
    this.doing = doing;
    this.from = from;
    this.rare = rare;
  }

  async getItem(index: number): Promise<Tensor<"float32">> {
    const { every, more } = this.rare;
    if (index % every === every - 1) await pause(more);
    switch (this.doing) {
      case "network": {
        const answer = await fetch(this.from);
        return tensor(Float32Array.from(new Uint8Array(await answer.arrayBuffer())), "float32");
      }
      case "disk":
      case "decode":
        return stack(Array.from({ length: 8 }, () => resize(imread(this.from), [64, 64])));
      case "pause":
        await pause(40);
        return tensor(new Float32Array(16), "float32");
    }
  }
}
