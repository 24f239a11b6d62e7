/** What stands in the place of native.node.ts where there is no Node: worker threads and processes are Node's. */
import { WorkerError } from "../../core/errors.ts";
import type { MakeCopies } from "../copies.ts";

/** A kind of which there are no workers here. */
export function nodeWorkers(): MakeCopies {
  return () => {
    throw new WorkerError(
      'Worker threads and processes are Node\'s; a browser has neither. Give the option `worker` a function that makes a Web Worker: worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }), whose script says: import { serve } from "epochal"; serve({ YourSequence }). Or use workers: 0, which loads in the page\'s own thread.',
    );
  };
}
