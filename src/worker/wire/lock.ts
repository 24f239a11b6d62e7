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

/** Milliseconds in which a platform gives a lock that nobody else knows of. */
const patience = 500;

/** In a worker: whether it holds the lock from now on, as long as it lives. */
export async function holdLock(name: string): Promise<boolean> {
  // Node and Bun tell of the end of their threads themselves.
  const platform = isNode && imitator !== "Deno" ? undefined : locks();
  if (platform === undefined) return false;
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), patience);
    platform
      .request(name, () => {
        resolve(true);
        return new Promise(() => {});
      })
      // Not given to a page of an opaque origin.
      .catch(() => resolve(false));
  });
}

/** Calls `gone` when whoever holds the lock is gone; no more after `signal`. */
export function watchLock(name: string, signal: AbortSignal, gone: () => void): void {
  locks()
    ?.request(name, { signal }, gone)
    // Nobody waits any more, or this page may have no locks.
    .catch(() => {});
}
