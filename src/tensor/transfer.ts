/**
 * What it takes to give a batch away.
 *
 * A batch handed to another thread is moved, not copied, and a delivered batch belongs to its consumer. So every
 * buffer in it must belong to the batch alone. A view of part of a larger buffer (rows of a dataset held in memory),
 * a buffer that the sequence itself keeps, or one that other threads share is copied first; all else moves as it is.
 */
import { ShapeError } from "../core/errors.ts";
import { isTensor, showShape, sizeOf, type Tensor } from "./tensor.ts";
import { forEachLeaf, mapTree } from "./tree.ts";
import { copyView, plainType } from "./view.ts";

/** Buffers that a sequence keeps for itself. */
export type Kept = ReadonlySet<ArrayBufferLike>;

/**
 * The batch with every buffer its own: views of part of a buffer, of shared memory, and of buffers in `kept` are copied.
 * The same object where nothing had to be copied.
 *
 * @throws ShapeError where a tensor's buffer is gone, because it was part of a batch given away before.
 */
export function ownBuffers<B>(batch: B, kept: Kept): B {
  return mapViews(batch, (view) => ownView(view, kept), checkAlive);
}

/**
 * The batch with `change` applied to each typed array: the data of its tensors, which are given to `check` before, and
 * those that stand alone, always in the same order. The same object where nothing changed.
 */
export function mapViews<B>(
  batch: B,
  change: (view: ArrayBufferView) => ArrayBufferView,
  check?: (tensor: Tensor) => void,
): B {
  return mapTree(batch, (leaf) => {
    if (ArrayBuffer.isView(leaf)) return change(leaf);
    if (!isTensor(leaf)) return leaf;
    check?.(leaf);
    const data = change(leaf.data);
    return data === leaf.data ? leaf : { ...leaf, data };
  }) as B;
}

/** Calls `visit` with each typed array of a batch, in the order of {@link mapViews}. */
function forEachView(batch: unknown, visit: (view: ArrayBufferView) => void): void {
  forEachLeaf(batch, (leaf) => {
    const view = isTensor(leaf) ? leaf.data : leaf;
    if (ArrayBuffer.isView(view)) visit(view);
  });
}

/** The memory of a batch, each piece once. */
export function buffersOf(batch: unknown): ReadonlySet<ArrayBufferLike> {
  const buffers = new Set<ArrayBufferLike>();
  forEachView(batch, ({ buffer }) => buffers.add(buffer));
  return buffers;
}

/** The buffers to move with a batch that owns all its buffers, each once. */
export function transferables(batch: unknown): ArrayBuffer[] {
  return [...buffersOf(batch)].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** Bytes in the typed arrays of a batch. */
export function bytesOf(batch: unknown): number {
  let bytes = 0;
  forEachView(batch, ({ byteLength }) => {
    bytes += byteLength;
  });
  return bytes;
}

/** Every buffer reachable from the fields of `value`: what a sequence keeps. */
export function keptBuffers(value: unknown): Kept {
  const buffers = new Set<ArrayBufferLike>();
  const seen = new Set<object>();
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    // One at a time: a call takes no 100,000 arguments. An array of 100,000 paths is common, and has nothing to look into.
    const add = (items: Iterable<unknown>): void => {
      for (const item of items) if (typeof item === "object" && item !== null) pending.push(item);
    };
    if (ArrayBuffer.isView(next)) buffers.add(next.buffer);
    else if (next instanceof ArrayBuffer) buffers.add(next);
    else {
      if (next instanceof Map) add(next.keys());
      add(
        next instanceof Map || next instanceof Set || Array.isArray(next)
          ? next.values()
          : Object.values(next),
      );
    }
  }
  return buffers;
}

function ownView(view: ArrayBufferView, kept: Kept): ArrayBufferView {
  const { buffer, byteLength } = view;
  if (!(buffer instanceof ArrayBuffer) || byteLength !== buffer.byteLength || kept.has(buffer)) {
    return copyView(view);
  }
  const Type = plainType(view);
  return Type === view.constructor ? view : new Type(buffer, 0, (view as { length?: number }).length);
}

function checkAlive(tensor: Tensor): void {
  if (tensor.data.length > 0 || sizeOf(tensor.shape) === 0) return;
  throw new ShapeError(
    `A tensor of shape ${showShape(tensor.shape)} has lost its data: it was part of a batch that was given away before. A batch from getItem belongs to its receiver; keep a copy (\`data.slice()\`) if you return a tensor again.`,
  );
}
