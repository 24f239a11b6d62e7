/**
 * Every message between the loader and a worker, as two unions. The same for every kind of worker; what a kind needs
 * besides is its codec's. Messages of one direction arrive in the order in which they were sent.
 */
import type { Counters } from "../../core/counters.ts";
import type { BatchRequest } from "../worker.ts";
import type { ErrorRecord } from "./error-record.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";

/** Loader to worker. */
export type WorkerRequest =
  /** Rebuild the sequence; answered by `ready` or `broken`. First message, and again once it has changed. */
  | {
      readonly type: "load";
      readonly sequence: Snapshot;
      readonly seed: number;
      /** What relative URLs mean. */
      readonly base?: string | undefined;
    }
  /** Fetch one batch; answered once, by `batch` or `error` with its id. */
  | ({ readonly type: "fetch" } & BatchRequest)
  /** Nobody waits for fetches up to this id any more. They are still answered, so that none is forgotten. */
  | { readonly type: "cancel"; readonly upTo: number };

/** Worker to loader. Each carries the worker's key besides; see mark.ts. */
export type WorkerReply =
  | { readonly type: "ready" }
  | { readonly type: "broken"; readonly error: ErrorRecord }
  | {
      readonly type: "batch";
      readonly id: number;
      readonly batch: unknown;
      readonly counters: Counters;
    }
  | { readonly type: "error"; readonly id: number; readonly error: ErrorRecord }
  /** The worker is about to end because of an exception that nobody caught. */
  | { readonly type: "dying"; readonly error: ErrorRecord };
