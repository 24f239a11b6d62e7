/**
 * Where batch memory comes from.
 *
 * A fresh buffer costs its page faults: half of the hand-off of a 15 MB batch. So a buffer that its consumer has
 * given back is used again for the next batch of the same size. Invariant: a buffer in the arena is referenced by
 * nobody else. Limits: at most {@link mostIdle} idle buffers and {@link mostIdleBytes}, the oldest are dropped first;
 * small ones are not kept, as the allocator is as fast.
 */
import { batchesInFlight } from "../core/in-flight.ts";

/** Below this size (one page) a fresh allocation costs less than looking for a used one. */
const smallest = 4096;

/** Below this size a batch is too little to make V8 collect garbage. */
const smallestReserved = 1 << 20;

/** Idle buffers kept at most: those of a worker's batches in flight, with some leaves each. */
export const mostIdle: number = 8 * batchesInFlight;

/** Idle memory kept at most, in bytes, where that is more than the buffers of a worker's batches in flight. */
export const mostIdleBytes: number = 64 << 20;

let idle: ArrayBuffer[] = [];

/** Buffers that were taken from the arena, and not asked for yet by {@link isNew}. */
const reused = new WeakSet<ArrayBufferLike>();

/** How many have been in there at most: where nobody gives memory back, none is looked for. */
let reuses = 0;

/** Made by {@link reserve}, and the sizes that it was last asked for. */
let ahead: ArrayBuffer[] = [];
let lastSizes: readonly number[] = [];

/** Whether any buffer was ever given back. */
let recycles = false;

/** A buffer of `byteLength` bytes with any content. */
export function allocate(byteLength: number): ArrayBuffer {
  if (byteLength >= smallest) {
    const found = idle.findIndex((buffer) => buffer.byteLength === byteLength);
    if (found >= 0) {
      const [buffer] = idle.splice(found, 1);
      reused.add(buffer!);
      reuses++;
      return buffer!;
    }
  }
  const found = ahead.findIndex((buffer) => buffer.byteLength === byteLength);
  return found < 0 ? new ArrayBuffer(byteLength) : ahead.splice(found, 1)[0]!;
}

/**
 * Makes memory for another batch like the one that is about to leave this thread, whose buffers have these sizes.
 *
 * V8 collects garbage where the memory outside of its heap is more than the least since the last collection, by as much
 * as its heap may grow. If a worker made memory only when the last batch had left, each batch would be such growth, and
 * its heap would be marked once in two or three batches, to find nothing. Made before, it stays level. Nothing of it is
 * touched until it is used. Nothing is made of small sizes, of sizes that did not leave the last time, too (they would
 * be garbage), and where the consumer gives memory back.
 */
export function reserve(sizes: readonly number[]): void {
  const made = ahead;
  ahead = [];
  for (const size of recycles ? [] : sizes) {
    if (size < smallestReserved || !lastSizes.includes(size)) continue;
    const found = made.findIndex((buffer) => buffer.byteLength === size);
    ahead.push(found < 0 ? new ArrayBuffer(size) : made.splice(found, 1)[0]!);
  }
  lastSizes = sizes;
}

/** Whether `buffer` did not come from the arena since this was last asked. */
export function isNew(buffer: ArrayBufferLike): boolean {
  if (reuses === 0 || !reused.delete(buffer)) return true;
  reuses--;
  return false;
}

/** Takes back a buffer that nobody uses any more. */
export function recycle(buffer: ArrayBuffer): void {
  if (buffer.byteLength < smallest) return;
  recycles = true;
  idle.push(buffer);
  if (idle.length > mostIdle || idleBytes() > mostIdleBytes) dropOldest();
}

function idleBytes(): number {
  return idle.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Keeps the youngest that the limits allow, and two however large they are: less would keep nothing of large batches. */
function dropOldest(): void {
  let left = mostIdleBytes;
  let kept = 0;
  for (const { byteLength } of [...idle].reverse()) {
    left -= byteLength;
    if (kept === mostIdle || (left < 0 && kept >= batchesInFlight)) break;
    kept++;
  }
  idle = idle.slice(-kept);
}
