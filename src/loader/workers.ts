/** Which kinds of workers a loader can start. */
import { isEpochalError } from "../core/errors.ts";
import { isNode } from "../core/node.ts";
import type { Sequence } from "../sequence/sequence.ts";
import { inlineWorkers } from "../worker/kinds/inline.ts";
import { checkNotNested, type NodeWorkers, nodeWorkers } from "../worker/kinds/node.ts";
import type { Pool } from "../worker/pool/pool.ts";
import type { StartWorker } from "../worker/worker.ts";
import type { Setting, Tuner } from "./observe/tuner.ts";
import type { ResolvedOptions } from "./options.ts";

/** Workers in this thread, and threads or processes where the loader may use them. */
export interface WorkerKinds {
  readonly inline: StartWorker;
  readonly remote: NodeWorkers | undefined;
}

/**
 * The kinds of workers for a loader. A platform without threads leaves `workers: "auto"` inline; where workers were
 * asked for by number, that is an error.
 *
 * @throws PortableError if workers are asked for and this is a worker itself.
 */
export function workerKinds(
  sequence: Sequence<unknown>,
  { workers, seed, useMultiprocessing, resourceLimits }: ResolvedOptions,
): WorkerKinds {
  const inline = inlineWorkers(sequence, seed);
  if (workers === 0 || (workers === "auto" && !isNode)) return { inline, remote: undefined };
  checkNotNested();
  const options = { seed, processes: useMultiprocessing, ...(resourceLimits && { resourceLimits }) };
  return { inline, remote: nodeWorkers(sequence, options) };
}

/** What the workers of a loader are made of. */
export interface Staff {
  readonly pool: Pool;
  readonly kinds: WorkerKinds;
  readonly tuner: Tuner;
  readonly options: ResolvedOptions;
}

/**
 * Has the workers take the sequence as it is now, for the epoch that begins. It is looked at only where some are in use:
 * a look at 50 MB in memory takes as long as some thirty batches of it.
 *
 * @throws PortableError if it cannot be sent to the workers asked for.
 */
export function update(staff: Staff): void {
  const inUse = usesRemote(staff.tuner.setting);
  if (!inUse) staff.kinds.remote?.forget();
  staff.pool.reload(inUse && look(staff));
}

/** Sets the pool up for what the tuner wants from here on, in the middle of an epoch; it wanted `before`. */
export function retune(staff: Staff, before: Setting): void {
  const { pool, kinds, tuner } = staff;
  if (!usesRemote(before) && usesRemote(tuner.setting)) look(staff);
  const { workers, keep } = tuner.setting;
  const { size, start } = crewOf(workers, kinds);
  pool.resize(size, start, keep);
}

function usesRemote({ workers, keep }: Setting): boolean {
  return workers > 0 || keep;
}

/**
 * Takes the sequence as it is now; whether it has changed. Under `workers: "auto"` one that cannot be sent, as `getItem`
 * has opened a file in this thread, is loaded in this thread from here on.
 */
function look({ pool, kinds, tuner, options }: Staff): boolean {
  try {
    return kinds.remote!.look();
  } catch (error) {
    if (options.workers !== "auto" || !isEpochalError(error, "PortableError")) throw error;
    tuner.stayInline();
    const { size, start } = crewOf(0, kinds);
    pool.resize(size, start);
    return false;
  }
}

/** How a pool is set up for that many workers; none means that this thread does the work. */
export function crewOf(
  workers: number,
  { inline, remote }: WorkerKinds,
): { readonly size: number; readonly start: StartWorker } {
  return workers === 0 ? { size: 1, start: inline } : { size: workers, start: remote!.start };
}
