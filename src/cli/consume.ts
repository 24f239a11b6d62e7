/** Goes through a loader as a program does that trains: works on each batch as long as a step does, and ends when time is up. */
import { deferred, waitAtMost } from "../core/settle.ts";
import type { DataLoader } from "../loader/data-loader.ts";

/** How long a loader is gone through. */
export interface ConsumeTask {
  /** Epochs to load; without end where there are none given. */
  readonly epochs?: number;
  /** Batches to load at most. */
  readonly most?: number;
  /** Seconds to load, from the first batch on; Infinity for as long as it takes. */
  readonly seconds: number;
  /** Milliseconds to work on each batch. */
  readonly work: number;
  /** Is told how many batches there were, and how many seconds after the first that is. */
  readonly onBatch?: ((count: number, seconds: number) => void) | undefined;
}

/** Milliseconds in which a first batch must come, where less time is asked for: workers have to start. */
const longestStart = 10_000;

/** Milliseconds that a loader has to end: where `getItem` hangs in the program's own thread it cannot. */
const patience = 500;

/**
 * Goes through a loader. When time is up it resolves also where a batch never comes: the loader then waits for it still, and
 * says so.
 *
 * @throws what a batch failed with.
 */
export async function consume(
  loader: DataLoader<unknown>,
  { epochs = Number.MAX_SAFE_INTEGER, most, seconds, work: milliseconds, onBatch }: ConsumeTask,
): Promise<void> {
  const late = deferred<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What hangs is found by the clock, what never lets a timer run between two batches.
  const endIn = (time: number): void => {
    clearTimeout(timer);
    if (time <= longestTimer) timer = setTimeout(late.resolve, time);
  };
  const loading = async (): Promise<void> => {
    let begin = 0;
    let count = 0;
    for await (const _ of loader.epochs(epochs)) {
      if (count++ === 0) {
        begin = performance.now();
        endIn(seconds * 1000);
      }
      work(milliseconds);
      const elapsed = (performance.now() - begin) / 1000;
      onBatch?.(count, elapsed);
      if (count === most || elapsed >= seconds) return;
    }
  };
  endIn(Math.max(longestStart, seconds * 1000));
  const loaded = loading();
  // It may fail when nobody waits any more.
  loaded.catch(() => {});
  try {
    await Promise.race([loaded, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A timer that is set to more ends at once. */
const longestTimer = 2 ** 31 - 1;

/** Closes a loader, or leaves it behind where it cannot end. */
export function endSoon(loader: DataLoader<unknown>): Promise<void> {
  return waitAtMost(loader.close(), patience);
}

/** Works for so many milliseconds, as a step does that computes in JavaScript or WebAssembly. */
export function work(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (milliseconds > 0 && performance.now() < until);
}
