/** The costs of a fetch, put together with what the memory of its batch tells. */
import { type Counters, endFetch, type Fetch } from "../core/counters.ts";
import { isNew } from "./arena.ts";
import { buffersOf } from "./transfer.ts";

/**
 * The fetch is over and made a batch; what it cost.
 *
 * @param delivered the batch as it is handed out, which may have other memory
 */
export function costsOf(fetch: Fetch, batch: unknown, delivered: unknown): Counters {
  const counters = endFetch(fetch, () => buffersOf(batch));
  counters.allocated = allocatedFor(delivered);
  return counters;
}

/** Bytes of the memory of `batch` that are new and were not used for another batch before. To be asked once. */
export function allocatedFor(batch: unknown): number {
  let bytes = 0;
  for (const buffer of buffersOf(batch)) if (isNew(buffer)) bytes += buffer.byteLength;
  return bytes;
}
