/**
 * Workers that Node has and a browser has not. Loaded only when such workers are asked for, so that the package's
 * front door stands in a browser too.
 */
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { serialize } from "node:v8";
import type { Sequence } from "../sequence/sequence.ts";
import { explainCloneError, pack } from "./portable.ts";
import { startProcess } from "./process.ts";
import type { Request } from "./protocol.ts";
import { startThread, type ThreadLimits } from "./thread.ts";
import type { StartWorker } from "./worker.ts";

/** How workers of Node are made. */
export interface NodeWorkerOptions {
  readonly seed: number;
  /** Child processes instead of threads. */
  readonly processes: boolean;
  readonly resourceLimits?: ThreadLimits;
}

/**
 * Starts worker threads or processes that each hold a copy of `sequence`.
 *
 * @throws PortableError if the sequence cannot be sent.
 */
export function nodeWorkers(sequence: Sequence<unknown>, options: NodeWorkerOptions): StartWorker {
  const load = (): Request => ({
    type: "load",
    sequence: pack(sequence, entryScript()),
    seed: options.seed,
  });
  const { processes, resourceLimits } = options;
  // A channel between processes takes less than one between threads: no shared memory.
  const clone = processes ? serialize : structuredClone;
  const guarded = <T>(send: () => T): T => {
    try {
      return send();
    } catch (error) {
      if (/could not be cloned/.test((error as Error).message)) {
        throw explainCloneError(sequence, error, clone);
      }
      throw error;
    }
  };
  // Said now rather than at the first start.
  load();
  const start = processes ? startProcess : startThread;
  return (id, events) => {
    const worker = guarded(() => start(id, load, events, resourceLimits));
    return { ...worker, reload: () => guarded(worker.reload) };
  };
}

/** URL of the script that Node was started with. */
function entryScript(): string | undefined {
  const script = process.argv[1];
  if (script === undefined) return undefined;
  try {
    return pathToFileURL(realpathSync(script)).href;
  } catch {
    // Started with a name that Node resolved by itself (`node main` for main.js), or none at all.
    return undefined;
  }
}
