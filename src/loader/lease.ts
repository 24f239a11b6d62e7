/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Giving a batch's memory back.
 *
 * A delivered batch belongs to its consumer, for as long as it likes. A consumer that is done with it may release it:
 * its buffers then go back to where they came from and become the next batch, without an allocation. On release the
 * buffers are detached: whoever looks at the batch afterwards sees empty arrays, never somebody else's pixels.
 */
import { dispose } from "../core/dispose.ts";
import { transferables } from "../tensor/transfer.ts";
import type { BatchWorker } from "../worker/worker.ts";

/**
 * Makes `batch`, which is plain data (tensor/plain.ts), releasable: `using batch = …` or `release`. Batches that are
 * no objects have no memory to give.
 */
export function lease(batch: unknown, worker: BatchWorker): void {
  if (typeof batch !== "object" || batch === null) return;
  Object.defineProperty(batch, dispose, {
    value: () => {
      const buffers = transferables(batch).filter((buffer) => buffer.byteLength > 0);
      if (buffers.length > 0) worker.recycle(structuredClone(buffers, { transfer: buffers }));
    },
    // Not enumerable: the batch prints, spreads and compares as what getItem returned.
    enumerable: false,
    configurable: true,
  });
}

/**
 * What a loader hands out: the batch, which can be disposed of where it is an object.
 *
 * To TypeScript a tuple with a method more is no tuple: an element too many, `const [x, y, z] = batch` of a pair, is
 * no error where it is taken, only where it is used (with `noUncheckedIndexedAccess` it may be undefined). A type that
 * forbids it, a record without the index signature, is not assignable to `B` in generic code, and spreads as `any[]`.
 */
export type Leased<B> = B extends object ? B & Disposable : B;
