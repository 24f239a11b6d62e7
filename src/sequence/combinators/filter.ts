import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { lengthOf, type Sequence } from "../sequence.ts";
import { checkSequence } from "./combinator.ts";
import { type Place, SingleSelection } from "./selection.ts";

/** Chosen batches of `source`; made by {@link filter}. */
export class FilterSequence<B> extends SingleSelection<B> {
  static override readonly module: string = import.meta.url;
  /** Indices of the batches kept, rising. */
  readonly kept: Float64Array;

  constructor(source: Sequence<B>, kept: Float64Array) {
    super(source);
    this.kept = kept;
  }

  get length(): number {
    return this.kept.length;
  }

  protected locate(index: number): Place<B> {
    return { source: this.source, index: this.kept[index]! };
  }
}

/**
 * The batches whose index `keep` accepts. It is asked once for each index, now, so that the length is known.
 *
 * It sees indices and not batches: a length that depends on the data would be known only after an epoch, and order,
 * resume and shards with it. To leave samples out by their content, filter the list of files or records that the
 * dataset is built of, or use `batches(dataset, { sampler: new SubsetSampler(indices) })`; to thin batches out without
 * changing their number, use `map`.
 *
 * @throws OptionError if `source` is no sequence or is endless, or `keep` is no function.
 * @example
 * const [train, test] = [filter(all, (i) => i % 10 !== 0), filter(all, (i) => i % 10 === 0)];
 */
export function filter<B>(source: Sequence<B>, keep: (index: number) => boolean): Sequence<B> {
  checkSequence("filter", source);
  if (typeof keep !== "function")
    throw new OptionError(`filter() takes a function of an index, got ${show(keep)}.`);
  const length = lengthOf(source);
  if (length === Number.POSITIVE_INFINITY) {
    throw new OptionError(
      "filter() cannot go through an endless sequence. Filter its source first, then repeat() it.",
    );
  }
  const kept: number[] = [];
  for (let index = 0; index < length; index++) if (keep(index)) kept.push(index);
  return new FilterSequence(source, Float64Array.from(kept));
}
