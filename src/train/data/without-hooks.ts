/** A view of a sequence for whoever calls its hooks. */
import { Combinator, type Hooked } from "../../sequence/combinator.ts";
import type { Context } from "../../sequence/context.ts";
import type { Sequence } from "../../sequence/sequence.ts";

/** A sequence whose hooks are not called through it. Workers and states know of them, and of what they change. */
export class WithoutHooks extends Combinator<unknown> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:train/data/without-hooks#WithoutHooks";
  readonly inner: Sequence<unknown>;

  constructor(inner: Sequence<unknown>) {
    super();
    this.inner = inner;
  }

  get length(): number {
    return this.inner.length;
  }

  getItem(index: number, context: Context): unknown {
    return this.inner.getItem(index, context);
  }

  combines(): readonly Hooked[] {
    return [this.inner];
  }

  override async onEpochBegin(): Promise<void> {}

  override async onEpochEnd(): Promise<void> {}
}
