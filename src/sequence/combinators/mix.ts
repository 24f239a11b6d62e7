/**
 * Batches of several sequences in given proportions, as arithmetic on indices.
 *
 * The weights become whole numbers; their sum is the period of a pattern that says which source comes at which step.
 * Within a period the steps are dealt by earliest deadline first under the windows of proportionate fairness: item k of
 * a source with share w belongs into the steps from ⌊k/w⌋ to ⌈(k+1)/w⌉ − 1. On one resource this never fails, so after
 * any prefix each source is less than one batch away from its share. As every period ends on the shares exactly, it
 * holds for ever, and any index is found at once.
 *
 * Source: S. K. Baruah, N. K. Cohen, C. G. Plaxton, D. A. Varvel, "Proportionate progress: a notion of fairness in
 * resource allocation", Algorithmica 15, 1996.
 */
import { checkKnown } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { checkList } from "../../sampler/sampler.ts";
import { checkWeights } from "../../sampler/weighted.ts";
import { isInnerNode } from "../../tensor/tree.ts";
import {
  type BatchOfAny,
  checkSequences,
  type Hooked,
  type OneByOne,
  type SequenceOrList,
} from "../combinator.ts";
import type { Sequence } from "../sequence.ts";
import { Selection, type SourceBatch } from "./selection.ts";

/** Longest pattern: 400 kB, made in some milliseconds. Proportions are met to one part in this many. */
const longest = 2 ** 16;

/** Several sequences in given proportions; made by {@link mix}. */
export class MixSequence<B> extends Selection<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/mix#MixSequence";
  readonly sources: readonly Sequence<B>[];
  /** Batches of each source in one period. */
  readonly parts: readonly number[];

  constructor(sources: readonly Sequence<B>[], parts: readonly number[]) {
    super();
    this.sources = sources;
    this.parts = parts;
  }

  get length(): number {
    const { steps } = patternOf(this.parts);
    let shortest = Number.POSITIVE_INFINITY;
    for (const [which, part] of this.parts.entries()) {
      if (part === 0) continue;
      // The step at which this source would be asked for the first batch that it does not have.
      const { length } = this.sources[which]!;
      if (length === Number.POSITIVE_INFINITY) continue;
      const periods = Math.floor(length / part);
      shortest = Math.min(shortest, periods * period(this.parts) + steps[which]![length - periods * part]!);
    }
    return shortest;
  }

  protected locate(index: number): SourceBatch<B> {
    const { which, rank } = patternOf(this.parts);
    const periods = Math.floor(index / which.length);
    const step = index - periods * which.length;
    const source = which[step]!;
    return { source: this.sources[source]!, index: periods * this.parts[source]! + rank[step]! };
  }

  combines(): readonly Hooked[] {
    return this.sources;
  }
}

/** Options of {@link mix}. */
export interface MixOptions {
  /** How much of each source, in the order of the sources; only their ratios count. Default: equal parts. */
  readonly weights?: readonly number[];
}

/**
 * Batches of several sequences in the proportions of `weights` (default: equal parts).
 *
 * After any number of batches each source has given its share, less than one batch more or less. It ends where the next
 * batch would have to come from a source that has no more; `repeat` small sources to go on. Proportions are met to one
 * part in 65,536.
 *
 * Any step's source is fixed. A `DataLoader` with `shuffle: true` shuffles the steps, and so keeps the proportions of the
 * epoch but not of each prefix; where a source is `batches(…)` in order, it is refused. To shuffle and keep both, leave it
 * out and shuffle within the sources: `batches` with `shuffle`.
 *
 * @throws OptionError if there is no source or one is no sequence; if there are not as many weights as sources; if a
 * weight is negative or not finite, or all are 0.
 * @example
 * mix(web, books, { weights: [2, 1] }); // w0, w1, w2, … and b0, b1, … become w0, b0, w1, w2, b1, w3, …
 * mix(...parts);                        // of a list, equal parts
 */
