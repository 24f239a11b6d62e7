/**
 * The combinators that take batches of their sources as they are, each from another place: `slice`, `take`, `skip`,
 * `select`, `shard`, `repeat`, `concat`, `mix` and `randomChoice`. Each is a length and a rule of where a batch lies; that
 * the index is checked and the batch is the one that its source gives alone is written here once.
 */
import { checkIndex } from "../../core/check.ts";
import { Combinator, type Hooked } from "../combinator.ts";
import { type Context, deriveContext } from "../context.ts";
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
