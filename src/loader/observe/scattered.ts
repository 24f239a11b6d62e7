/** Rows that are read in an order in which each costs a whole block: what a column store cannot give cheaply. */
import { type Hooked, isCombinator, isKeeper } from "../../sequence/combinator.ts";
import { nameOf } from "../../sequence/sequence.ts";

/** A dataset whose rows lie in blocks, which are decoded whole for any of their rows unless all are in memory. */
export interface Blocked {
  /** Rows of each block, in order. */
  readonly blocks: readonly number[];
  /** Whether all rows are in memory, so that any order is cheap. */
  readonly decoded: boolean;
}

/** Samplers that keep to blocks, by their ids: the modules would be loaded with every loader. */
const inBlocks: ReadonlySet<unknown> = new Set([
  "epochal:sampler/block#BlockSampler",
  "epochal:sampler/sequential#SequentialSampler",
]);

/**
 * The name of a dataset in `node` whose rows are read in an order that does not keep to their blocks; undefined where there
 * is none, or a cache is above it.
 */
export function scatteredRows(node: Hooked, scattered = false): string | undefined {
  if (!isCombinator(node)) {
    const { blocks = [], decoded } = node as Partial<Blocked>;
    return scattered && decoded === false && blocks.length > 1 ? nameOf(node) : undefined;
  }
  if (isKeeper(node)) return undefined;
  const { shuffle, sampler } = node as { readonly shuffle?: boolean; readonly sampler?: object };
  const byBlocks = inBlocks.has((sampler?.constructor as { readonly id?: unknown } | undefined)?.id);
  const below = scattered || shuffle === true || (sampler !== undefined && !byBlocks);
  for (const source of node.combines()) {
    const found = scatteredRows(source, below);
    if (found !== undefined) return found;
  }
  return undefined;
}