export function mix<S extends readonly SequenceOrList[]>(
  ...sources: S & OneByOne<S>
): Sequence<BatchOfAny<S>>;
export function mix<S extends readonly SequenceOrList[]>(
  ...given: [...sources: S, options: MixOptions] & [...OneByOne<S>, unknown]
): Sequence<BatchOfAny<S>>;
export function mix(...given: readonly unknown[]): Sequence<unknown> {
  const last = given.at(-1);
  const [values, options] = isOptions(last) ? [given.slice(0, -1), last] : [given, {}];
  const sources = checkSequences("mix", values);
  checkKnown("mix()", options, ["weights"]);
  const { weights } = options;
  if (weights === undefined)
    return new MixSequence(
      sources,
      sources.map(() => 1),
    );
  checkList("weights", weights);
  if (weights.length !== sources.length) {
    throw new OptionError(
      `mix() needs one weight for each of its ${sources.length} sources, got ${weights.length}.`,
    );
  }
  checkWeights("weights", weights);
  return new MixSequence(sources, wholeParts(Array.from(weights)));
}

/** Whether what stands last is options, and no sequence or something given in its place. */
function isOptions(last: unknown): last is MixOptions {
  return isInnerNode(last) && !Array.isArray(last) && !("getItem" in last);
}

/** Which source comes at each step of a period, with how many of it before, and the steps of each source. */
interface Pattern {
  readonly which: Uint16Array;
  readonly rank: Uint32Array;
  readonly steps: readonly (readonly number[])[];
}

/** Kept apart from the sequences, whose fields are what travels to a worker. */
const patterns = new WeakMap<readonly number[], Pattern>();

function patternOf(parts: readonly number[]): Pattern {
  const known = patterns.get(parts);
  if (known) return known;
  const pattern = makePattern(parts);
  patterns.set(parts, pattern);
  return pattern;
}

function period(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + part, 0);
}

function makePattern(parts: readonly number[]): Pattern {
  const length = period(parts);
  const which = new Uint16Array(length);
  const rank = new Uint32Array(length);
  const steps: number[][] = parts.map(() => []);
  for (let step = 0; step < length; step++) {
    let next = -1;
    let earliest = Number.POSITIVE_INFINITY;
    for (const [source, part] of parts.entries()) {
      const given = steps[source]!.length;
      if (given === part || Math.floor((given * length) / part) > step) continue;
      const deadline = Math.ceil(((given + 1) * length) / part);
      if (deadline < earliest) [earliest, next] = [deadline, source];
    }
    which[step] = next;
    rank[step] = steps[next]!.length;
    steps[next]!.push(step);
  }
  return { which, rank, steps };
}

/** Whole numbers in the proportions of `weights`, as small as possible, with a sum of at most {@link longest}. */
function wholeParts(weights: readonly number[]): number[] {
  const most = weights.reduce((a, b) => Math.max(a, b), 0);
  const sum = weights.reduce((total, weight) => total + weight / most, 0);
  const shares = weights.map((weight) => weight / most / sum);
  for (let total = 1; total < longest; total++) {
    // Weights are written in decimals, and shares computed from them: equal but for rounding.
    const isWhole = (share: number, i: number): boolean => {
      const part = Math.round(share * total);
      return Math.abs(share * total - part) < 1e-9 * total && part > 0 === weights[i]! > 0;
    };
    if (shares.every(isWhole)) return shares.map((share) => Math.round(share * total));
  }
  // No exact proportion: the nearest, by largest remainder, with at least one part for whoever has a weight.
  const parts = shares.map((share, i) => (weights[i] === 0 ? 0 : Math.max(1, Math.floor(share * longest))));
  const byRemainder = shares
    .map((share, i) => ({ i, remainder: share * longest - parts[i]! }))
    .filter(({ i }) => parts[i]! > 0)
    .sort((a, b) => b.remainder - a.remainder);
  for (let k = 0; period(parts) < longest; k++) parts[byRemainder[k % byRemainder.length]!.i]!++;
  return parts;
}
