/**
 * Samples drawn in proportion to weights.
 *
 * With replacement each draw stands alone: Walker's alias table, made for each epoch, answers it in O(1) from a generator
 * keyed by the position. Without replacement the draws of an epoch depend on each other, so its order is made whole, in
 * O(n log n), by keys of Efraimidis and Spirakis.
 *
 * Sources: M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE TSE 17(9),
 * 1991; P. S. Efraimidis, P. G. Spirakis, "Weighted random sampling with a reservoir", IPL 97(5), 2006.
 */
import { checkBoolean, checkInteger, checkKnown, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { log } from "../random/log.ts";
import { keyedRandom } from "../random/random.ts";
import { checkList, type Order, type OrderKey, type Sampler } from "./sampler.ts";

/** Options of {@link WeightedSampler}. */
export interface WeightedSamplerOptions {
  /** Samples drawn in an epoch. Default: as many as there are weights. */
  readonly length?: number;
  /** Whether a sample may be drawn more than once in an epoch. Default true. */
  readonly replacement?: boolean;
}

/**
 * Draws sample i with a probability proportional to `weights[i]`, anew each epoch.
 *
 * Samples of weight 0 are never drawn. A sample drawn twice in an epoch is augmented the same both times, as its
 * generator is keyed by (seed, epoch, sample).
 *
 * @example
 * batches(dataset, { batchSize: 32, sampler: new WeightedSampler(weights, { length: 10_000 }) });
 */
export class WeightedSampler implements Sampler {
  /** Where workers find this class. */
  static readonly module: string = import.meta.url;
  /** What workers of a bundled program know it by. */
  static readonly id: string = "epochal:sampler/weighted#WeightedSampler";
  /** A weight for each sample, not scaled: they need not add up to 1. */
  readonly weights: Float64Array;
  readonly length: number;
  /** Whether a sample may be drawn more than once in an epoch. */
  readonly replacement: boolean;

  /**
   * @throws OptionError if a weight is negative or not finite, if all are 0, if more samples shall be drawn without
   * replacement than have a weight above 0, or for an option that there is not.
   */
  constructor(weights: ArrayLike<number>, options: WeightedSamplerOptions = {}) {
    const drawable = checkWeights("weights", weights);
    checkKnown("WeightedSampler", options, ["length", "replacement"], {
      numSamples: "Its name is `length`.",
    });
    const { length = weights.length, replacement = true } = options;
    checkInteger("length", length);
    checkBoolean("replacement", replacement);
    if (!replacement && length > drawable) {
      throw new OptionError(
        `WeightedSampler cannot draw ${length} samples without replacement: ${drawable} of ${weights.length} have a weight above 0. Lower \`length\`, or draw with replacement.`,
      );
    }
    this.weights = Float64Array.from(weights);
    this.length = length;
    this.replacement = replacement;
  }

  order(key: OrderKey): Order {
    return this.replacement ? withReplacement(aliasTable(this.weights), key) : withoutReplacement(this, key);
  }
}

/**
 * Checks weights and counts those above 0.
 *
 * @throws OptionError naming the first that is negative or not finite, or if there is none above 0.
 */
export function checkWeights(name: string, weights: ArrayLike<number>): number {
  checkList(name, weights);
  let positive = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i];
    if (!(typeof weight === "number" && weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new OptionError(`\`${name}[${i}]\` must be a finite number of at least 0, got ${show(weight)}.`);
    }
    if (weight > 0) positive++;
  }
  if (positive === 0) {
    throw new OptionError(
      weights.length === 0
        ? `\`${name}\` is empty: there is nothing to draw from.`
        : `All ${weights.length} \`${name}\` are 0: there is nothing to draw from. Give at least one a weight above 0.`,
    );
  }
  return positive;
}

/** For each column: the chance that a draw stays in it, and where it goes otherwise. */
interface AliasTable {
  readonly stay: Float64Array;
  readonly alias: Uint32Array;
}

function aliasTable(weights: Float64Array): AliasTable {
  const { length } = weights;
  // Scaled by the largest first, so that the sum of huge weights stays finite.
  const most = weights.reduce((a, b) => Math.max(a, b), 0);
  const scale = length / weights.reduce((sum, weight) => sum + weight / most, 0);
  const stay = weights.map((weight) => (weight / most) * scale);
  const alias = new Uint32Array(length);
  const [small, large]: [number[], number[]] = [[], []];
  for (let i = 0; i < length; i++) (stay[i]! < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const [poor, rich] = [small.pop()!, large.at(-1)!];
    alias[poor] = rich;
    stay[rich]! -= 1 - stay[poor]!;
    if (stay[rich]! < 1) small.push(large.pop()!);
  }
  // What is left is 1 but for rounding; a weight of 0 must not become drawable by it.
  const top = weights.indexOf(most);
  for (const i of small.concat(large)) {
    if (weights[i]! > 0) stay[i] = 1;
    else [stay[i], alias[i]] = [0, top];
  }
  return { stay, alias };
}

function withReplacement({ stay, alias }: AliasTable, { seed, epoch }: OrderKey): Order {
  return (position) => {
    const random = keyedRandom(seed, "sampler", epoch, position);
    const column = random.integer(0, stay.length);
    return random.uniform() < stay[column]! ? column : alias[column]!;
  };
}

function withoutReplacement({ weights, length }: WeightedSampler, { seed, epoch }: OrderKey): Order {
  const random = keyedRandom(seed, "sampler", epoch, 0);
  const keys = new Float64Array(weights.length);
  const drawable: number[] = [];
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    // The time of the first event of a Poisson process of this rate: heavier samples come earlier.
    keys[i] = -log(1 - random.uniform()) / weights[i]!;
    drawable.push(i);
  }
  drawable.sort((a, b) => keys[a]! - keys[b]! || a - b);
  const order = Float64Array.from(drawable.slice(0, length));
  return (position) => order[position]!;
}
