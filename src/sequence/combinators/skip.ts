import { checkInteger } from "../../core/check.ts";
import { checkSequence } from "../combinator.ts";
import type { Sequence } from "../sequence.ts";
import { SliceSequence } from "./slice.ts";

/**
 * All but the first `count` batches.
 *
 * @throws OptionError if `source` is no sequence or `count` no whole number.
 * @example
 * skip(all, 2); // a0, a1, a2, a3 become a2, a3
 */
export function skip<B>(source: Sequence<B>, count: number): Sequence<B> {
  checkSequence("skip", source);
  checkInteger("count", count);
  return new SliceSequence(source, count, Number.POSITIVE_INFINITY);
}
