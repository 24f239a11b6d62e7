/**
 * Hearing of the end of a Web Worker, of which browsers tell nobody: it holds a lock as long as it lives, so whoever gets
 * that lock knows that it is gone. Web Locks: https://w3c.github.io/web-locks/. Limit: pages of `http:` have none.
 */
import { imitator, isNode } from "../../core/node.ts";

/** The platform's, as far as it is needed here. */
interface Locks {
  request(name: string, callback: () => Promise<void>): Promise<void>;
  request(name: string, options: { signal: AbortSignal }, callback: () => void): Promise<void>;
}

function locks(): Locks | undefined {
  return (globalThis as { readonly navigator?: { readonly locks?: Locks } }).navigator?.locks;
}

/** Milliseconds after which a worker that waits for its lock says hello without it. */
const patience = 500;

/**
 * In a worker: takes the lock, and holds it as long as it lives. `said` is called with whether it is held; where that has
 * been false because the platform took its time, once more when it is.
 */
export function holdLock(name: string, said: (isHeld: boolean) => void): void {
  // Node and Bun tell of the end of their threads themselves.
  const platform = isNode && imitator !== "Deno" ? undefined : locks();
  if (platform === undefined) {
    said(false);
    return;
  }
  const late = setTimeout(() => said(false), patience);
  platform
    .request(name, () => {
      clearTimeout(late);
      said(true);
      return new Promise(() => {});
    })
    // Not given to a page of an opaque origin.
    .catch(() => {
      clearTimeout(late);
      said(false);
    });
}

/** Calls `gone` when whoever holds the lock is gone; no more after `signal`. */
export function watchLock(name: string, signal: AbortSignal, gone: () => void): void {
  locks()
    ?.request(name, { signal }, gone)
    // Nobody waits any more, or this page may have no locks.
    .catch(() => {});
}
