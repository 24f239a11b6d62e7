/**
 * The combinators that take batches of their sources as they are, each from another place: `slice`, `take`, `skip`,
 * `select`, `shard`, `repeat`, `concat`, `mix` and `randomChoice`. Each is a length and a rule of where a batch lies; that
 * the index is checked and the batch is the one that its source gives alone is written here once.
 */
import { checkIndex } from "../../core/check.ts";
import { settleEach, whenThere } from "../../core/settle.ts";
import { Combinator, type Hooked } from "../combinator.ts";
import { type Context, deriveContext } from "../context.ts";
import { fetchGroup } from "../group.ts";
import { type Awaitable, nameOf, type Returned, type Sequence } from "../sequence.ts";

/** Where a batch lies. */
export interface SourceBatch<B> {
  readonly source: Sequence<B>;
  /** Its index in the source. */
  readonly index: number;
  /** The source's epoch, where that is not the outer one. */
  readonly epoch?: number;
}

/** A sequence whose every batch is one batch of one of its sources. */
export abstract class Selection<B> extends Combinator<B> {
  /** Where the batch at `index` lies, 0 ≤ index < length, when `context` asks for it. */
  protected abstract locate(index: number, context: Context): SourceBatch<B>;

  getItem(index: number, context: Context): Awaitable<Returned<NoInfer<B>>> {
    checkIndex(nameOf(this), index, this.length);
    const { source, index: from, epoch = context.epoch } = this.locate(index, context);
    return source.getItem(from, deriveContext(context, from, { epoch }));
  }

  override getItems(
    indices: readonly number[],
    contexts: readonly Context[],
  ): Awaitable<readonly Returned<NoInfer<B>>[]> {
    /** What is asked of each source, and where it goes. */
    const parts = new Map<Sequence<B>, { indices: number[]; contexts: Context[]; places: number[] }>();
    for (const [place, index] of indices.entries()) {
      checkIndex(nameOf(this), index, this.length);
      const context = contexts[place]!;
      const { source, index: from, epoch = context.epoch } = this.locate(index, context);
      const part = parts.get(source) ?? { indices: [], contexts: [], places: [] };
      part.indices.push(from);
      part.contexts.push(deriveContext(context, from, { epoch }));
      part.places.push(place);
      parts.set(source, part);
    }
    const asked = [...parts];
    const fetched = settleEach(asked.length, (i) => {
      const [source, part] = asked[i]!;
      return fetchGroup<unknown>(source, part.indices, part.contexts);
    });
    const placed = (groups: readonly (readonly unknown[])[]) => {
      const batches = new Array<unknown>(indices.length);
      for (const [i, group] of groups.entries())
        for (const [k, place] of asked[i]![1].places.entries()) batches[place] = group[k];
      return batches;
    };
    return whenThere(fetched, placed) as never;
  }
}

/** A {@link Selection} from one source. */
export abstract class SingleSelection<B> extends Selection<B> {
  readonly source: Sequence<B>;

  constructor(source: Sequence<B>) {
    super();
    this.source = source;
  }

  combines(): readonly Hooked[] {
    return [this.source];
  }
}
