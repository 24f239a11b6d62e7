/** Giving a batch's memory back; how it became releasable is in lease.ts. */
import { dispose } from "../core/dispose.ts";

/**
 * Gives the memory of a delivered batch back to its loader, which uses it for a batch to come. Optional: a batch that is
 * not released is collected as garbage. Its arrays are empty afterwards, so release it only when the consumer has copied
 * or used them up (TensorFlow.js' cpu and webgl backends and onnxruntime alias them; wasm and jax-js copy).
 *
 * @example
 * for await (const batch of loader) {
 *   await step(batch);
 *   release(batch);
 * }
 * // or: for await (const batch of loader) { using lease = batch; … }
 */
export function release(batch: unknown): void {
  (batch as Partial<Disposable> | null | undefined)?.[dispose]?.();
}
