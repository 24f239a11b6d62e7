/**
 * Samples that are cheaper together: a dataset with `getItems` is asked for all samples of a batch at once, as a column
 * store decodes a block for many rows, and a server answers for many in the time of one.
 *
 * Invariant: `getItems(indices, contexts)` equals `getItem` of each, so that who asks in which way changes no batch. It is
 * asked only where there is one at the bottom: elsewhere samples are fetched one by one, and none waits for the others.
 */
import { ShapeError } from "../core/errors.ts";
import { settleEach, whenThere } from "../core/settle.ts";
import { type Hooked, isCombinator } from "./combinator.ts";
import type { Context } from "./context.ts";
import { type Awaitable, nameOf } from "./sequence.ts";

/** What samples are fetched from, one by one or many at once. */
export interface Fetchable<S> {
  getItem(index: number, context: Context): Awaitable<S>;
  getItems?(indices: readonly number[], contexts: readonly Context[]): Awaitable<readonly S[]>;
}

/** Whether somewhere below `node`, and all the way up to it, samples are fetched many at once. */
export function readsGroups(node: Hooked): boolean {
  if (typeof (node as Partial<Fetchable<unknown>>).getItems !== "function") return false;
  return isCombinator(node) ? node.combines().some(readsGroups) : true;
}

/**
 * The samples of `source` at `indices`, each with its context: at once where it can do that, else one by one.
 *
 * @throws ShapeError if `getItems` gives another number of them.
 */
export function fetchGroup<S>(
  source: Fetchable<S>,
  indices: readonly number[],
  contexts: readonly Context[],
): Awaitable<readonly S[]> {
  if (!readsGroups(source as Hooked))
    return settleEach(indices.length, (i) => source.getItem(indices[i]!, contexts[i]!));
  const check = (samples: readonly S[]) => {
    if (Array.isArray(samples) && samples.length === indices.length) return samples;
    throw new ShapeError(
      `${nameOf(source)}.getItems returned ${Array.isArray(samples) ? `${samples.length} samples` : "no array"} for ${indices.length} indices. Return the sample of each index, in their order.`,
    );
  };
  return whenThere(source.getItems!(indices, contexts), check);
}
