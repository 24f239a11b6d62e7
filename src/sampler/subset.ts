import { checkInteger } from "../core/check.ts";
import { permutation } from "../core/permutation.ts";
import type { Order, OrderKey, Sampler } from "./sampler.ts";

/**
 * The samples named by `indices`, each as often as it is named: in the order given, or shuffled anew each epoch.
 *
 * @example
 * const isTrain = (i: number) => i % 10 !== 0;
 * batches(dataset, { batchSize: 32, sampler: new SubsetSampler(all.filter(isTrain), { shuffle: true }) });
 */
export class SubsetSampler implements Sampler {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  readonly indices: Float64Array;
  readonly shuffle: boolean;

  /** @throws OptionError naming the first index that is no whole number. */
  constructor(indices: ArrayLike<number>, { shuffle = false }: { readonly shuffle?: boolean } = {}) {
    this.indices = Float64Array.from(indices);
    for (const [i, index] of this.indices.entries()) checkInteger(`indices[${i}]`, index);
    this.shuffle = shuffle;
  }

  get length(): number {
    return this.indices.length;
  }

  order({ seed, epoch }: OrderKey): Order {
    const { indices } = this;
    if (!this.shuffle) return (position) => indices[position]!;
    const order = permutation(this.length, seed, "samples", epoch);
    return (position) => indices[order.at(position)]!;
  }
}
