/**
 * What becomes of what nobody holds any more: a loader dropped without `close()`, an iterator dropped within its epoch.
 *
 * Who holds whom: an iterator its loader and its run, a loader its crew and its last run, a crew its pool, and the
 * platform every worker that lives, with its pool and the run whose jobs are out. Nothing below a loader refers up to it
 * or to an iterator, and those who observe a loader, who may refer to it, are held by it alone. So both are collected once
 * the program has let go of them, and what they held is ended: the run and the workers, in whatever order. The one
 * exception is a `next()` that is not settled: who will settle it holds the iterator by way of what that does afterwards,
 * so that a loop that waits is not ended under it.
 */

/** Something to end, and how. */
interface Held {
  end(): void;
}

const registry = new FinalizationRegistry<Held>((held) => held.end());

/**
 * Calls `end` with `held` when `owner` is collected, unless {@link hasEnded} comes before. Neither may refer to `owner`:
 * give a function that stands outside of its methods.
 */
export function endWhenDropped<T>(owner: object, held: T, end: (held: T) => void): void {
  registry.register(owner, { end: () => end(held) }, owner);
}

/** Nothing is left to end for `owner`: a loop that never lets the event loop turn would else pile up what it has finished. */
export function hasEnded(owner: object): void {
  registry.unregister(owner);
}

/**
 * Calls `close` with `owner` when the signal aborts, at once where it has. A signal may live for as long as the program:
 * it does not keep `owner` alive. Returns what stops listening.
 */
export function closeOnAbort<T extends object>(
  signal: AbortSignal | undefined,
  owner: T,
  close: (owner: T, reason: unknown) => void,
): () => void {
  const self = new WeakRef(owner);
  const onAbort = (): void => {
    const alive = self.deref();
    if (alive) close(alive, signal?.reason);
  };
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  return () => signal?.removeEventListener("abort", onAbort);
}
