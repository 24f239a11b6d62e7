import { checkBoolean, checkInteger, checkKnown } from "../core/check.ts";
import { permutation } from "../random/permutation.ts";
import { checkList, type Order, type OrderKey, type Sampler } from "./sampler.ts";

/** Options of {@link SubsetSampler}. */
export interface SubsetSamplerOptions {
  /** Whether they come in a new random order each epoch. Default false. */
  readonly shuffle?: boolean;
}

/**
 * The samples named by `indices`, each as often as it is named: in the order given, or shuffled anew each epoch.
 *
 * @example
 * const indices = [...Array(dataset.length).keys()].filter((i) => i % 10 !== 0);
 * batches(dataset, { batchSize: 32, sampler: new SubsetSampler(indices, { shuffle: true }) });
 */
export class SubsetSampler implements Sampler {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:sampler/subset#SubsetSampler";
  /** Indices of the samples, as they were given. */
  readonly indices: Float64Array;
  /** Whether they come in a new random order each epoch. */
  readonly shuffle: boolean;

  /** @throws OptionError naming the first index that is no whole number, or an option that there is not. */
  constructor(indices: ArrayLike<number>, options: SubsetSamplerOptions = {}) {
    checkList("indices", indices);
    checkKnown("SubsetSampler", options, ["shuffle"]);
    const { shuffle = false } = options;
    checkBoolean("shuffle", shuffle);
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
