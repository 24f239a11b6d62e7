/**
 * Every message between the loader and a worker, as two unions. The same for threads and processes;
 * messages of one direction arrive in the order in which they were sent.
 */
import type { Counters } from "../../core/counters.ts";
import type { ErrorRecord } from "./error-record.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";

/** Loader to worker. */
export type Request =
  /** Rebuild the sequence; answered by `ready` or `broken`. First message, and again once it has changed. */
  | { readonly type: "load"; readonly sequence: Snapshot; readonly seed: number }
  /** Fetch one batch; answered once, by `batch` or `error`. `slot` says which shared file may be written. */
  | {
      readonly type: "fetch";
      readonly ticket: number;
      readonly epoch: number;
      readonly index: number;
      readonly slot?: number;
    }
  /** Nobody waits for tickets up to this one any more. They are still answered, so that none is forgotten. */
  | { readonly type: "cancel"; readonly upTo: number }
  /** Buffers that the consumer has given back. */
  | { readonly type: "recycle"; readonly buffers: readonly ArrayBuffer[] };

/** Worker to loader. Each carries the worker's key besides; see mark.ts. */
export type Reply =
  | { readonly type: "ready" }
  | { readonly type: "broken"; readonly error: ErrorRecord }
  | {
      readonly type: "batch";
      readonly ticket: number;
      readonly batch: unknown;
      readonly counters: Counters;
    }
  | { readonly type: "error"; readonly ticket: number; readonly error: ErrorRecord }
  /** The worker is about to end because of an exception that nobody caught. */
  | { readonly type: "dying"; readonly error: ErrorRecord };
