/** A place in the pool, and what it holds. */
import type { BatchRequest, BatchWorker } from "../worker.ts";
import type { Job, PoolEvent } from "./job.ts";

/** A job, and what the pool knows of it. */
export interface Task {
  readonly request: BatchRequest;
  readonly job: Job;
  attempts: number;
  /** When a worker was asked for it; 0 where nobody observes. */
  sentAt: number;
  /** When a try failed last; 0 for never. */
  failedAt: number;
  cancelled: boolean;
}

/** A place in the pool, and the worker in it. */
export interface WorkerSlot {
  readonly worker: BatchWorker;
  /** It gets jobs only while workers of this kind are the pool's. */
  readonly kind: string;
  ready: boolean;
  /** When it was asked to start, and when it was ready. */
  readonly startedAt: number;
  readyAt: number;
  /** When it began what it is on; 0 where nobody observes. */
  since: number;
  /** Batches that it has fetched. */
  fetched: number;
  readonly held: Task[];
  /** Milliseconds it has been on its first job, or its start, while somebody watched. */
  age: number;
  gone: boolean;
  /** Gets no more jobs, and is ended after its last. */
  retiring: boolean;
}

/** A place for `worker`, which was asked to start. */
export function newSlot(worker: BatchWorker, kind: string): WorkerSlot {
  const startedAt = performance.now();
  const times = { startedAt, readyAt: Number.POSITIVE_INFINITY, since: startedAt };
  return { worker, kind, ready: false, ...times, fetched: 0, held: [], age: 0, gone: false, retiring: false };
}

/** Notes that the worker in `slot` is asked for the batch of `task`; the event. */
export function sentTo(slot: WorkerSlot, task: Task): PoolEvent {
  const { worker, ready, held } = slot;
  const { epoch, index } = task.request;
  task.sentAt = performance.now();
  if (ready && held.length === 1) slot.since = task.sentAt;
  return { type: "sent", worker: worker.name, epoch, index, time: task.sentAt };
}

/** Fewer jobs first; among equals, one that is ready. */
export function fullness(slot: WorkerSlot): number {
  return slot.held.length + (slot.ready ? 0 : 0.5);
}
