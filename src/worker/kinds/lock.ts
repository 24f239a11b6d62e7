/**
 * Hearing of the end of a Web Worker, of which browsers tell nobody: it holds a lock as long as it lives, so whoever gets
 * that lock knows that it is gone. Web Locks: https://w3c.github.io/web-locks/. Limit: pages of `http:` have none.
 */

interface Locks {
  request(name: string, options: { signal: AbortSignal }, callback: () => void): Promise<void>;
}

/** Calls `gone` when whoever holds the lock is gone; no more after `signal`. */
export function watchLock(name: string, signal: AbortSignal, gone: () => void): void {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: Locks } };
  navigator?.locks
    ?.request(name, { signal }, gone)
    // Nobody waits any more, or this page may have no locks.
    .catch(() => {});
}
