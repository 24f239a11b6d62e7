/**
 * What stands in the place of node.ts in a browser bundle, by the `browser` field of package.json: worker threads and
 * processes are Node's.
 */
import { WorkerError } from "../../core/errors.ts";
import type { MakeCopies } from "../copies.ts";

/** A kind of which there are no workers here. */
export function nodeWorkers(): MakeCopies {
  return () => {
    throw new WorkerError(
      "Worker threads and processes are Node's; a browser has neither. Use workers: 0 there: batches are loaded ahead in the page's own thread.",
    );
  };
}
