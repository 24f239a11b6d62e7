import { checkInteger, checkKnown } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { type Permutation, permute } from "../random/permutation.ts";
import { keyedRandom } from "../random/random.ts";
import { checkList, type Order, type OrderKey, type Sampler } from "./sampler.ts";

/** Options of {@link BalancedSampler}. */
export interface BalancedSamplerOptions {
  /** Samples drawn in an epoch. Default: number of classes × size of the largest class. */
  readonly length?: number;
}

/**
 * Draws from every class equally often, shuffled anew each epoch.
 *
 * Not by chance but exactly: in an epoch each class comes up length / classes times, give or take one, and within a
 * class each sample as often as every other, give or take one; by default every sample of the largest class comes
 * exactly once. A sample that comes twice in an epoch is augmented the same both times.
 *
 * @example
 * batches(dataset, { batchSize: 32, sampler: new BalancedSampler(dataset.labels) });
 */
export class BalancedSampler implements Sampler {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:sampler/balanced#BalancedSampler";
  /** Indices of the samples of each class, classes in the order in which they first appear. */
  readonly classes: readonly Float64Array[];
  readonly length: number;

  /** @throws OptionError if there are no labels, or for an option that there is not. */
  constructor(labels: ArrayLike<number | string>, options: BalancedSamplerOptions = {}) {
    checkList("labels", labels);
    checkKnown("BalancedSampler", options, ["length"]);
    if (labels.length === 0) throw new OptionError("BalancedSampler needs at least one label, got none.");
    const members = new Map<number | string, number[]>();
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      const known = members.get(label);
      if (known) known.push(i);
      else members.set(label, [i]);
    }
    this.classes = [...members.values()].map((indices) => Float64Array.from(indices));
    const largest = this.classes.reduce((most, { length }) => Math.max(most, length), 0);
    const { length = this.classes.length * largest } = options;
    checkInteger("length", length);
    this.length = length;
  }

  order({ seed, epoch }: OrderKey): Order {
    const { classes, length } = this;
    // The draws are numbered round by round, one of each class, and the numbers shuffled. That also shuffles the passes
    // through a class, so one order of its members serves all passes; it and `turn` say who comes once more than others.
    const draws = permute(length, keyedRandom(seed, "strata", epoch, 0));
    const turn = permute(classes.length, keyedRandom(seed, "strata", epoch, 1));
    const members: (Permutation | undefined)[] = [];
    return (position) => {
      const draw = draws.at(position);
      const which = turn.at(draw % classes.length);
      const samples = classes[which]!;
      members[which] ??= permute(samples.length, keyedRandom(seed, "strata", epoch, 2 + which));
      return samples[members[which].at(Math.floor(draw / classes.length) % samples.length)]!;
    };
  }
}
