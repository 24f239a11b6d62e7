import { checkInteger } from "../../core/check.ts";
import { checkSequence } from "../combinator.ts";
import type { Context } from "../context.ts";
import type { Sequence } from "../sequence.ts";
import { SingleSelection, type SourceBatch } from "./selection.ts";

/** Passes of an endless repetition that belong to one epoch, so that no two epochs share a pass. */
const endless = 2 ** 32;

/** A sequence several times over; made by {@link repeat}. */
export class RepeatSequence<B> extends SingleSelection<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/repeat#RepeatSequence";
  readonly times: number;

  constructor(source: Sequence<B>, times: number) {
    super(source);
    this.times = times;
  }

  get length(): number {
    const { length } = this.source;
    return length === 0 ? 0 : length * this.times;
  }

  protected locate(index: number, { epoch }: Context): SourceBatch<B> {
    const { source, times } = this;
    // Of a source without end only the first pass is ever seen.
    const pass = Math.floor(index / source.length);
    return {
      source,
      index: pass === 0 ? index : index - pass * source.length,
      epoch: epoch * Math.min(times, endless) + pass,
    };
  }
}

/**
 * The sequence `times` times over in each epoch; without `times` it is endless.
 *
 * Each pass is an epoch of its own to the source's `getItem`: with `times` 3, epoch 2 has the source's epochs 6, 7 and
 * 8, so that shuffled samples come in another order, and are augmented otherwise, in each pass. Hooks are called once
 * for the whole, with the outer epoch.
 *
 * @throws OptionError if `source` is no sequence, or `times` no whole number of at least 1.
 * @example
 * repeat(all, 2); // a0, a1 become a0, a1, a0, a1, the second pass shuffled and augmented anew
 */
export function repeat<B>(source: Sequence<B>, times: number = Number.POSITIVE_INFINITY): Sequence<B> {
  checkSequence("repeat", source);
  if (times !== Number.POSITIVE_INFINITY) checkInteger("times", times, 1);
  return new RepeatSequence(source, times);
}
