/** A view of a sequence for whoever calls its hooks. */
import type { Context } from "../../sequence/context.ts";
import { Sequence } from "../../sequence/sequence.ts";

/** A sequence without its hooks. Workers are brought up to date as if it had them. */
export class WithoutHooks extends Sequence<unknown> {
  static override readonly module: string = import.meta.url;
  readonly inner: Sequence<unknown>;

  constructor(inner: Sequence<unknown>) {
    super();
    this.inner = inner;
  }

  get length(): number {
    return this.inner.length;
  }

  override get hasHooks(): boolean {
    return this.inner.hasHooks;
  }

  getItem(index: number, context: Context): unknown {
    return this.inner.getItem(index, context);
  }
}
