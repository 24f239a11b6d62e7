/**
 * Workers that Node has and a browser has not. What they need of Node is asked for when they start, so that this file
 * loads in a browser too.
 */

import { isNode, node } from "../../core/node.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import { connect } from "../wire/connect.ts";
import type { WorkerRequest } from "../wire/protocol.ts";
import { type Snapshot, takeSnapshot } from "../wire/snapshot/snapshot.ts";
import type { BatchWorker, StartWorker, WorkerEvents, WorkerSource } from "../worker.ts";
import { nodeWorkers as noWorkers } from "./browser.ts";
import type { ResourceLimits } from "./limits.ts";
import { openProcess } from "./process.ts";
import { openThread } from "./thread.ts";

export { checkNotNested } from "./nested.ts";

/** How workers of Node are made. */
export interface NodeWorkerOptions {
  readonly seed: number;
  readonly kind: WorkerSource;
  readonly resourceLimits?: ResourceLimits | undefined;
}

/** Workers that each hold a copy of a sequence. */
export interface NodeWorkers {
  /** Starts one, with the sequence as it was at the last update. */
  readonly start: StartWorker;
  /**
   * Takes the sequence as it is now, for workers that start or are reloaded from here on; whether it has changed since
   * the last update.
   *
   * @throws PortableError if it cannot be sent.
   */
  update(): boolean;
  /** No worker is there, nor will one start before the next update: what it would be sent need not be kept. */
  forget(): void;
}

/**
 * Worker threads or processes over `sequence`; {@link NodeWorkers.update} comes before the first one.
 *
 * @throws WorkerError if this is no Node.
 */
export function nodeWorkers(
  sequence: Sequence<unknown>,
  { seed, kind, resourceLimits = {} }: NodeWorkerOptions,
): NodeWorkers {
  if (!isNode) return noWorkers();
  const entry = entryScript();
  const open = kind === "process" ? openProcess : openThread;
  let snapshot: Snapshot | undefined;
  const load = (): WorkerRequest => ({ type: "load", sequence: snapshot!, seed });
  const start = (id: number, events: WorkerEvents): BatchWorker =>
    connect(open(`${kind} ${id}`, resourceLimits), load, events);
  return {
    start: Object.assign(start, { kind } as const),
    update() {
      const before = snapshot;
      const now = takeSnapshot(sequence, { to: kind, entry, before });
      if (now.problem) throw now.problem;
      snapshot = now;
      return now !== before;
    },
    forget() {
      snapshot = undefined;
    },
  };
}

/** URL of the script that Node was started with, as far as its name tells: `node .` names a folder. */
function entryScript(): string | undefined {
  const script = process.argv[1];
  if (script === undefined) return undefined;
  try {
    const { pathToFileURL } = node("url");
    const path = node("fs").realpathSync(script);
    const { resolve } = node("module").createRequire(pathToFileURL(path));
    return pathToFileURL(resolve(path)).href;
  } catch {
    // A name that Node resolved by itself (`node main` for main.js), or none at all.
    return undefined;
  }
}
