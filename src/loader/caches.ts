/**
 * What this thread keeps of a sequence, in step with what it is: batches of its caches, orders of its samplers.
 *
 * A worker that is sent a changed sequence begins with nothing kept. So do the caches of this thread where the source
 * differs from what it was when they were last in use; what `getItem` changes itself, such as a counter, is no difference.
 */
import { BatchSequence, forgetOrder } from "../sequence/batching/batches.ts";
import { type Hooked, isCombinator } from "../sequence/combinator.ts";
import { CacheSequence, forget } from "../sequence/combinators/cache.ts";
import { type Snapshot, takeSnapshot } from "../worker/wire/snapshot/snapshot.ts";

/** What each cache's source was when the cache was last in use. */
const sources = new WeakMap<object, Snapshot>();

/** Forgets the orders in `sequence`, and the batches of caches whose sources have changed; as an epoch begins, after its hook. */
export function refreshCaches(sequence: Hooked): void {
  for (const part of partsOf(sequence)) {
    if (part instanceof BatchSequence) forgetOrder(part);
    if (part instanceof CacheSequence && hasChanged(part)) forget(part);
  }
}

/** Takes note of the sources as they are after an epoch's last batch, before its hook. */
export function noteSources(sequence: Hooked): void {
  for (const part of partsOf(sequence)) if (part instanceof CacheSequence) hasChanged(part);
}

/** Whether the source has changed since it was last looked at. */
function hasChanged(cache: CacheSequence<unknown>): boolean {
  const before = sources.get(cache);
  const snapshot = takeSnapshot(cache.source, { to: "nobody", before });
  sources.set(cache, snapshot);
  return snapshot !== before;
}

/** All that a sequence is made of, itself too, each once. */
function partsOf(node: Hooked, found: Set<Hooked> = new Set()): typeof found {
  found.add(node);
  if (isCombinator(node)) for (const source of node.combines()) partsOf(source, found);
  return found;
}
