import { keyedRandom } from "../../random/random.ts";
import {
  type BatchOfAny,
  checkSequences,
  commonLength,
  type Hooked,
  isCombinator,
  type OneByOne,
  type SequenceOrList,
} from "../combinator.ts";
import type { Context } from "../context.ts";
import type { Sequence } from "../sequence.ts";
import { Selection, type SourceBatch } from "./selection.ts";

/** For each index the batch of one of several sequences; made by {@link randomChoice}. */
export class RandomChoiceSequence<B> extends Selection<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/random-choice#RandomChoiceSequence";
  readonly sources: readonly Sequence<B>[];
  /** Choices between one of the sources and its batches. */
  readonly choicesBelow: number;

  constructor(sources: readonly Sequence<B>[]) {
    super();
    this.sources = sources;
    this.choicesBelow = Math.max(...sources.map(choicesOf));
  }

  get length(): number {
    return commonLength("randomChoice", this.sources);
  }

  protected locate(index: number, { seed, epoch }: Context): SourceBatch<B> {
    const random = keyedRandom(seed, "choice", epoch, index);
    // A choice between choices is not to be theirs once more.
    for (let below = 0; below < this.choicesBelow; below++) random.bits();
    return { source: random.choice(this.sources), index };
  }

  combines(): readonly Hooked[] {
    return this.sources;
  }
}

/**
 * For each index the batch of one of several sequences of one length, each as likely, chosen anew in each epoch: the same
 * data augmented in one way or another. A sequence that is given twice is chosen twice as often. Which of them it is
 * follows from (seed, epoch, index), and a batch is what its source gives alone.
 *
 * @throws OptionError if there is no source or one is no sequence; and, when it is read, if their lengths differ.
 * @example
 * randomChoice(mixup(train, { classes: 10 }), cutmix(train, { classes: 10 })); // c0, m1, m2, c3, …
 */
export function randomChoice<S extends readonly SequenceOrList[]>(
  ...sources: S & OneByOne<S>
): Sequence<BatchOfAny<S>>;
export function randomChoice(...sources: readonly unknown[]): Sequence<unknown> {
  return new RandomChoiceSequence(checkSequences("randomChoice", sources));
}

/** The most choices on a way from `node` down. */
function choicesOf(node: Hooked): number {
  if (!isCombinator(node)) return 0;
  const below = Math.max(0, ...node.combines().map(choicesOf));
  return "choicesBelow" in node ? below + 1 : below;
}
