/** Typed arrays as any thread knows them. */
import { allocate } from "./arena.ts";

/** A copy of what a view shows, in a buffer of its own. */
export function copyView<V extends ArrayBufferView>(view: V): V {
  const copy = allocate(view.byteLength);
  new Uint8Array(copy).set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return new (plainType(view))(copy, 0, (view as { length?: number }).length) as V;
}

type ViewType = new (buffer: ArrayBuffer, byteOffset?: number, length?: number) => ArrayBufferView;

/** The class as structured clone keeps it: a Node Buffer is a Uint8Array to everyone else. */
export function plainType(view: ArrayBufferView): ViewType {
  return (globalThis as never)[(view as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]!] as ViewType;
}
