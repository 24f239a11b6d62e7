/** Which kinds of workers a loader can start. */
import { isEpochalError } from "../core/errors.ts";
import { isNode } from "../core/node.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { inlineWorkers } from "../worker/inline.ts";
import { checkNotNested, nodeWorkers } from "../worker/node.ts";
import type { Pool } from "../worker/pool.ts";
import type { StartWorker } from "../worker/worker.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Tuner } from "./tuner.ts";

/** Starters of workers in this thread, and of threads or processes where the loader may use them. */
export interface WorkerKinds {
  readonly inline: StartWorker;
  readonly remote: StartWorker | undefined;
  /**
   * Takes the sequence as it is now, for the epoch that begins; whether it has changed since the last one.
   *
   * @throws PortableError if it cannot be sent any more.
   */
  update(): boolean;
}

/**
 * The kinds of workers for a loader. Under `workers: "auto"` a sequence that cannot be sent, or a platform without
 * threads, leaves it inline; where workers were asked for by number, that is an error.
 *
 * @throws PortableError if the sequence cannot be sent to the workers asked for, or if this is a worker itself.
 */
export function workerKinds(
  sequence: Sequence<unknown>,
  { workers, seed, useMultiprocessing, resourceLimits }: ResolvedOptions,
): WorkerKinds {
  const inline = inlineWorkers(sequence, seed);
  if (workers === 0 || (workers === "auto" && !isNode)) return inlineOnly(inline);
  checkNotNested();
  try {
    const options = { seed, processes: useMultiprocessing, ...(resourceLimits && { resourceLimits }) };
    const { start, update } = nodeWorkers(sequence, options);
    return { inline, remote: start, update };
  } catch (error) {
    if (workers === "auto" && isEpochalError(error, "PortableError")) return inlineOnly(inline);
    throw error;
  }
}

function inlineOnly(inline: StartWorker): WorkerKinds {
  return { inline, remote: undefined, update: () => false };
}

/**
 * Has the workers of `pool` take the sequence as it is now, for the epoch that begins. Under `workers: "auto"` a sequence
 * that cannot be sent any more, as `getItem` has opened a file in this thread, is loaded in this thread from here on.
 *
 * @throws PortableError if it cannot be sent to the workers asked for.
 */
export function update(pool: Pool, kinds: WorkerKinds, tuner: Tuner, { workers }: ResolvedOptions): void {
  let changed = false;
  try {
    changed = kinds.update();
  } catch (error) {
    if (workers !== "auto" || !isEpochalError(error, "PortableError")) throw error;
    tuner.stayInline();
    const { size, start } = crewOf(0, kinds);
    pool.resize(size, start);
  }
  pool.reload(changed);
}

/** How a pool is set up for that many workers; none means that this thread does the work. */
export function crewOf(
  workers: number,
  { inline, remote }: WorkerKinds,
): { readonly size: number; readonly start: StartWorker } {
  return workers === 0 ? { size: 1, start: inline } : { size: workers, start: remote! };
}
