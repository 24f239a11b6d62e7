/**
 * The contract of a worker: start, ask for a batch, receive, stop.
 *
 * A worker carries; it knows neither order nor retries. Every kind keeps these promises, held against one suite in
 * test/contracts: after `ready` each request is answered exactly once, in the order sent, unless the worker ends;
 * `onExit` comes exactly once, after the last reply; after `terminate()` nothing else comes.
 */

import type { Counters } from "../core/counters.ts";

/** One batch to fetch. */
export interface BatchRequest {
  /** Unique within a pool, rising. */
  readonly id: number;
  readonly epoch: number;
  readonly index: number;
  /** Whether somebody wants to know when what was done for it. */
  readonly observed?: boolean;
}

/** What a worker tells its owner. */
export interface WorkerEvents {
  /** The sequence is loaded, or loaded again. */
  onReady(): void;
  /** The sequence cannot be loaded; no retry would help. */
  onBroken(error: unknown): void;
  /** The batch of the request `id`. */
  onBatch(id: number, batch: unknown, counters: Counters): void;
  /** `getItem` threw; the worker lives on. */
  onError(id: number, error: unknown): void;
  /** The worker is gone, and with it every request not answered. */
  onExit(reason: Error): void;
}

/** A running worker that fetches batches. */
export interface BatchWorker {
  /** As messages name it: `thread 2`. */
  readonly name: string;
  /** Whether it calls the caller's own instance, not a copy. */
  readonly inline: boolean;
  /** Asks for a batch. */
  send(request: BatchRequest): void;
  /** Says that nobody waits for requests up to the id `upTo`; they are answered all the same. */
  cancel(upTo: number): void;
  /** Takes the sequence as it is in the epoch that begins. */
  reload(): void;
  /** Takes buffers back for the next batches. */
  recycle(buffers: readonly ArrayBuffer[]): void;
  /** Somebody waits for this worker: it keeps the program alive, and does not put work off. */
  ref(): void;
  /** Nobody waits: it does not keep the program from ending. */
  unref(): void;
  /** Ends it by force. Resolves when it is gone, or cannot be waited for any longer. */
  terminate(): Promise<void>;
}

/** Where workers come from in Node that each hold a copy of the sequence. */
export type WorkerSource = "thread" | "process";

/** Starts workers of one kind. */
export interface StartWorker {
  /** `id` counts from 1 over the life of a pool. */
  (id: number, events: WorkerEvents): BatchWorker;
  /** As messages name it; a pool knows by it which workers are of the kind that it starts. */
  readonly kind: string;
}

/** Milliseconds that a worker told to end is waited for: one inside native code ends only when that code returns. */
export const endPatience = 2000;
