/**
 * What stands in the place of node.ts in a browser bundle, by the `browser` field of package.json: worker threads and
 * processes are Node's.
 */
import { WorkerError } from "../../core/errors.ts";
import type { NodeWorkers } from "./node.ts";

/** Takes no workers, as there are none to start. */
export function nodeWorkers(): NodeWorkers {
  throw new WorkerError(
    "Worker threads and processes are Node's; a browser has neither. Use workers: 0 there: batches are loaded ahead in the page's own thread.",
  );
}

/** Nothing is nested where there are no workers. */
export function checkNotNested(): void {}
