/** One sentence on what limits a loader, and what to change. Pure: a function of the stats. */
import { tooFew } from "../unbegun.ts";
import type { LoaderStats } from "./stats.ts";

/** A share of waiting under which the data keeps up. */
const keepsUp = 0.05;

/** A share of time in `getItem` above which workers are at work. */
const atWork = 0.6;

/**
 * Says whether the consumer, the order, the CPU, the disk or the hand-off is the limit, and what to change.
 *
 * @param scattered the name of a dataset whose rows cost a whole block each in the order in which they are read
 */
export function explain(stats: LoaderStats, cores: number, scattered?: string): string {
  if (stats.batches < 2) return tooFew;
  const { share } = stats.wait;
  const waits = `waits for data ${percent(share)} of the time`;
  if (share < keepsUp) {
    return `The consumer is the limit: it ${waits}, the data keeps up; more workers would change nothing.`;
  }
  const sum = (of: (worker: LoaderStats["perWorker"][number]) => number): number =>
    stats.perWorker.reduce((total, worker) => total + of(worker), 0);
  const fetch = sum((worker) => worker.fetch);
  const read = sum((worker) => worker.read);
  const busy = fetch / (stats.elapsed * Math.max(1, stats.workers));
  if (scattered !== undefined && (stats.workers === 0 || busy > atWork)) {
    return `The order is the limit: the consumer ${waits}, and each row of ${scattered} costs the decoding of the block that it lies in, as not all of them fit into memory; mix a few blocks at a time, sampler: new BlockSampler(rows.blocks), give it more \`memory\`, or keep the samples on disk (diskCache).`;
  }
  const spent = (part: number, what: string): string => `${percent(part / fetch)} of getItem is ${what}`;
  if (read > fetch / 2) {
    return `The disk or the network is the limit: the consumer ${waits}, and ${spent(read, "reading files")}; put the files on a faster disk or nearer, store them smaller, or use more workers to read ahead (now ${stats.workers}).`;
  }
  if (stats.workers === 0) {
    return `The CPU is the limit: the consumer ${waits}, as batches are loaded in its own thread; use workers: ${cores} or "auto".`;
  }
  if (busy > atWork) {
    const decode = sum((worker) => worker.decode);
    const on = decode > fetch / 2 ? `, and ${spent(decode, "decoding and resizing images")}` : "";
    return stats.workers < cores
      ? `The CPU is the limit: the consumer ${waits}, with ${stats.workers} of ${cores} cores used${on}; use workers: ${cores} or "auto".`
      : `The CPU is the limit: the consumer ${waits}, with all ${cores} cores at work${on}; make getItem cheaper: smaller images, fewer augmentations, or a cache.`;
  }
  const longest = stats.wait.p99;
  if (longest > stats.wait.total / 2) {
    return `The start is the limit: one wait of about ${(longest / 1000).toFixed(1)} s, as while workers start, is most of the time that the consumer waited; keep one loader for all epochs, and ask again after more batches.`;
  }
  return `The hand-off is the limit: the consumer ${waits}, but the workers are busy only ${percent(busy)} of it; release() batches so that memory is reused, make them smaller (uint8), or raise maxQueueSize (now ${stats.queue.capacity} ahead).`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
