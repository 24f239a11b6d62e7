import { checkIndex, checkInteger } from "../core/check.ts";
import { Combinator, checkSequence, type Hooked } from "./combinator.ts";
import { type Context, deriveContext } from "./context.ts";
import type { Awaitable, Returned, Sequence } from "./sequence.ts";

/** Passes of an endless repetition that belong to one epoch, so that no two epochs share a pass. */
const endless = 2 ** 32;

/** A sequence several times over; made by {@link repeat}. */
export class RepeatSequence<B> extends Combinator<B> {
  static override readonly module: string = import.meta.url;
  readonly source: Sequence<B>;
  readonly times: number;

  constructor(source: Sequence<B>, times: number) {
    super();
    this.source = source;
    this.times = times;
  }

  get length(): number {
    const { length } = this.source;
    return length === 0 ? 0 : length * this.times;
  }

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    checkIndex("repeat(…)", index, this.length);
    const { length } = this.source;
    const pass = length === Number.POSITIVE_INFINITY ? 0 : Math.floor(index / length);
    const from = pass === 0 ? index : index - pass * length;
    const epoch = context.epoch * Math.min(this.times, endless) + pass;
    return this.source.getItem(from, deriveContext(context, from, { epoch }));
  }

  combines(): readonly Hooked[] {
    return [this.source];
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
 */
export function repeat<B>(source: Sequence<B>, times: number = Number.POSITIVE_INFINITY): Sequence<B> {
  checkSequence("repeat", source);
  if (times !== Number.POSITIVE_INFINITY) checkInteger("times", times, 1);
  return new RepeatSequence(source, times);
}
