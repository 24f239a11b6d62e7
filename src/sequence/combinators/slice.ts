import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { checkSequence } from "../combinator.ts";
import type { Sequence } from "../sequence.ts";
import { noteSlice } from "./leak.ts";
import { SingleSelection, type SourceBatch } from "./selection.ts";

/** The batches of `source` from `start` up to but not including `end`; made by {@link slice}. */
export class SliceSequence<B> extends SingleSelection<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/slice#SliceSequence";
  readonly start: number;
  readonly end: number;

  constructor(source: Sequence<B>, start: number, end: number) {
    super(source);
    this.start = start;
    this.end = end;
    noteSlice(this, source, () => boundsOf(this));
  }

  get length(): number {
    const [from, to] = boundsOf(this);
    return Math.max(0, to - from);
  }

  protected locate(index: number): SourceBatch<B> {
    return { source: this.source, index: resolve(this.start, this.source.length) + index };
  }
}

/**
 * The batches from `start` up to but not including `end`. As in `Array.prototype.slice`, a negative bound counts from
 * the end and a bound beyond the end is the end. Of shuffled `batches` no two parts are a split, as which samples they
 * hold changes each epoch; a warning, `EPOCHAL_LEAK`, says so.
 *
 * @throws OptionError if `source` is no sequence or a bound no whole number (`end` may be `Infinity`).
 * @example
 * slice(all, 1, -1); // a0, a1, a2, a3 become a1, a2
 */
export function slice<B>(
  source: Sequence<B>,
  start: number = 0,
  end: number = Number.POSITIVE_INFINITY,
): Sequence<B> {
  checkSequence("slice", source);
  checkBound("start", start);
  if (end !== Number.POSITIVE_INFINITY) checkBound("end", end);
  return new SliceSequence(source, start, end);
}

/** Both bounds of a slice as indices of its source. */
function boundsOf({ source, start, end }: SliceSequence<unknown>): readonly [from: number, to: number] {
  return [resolve(start, source.length), resolve(end, source.length)];
}

/** A bound as an index from 0 to `length`. */
function resolve(bound: number, length: number): number {
  return bound < 0 ? Math.max(0, length + bound) : Math.min(bound, length);
}

function checkBound(name: string, value: unknown): void {
  if (Number.isSafeInteger(value)) return;
  throw new OptionError(`\`${name}\` of slice() must be a whole number, got ${show(value)}.`);
}
