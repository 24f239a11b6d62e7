/**
 * The caches of this thread, kept in step with their sources.
 *
 * A worker that is sent a changed sequence begins with empty caches. So do those of this thread where the source differs
 * from what it was when they were last in use; what `getItem` changes itself, such as a counter, is no difference.
 */

import { type Combinator, type Hooked, isCombinator, isKeeper, type Keeper } from "../sequence/combinator.ts";
import { type Snapshot, takeSnapshot } from "../worker/wire/snapshot/snapshot.ts";

/** What each cache's source was when the cache was last in use. */
const sources = new WeakMap<object, Snapshot>();

/** Empties the caches in `sequence` whose sources have changed; as an epoch begins, after its hook. */
export function refreshCaches(sequence: Hooked): void {
  for (const cache of cachesIn(sequence)) if (hasChanged(cache)) cache.forget();
}

/** Takes note of the sources as they are after an epoch's last batch, before its hook. */
export function noteSources(sequence: Hooked): void {
  cachesIn(sequence).forEach(hasChanged);
}

/** A combinator that keeps what its sources gave. */
type Cache = Combinator<unknown> & Keeper;

/** Whether the sources have changed since they were last looked at. */
function hasChanged(cache: Cache): boolean {
  const before = sources.get(cache);
  const snapshot = takeSnapshot(cache.combines(), { to: "nobody", before });
  sources.set(cache, snapshot);
  return snapshot !== before;
}

function cachesIn(node: Hooked, found: Set<Cache> = new Set()): typeof found {
  if (!isCombinator(node)) return found;
  if (isKeeper(node)) found.add(node);
  for (const source of node.combines()) cachesIn(source, found);
  return found;
}
