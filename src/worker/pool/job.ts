/** What a pool is given to do, and what it says of it. */
import type { Counters } from "../../core/counters.ts";
import type { BatchWorker } from "../worker.ts";

/** One batch to be fetched. */
export interface Job {
  readonly epoch: number;
  readonly index: number;
  /** Called once with how it ended. */
  settle(outcome: Outcome): void;
}

/** How a job ended. A failure is a value, so that nothing rejects before anyone listens. */
export type Outcome =
  | { readonly ok: true; readonly batch: unknown; readonly worker: BatchWorker; readonly counters: Counters }
  | {
      readonly ok: false;
      /** What was thrown by `getItem`, or why the worker ended. */
      readonly cause: unknown;
      /** `threw` is the user's error; the others are the worker's end. */
      readonly reason: "threw" | "died" | "late" | "start";
      readonly worker: string;
      readonly attempts: number;
    };

/** What happened to a worker, for those who count. */
export type PoolEvent =
  | {
      readonly type: "lost";
      readonly worker: string;
      readonly reason: Error;
      readonly index: number | undefined;
    }
  | { readonly type: "retry"; readonly epoch: number; readonly index: number };
