/** Loads for some seconds, and says what limited it. */
import { deferred, waitAtMost } from "../../core/settle.ts";
import { recordTrace } from "../../inspect/trace.ts";
import { DataLoader } from "../../loader/data-loader.ts";
import type { LoaderStats } from "../../loader/observe/stats.ts";
import type { DataLoaderOptions } from "../../loader/options.ts";
import type { Sequence } from "../../sequence/sequence.ts";
import { work } from "../consume.ts";

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
  readonly onBatch?: (seconds: number, batches: number) => void;
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

/** Milliseconds in which a first batch must come, where less time is asked for. */
const longestStart = 10_000;

/** Milliseconds that a loader has to end: where `getItem` hangs in the program's own thread it cannot. */
const patience = 500;

/**
 * Loads for some seconds, and says what limited it: also where a batch never comes.
 *
 * @throws what a batch failed with.
 */
export async function watchLoading(task: WatchTask): Promise<Watched> {
  const { sequence, workers = 0, worker = "thread", seed = 0, signal, seconds, trace } = task;
  const loader = new DataLoader(sequence, { workers, worker, seed, signal });
  const recorder = trace === undefined ? undefined : recordTrace(loader);
  let found: Watched | undefined;
  const look = (): void => {
    const { limit, batches, workers: left, recent } = loader.stats();
    found ??= { sentence: loader.explain(), limit, batches, workers: left, recent };
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What hangs is found by the clock, what never lets a timer run between two batches.
  const late = deferred<void>();
  const endIn = (milliseconds: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      look();
      late.resolve();
    }, milliseconds);
  };
  endIn(Math.max(longestStart, seconds * 1000));
  try {
    const loading = loadFor(loader, task, () => endIn(seconds * 1000)).then(look);
    await Promise.race([loading, late.promise]);
    signal.throwIfAborted();
    loading.catch(() => {});
    await recorder?.write(trace!);
    return found!;
  } finally {
    clearTimeout(timer);
    await waitAtMost(loader.close(), patience);
  }
}

/** Goes through a loader for some seconds from its first batch on, of which `onFirst` is told. */
async function loadFor(
  loader: DataLoader<unknown>,
  { seconds, consume, onBatch }: WatchTask,
  onFirst: () => void,
): Promise<void> {
  let begin = 0;
  let batches = 0;
  for await (const _ of loader.epochs(Number.MAX_SAFE_INTEGER)) {
    if (batches === 0) {
      begin = performance.now();
      onFirst();
    }
    work(consume);
    batches++;
    const elapsed = (performance.now() - begin) / 1000;
    onBatch?.(elapsed, batches);
    if (elapsed >= seconds) return;
  }
}
