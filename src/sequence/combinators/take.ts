import { checkInteger } from "../../core/check.ts";
import { checkSequence } from "../combinator.ts";
import type { Sequence } from "../sequence.ts";
import { SliceSequence } from "./slice.ts";

/**
 * The first `count` batches, or all if there are fewer.
 *
 * @throws OptionError if `source` is no sequence or `count` no whole number.
 * @example
 * take(all, 2); // a0, a1, a2, a3 become a0, a1
 */
export function take<B>(source: Sequence<B>, count: number): Sequence<B> {
  checkSequence("take", source);
  checkInteger("count", count);
  return new SliceSequence(source, 0, count);
}
