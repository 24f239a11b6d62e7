import { show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { checkSequence } from "../combinator.ts";
import { lengthOf } from "../length.ts";
import type { Sequence } from "../sequence.ts";
import { SingleSelection, type SourceBatch } from "./selection.ts";

/** Chosen batches of `source`; made by {@link select}. */
export class SelectSequence<B> extends SingleSelection<B> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:sequence/combinators/select#SelectSequence";
  /** Indices of the batches kept, rising. */
  readonly kept: Float64Array;

  constructor(source: Sequence<B>, kept: Float64Array) {
    super(source);
    this.kept = kept;
  }

  get length(): number {
    return this.kept.length;
  }

  protected locate(index: number): SourceBatch<B> {
    return { source: this.source, index: this.kept[index]! };
  }
}

/**
 * The batches whose index `keep` accepts. It is asked once for each index, now, so that the length is known.
 *
 * It sees indices and not batches, unlike the `filter` of tf.data: a length that depends on the data would be known only
 * after an epoch, and order, resume and shards with it. To leave samples out by their content, filter the list of files
 * or records that the dataset is built of, or use `batches(dataset, { sampler: new SubsetSampler(indices) })`; to thin
 * batches out without changing their number, use `map`.
 *
 * @throws OptionError if `source` is no sequence or is endless, or `keep` is no function.
 * @example
 * select(all, (i) => i % 3 === 0); // a0, a1, a2, a3, a4 become a0, a3
 */
export function select<B>(source: Sequence<B>, keep: (index: number) => boolean): Sequence<B> {
  checkSequence("select", source);
  if (typeof keep !== "function") {
    const next = Array.isArray(keep) ? " Of a list of indices: (index) => list.includes(index)." : "";
    throw new OptionError(`select() takes a function of an index, got ${show(keep)}.${next}`);
  }
  const length = lengthOf(source);
  if (length === Number.POSITIVE_INFINITY) {
    throw new OptionError(
      "select() cannot go through an endless sequence. Select from its source first, then repeat() it.",
    );
  }
  const kept: number[] = [];
  for (let index = 0; index < length; index++) if (keep(index)) kept.push(index);
  return new SelectSequence(source, Float64Array.from(kept));
}
