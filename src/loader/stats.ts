/** Where the time of a loader goes. Filled in by the stats issue; counts only for now. */
import type { WorkerTimes } from "../worker/worker.ts";

/** Counters of a loader, updated with every batch. */
export class LoaderStats {
  batches = 0;
  wait = 0;
  waits = 0;

  onTake(_queued: number): void {}

  onBatch(_worker: string, _times: WorkerTimes): void {
    this.batches++;
  }

  onWait(milliseconds: number): void {
    this.waits++;
    this.wait += milliseconds;
  }
}
