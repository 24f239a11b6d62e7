import { checkInteger } from "../core/check.ts";
import { permutation } from "../random/permutation.ts";
import type { Order, OrderKey, Sampler } from "./sampler.ts";

/**
 * Every sample once, shuffled anew each epoch, in O(1) memory: `shuffle: true` of `batches`.
 */
export class RandomSampler implements Sampler {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:sampler/random#RandomSampler";
  readonly length: number;

  /** @throws OptionError if `length` is no whole number. */
  constructor(length: number) {
    checkInteger("length", length);
    this.length = length;
  }

  order({ seed, epoch }: OrderKey): Order {
    const order = permutation(this.length, seed, "samples", epoch);
    return (position) => order.at(position);
  }
}
