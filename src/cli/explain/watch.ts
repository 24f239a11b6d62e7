/** Loads for some seconds, and says what limited it. */
import { recordTrace } from "../../inspect/trace.ts";
import { DataLoader } from "../../loader/data-loader.ts";
import type { LoaderStats } from "../../loader/observe/stats.ts";
import type { DataLoaderOptions } from "../../loader/options.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import { consume, endSoon } from "../consume.ts";

/** What is watched, and for how long. */
export interface WatchTask extends Pick<DataLoaderOptions, "workers" | "worker" | "seed"> {
  readonly sequence: Sequence<unknown>;
  /** From the first batch on. */
  readonly seconds: number;
  /** Milliseconds that the consumer works on each batch. */
  readonly consume: number;
  /** Where to write a trace. */
  readonly trace?: string | undefined;
  readonly signal: AbortSignal;
  /** Is told how far it is. */
  readonly onBatch?: (batches: number, seconds: number) => void;
}

/** What limited it. */
export interface Watched {
  readonly sentence: string;
  /** In one word. */
  readonly limit: LoaderStats["limit"];
  readonly batches: number;
  /** Workers at the end. */
  readonly workers: number;
  /** Numbers of the last seconds. */
  readonly recent: LoaderStats["recent"];
}

/**
 * Loads for some seconds, and says what limited it: also where a batch never comes.
 *
 * @throws what a batch failed with.
 */
export async function watchLoading(task: WatchTask): Promise<Watched> {
  const { sequence, workers = 0, worker = "thread", seed = 0, signal, seconds, trace, onBatch } = task;
  const loader = new DataLoader(sequence, { workers, worker, seed, signal });
  const recorder = trace === undefined ? undefined : recordTrace(loader);
  try {
    await consume(loader, { seconds, work: task.consume, onBatch });
    signal.throwIfAborted();
    const { limit, batches, workers: left, recent } = loader.stats();
    const found = { sentence: loader.explain(), limit, batches, workers: left, recent };
    await recorder?.write(trace!);
    return found;
  } finally {
    await endSoon(loader);
  }
}
