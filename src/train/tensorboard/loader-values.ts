/** What a loader measured in an epoch, as what TensorBoard draws. */
import type { LoaderStats } from "../../loader/observe/stats.ts";
import type { SummaryValue } from "./event.ts";

/** What {@link loaderValues} compares with. */
export type StatsBefore = Pick<LoaderStats, "batches" | "elapsed" | "wait" | "queue">;

/**
 * Scalars of an epoch, from what was measured until its end and until its beginning. Shares, rates and the queue are those
 * of the whole epoch; percentiles are those of its last ten seconds.
 */
export function loaderValues(stats: LoaderStats, before: StatsBefore): readonly SummaryValue[] {
  const batches = stats.batches - before.batches;
  const elapsed = stats.elapsed - before.elapsed;
  const waited = stats.wait.total - before.wait.total;
  const queued = stats.queue.mean * stats.batches - before.queue.mean * before.batches;
  const { fetch, wait } = stats.recent.stages;
  const values = {
    wait_share: elapsed > 0 ? waited / elapsed : 0,
    batches_per_second: elapsed > 0 ? (1000 * batches) / elapsed : 0,
    queue: batches > 0 ? queued / batches : 0,
    workers: stats.workers,
    fetch_p50_ms: fetch.p50,
    fetch_p99_ms: fetch.p99,
    wait_p50_ms: wait.p50,
    wait_p99_ms: wait.p99,
  };
  return Object.entries(values).map(([name, value]) => ({ tag: `loader/${name}`, value }));
}
