/** A place in the pool, and what it holds. */
import type { BatchRequest, BatchWorker } from "../worker.ts";
import type { Job } from "./job.ts";

/** A job, and what the pool knows of it. */
export interface Task {
  readonly request: BatchRequest;
  readonly job: Job;
  attempts: number;
  cancelled: boolean;
}

/** A place in the pool, and the worker in it. */
export interface WorkerSlot {
  readonly worker: BatchWorker;
  /** It gets jobs only while workers of this kind are the pool's. */
  readonly kind: string;
  ready: boolean;
  readonly held: Task[];
  /** Milliseconds it has been on its first job, or its start, while somebody watched. */
  age: number;
  gone: boolean;
  /** Gets no more jobs, and is ended after its last. */
  retiring: boolean;
}

/** Fewer jobs first; among equals, one that is ready. */
export function fullness(slot: WorkerSlot): number {
  return slot.held.length + (slot.ready ? 0 : 0.5);
}
