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
  | {
      readonly ok: true;
      readonly batch: unknown;
      readonly worker: BatchWorker;
      readonly counters: Counters;
      /** When the worker was ready for its first request, and whether this was that. */
      readonly readyAt: number;
      readonly first: boolean;
      /** When a try to fetch it failed last; 0 for never. */
      readonly failedAt: number;
      /** When it was asked for this; 0 where nobody observes. */
      readonly sentAt: number;
    }
  | {
      readonly ok: false;
      /** What was thrown by `getItem`, or why the worker ended. */
      readonly cause: unknown;
      /** `threw` is the user's error; the others are the worker's end. */
      readonly reason: "threw" | "died" | "late" | "start";
      readonly worker: string;
      readonly attempts: number;
    };

/** What happened to a worker or a job. Times are milliseconds of `performance.now()`. */
export type PoolEvent =
  /** A worker was asked to start; told where somebody observes. */
  | { readonly type: "starting"; readonly worker: string; readonly time: number }
  /** It has started, in the span between; told where somebody observes. */
  | { readonly type: "ready"; readonly worker: string; readonly begin: number; readonly end: number }
  /** A worker was asked for a batch, and may have another one before it; told where somebody observes. */
  | {
      readonly type: "sent";
      readonly worker: string;
      readonly epoch: number;
      readonly index: number;
      readonly time: number;
    }
  /** A worker has ended or was replaced. `index` is what it was fetching, if it was. */
  | {
      readonly type: "lost";
      readonly worker: string;
      readonly reason: Error;
      readonly index: number | undefined;
      readonly time: number;
    }
  /** A batch is tried again, as its worker ended or `getItem` threw. */
  | {
      readonly type: "retry";
      readonly epoch: number;
      readonly index: number;
      readonly reason: unknown;
      readonly time: number;
    };
